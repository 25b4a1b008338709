/** Everything without a pointer. */
import { expect, test } from '@playwright/test';
import { calls, open, roleRow } from './page';

test('the whole job by keyboard alone', async ({ page }) => {
  await open(page, 'quiet');
  await page.keyboard.press('/');
  await expect(page.getByTestId('role-filter')).toBeFocused();
  await page.keyboard.type('org staging');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByTestId('role-tree')).toBeFocused();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByTestId('role-detail')).toContainText('OrganizationAccountAccessRole');

  // To details, another duration, back with F6 and on to the switch.
  await page.keyboard.press('Enter');
  await expect(page.getByRole('radio', { name: '1h', exact: true })).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('radio', { name: '45m' })).toBeChecked();
  await page.keyboard.press('Control+Enter');
  await expect(page.getByTestId('mfa-code')).toBeFocused();
  await page.keyboard.type('409173');
  await expect(page.getByTestId('copy-env')).toBeFocused();
  await expect(page.getByTestId('session-countdown')).toHaveText('45:00');

  await page.keyboard.press('Control+Shift+C');
  await expect.poll(() => calls(page, 'copy_env')).toHaveLength(1);
  await page.keyboard.press('b');
  await expect(page.getByTestId('nav-buckets')).toHaveAttribute('aria-current', 'page');
  await page.keyboard.press('F6');
  await page.keyboard.press('F6');
  for (let i = 0; i < 3; i += 1) await page.keyboard.press('Tab');
  for (let i = 0; i < 7; i += 1) await page.keyboard.press('ArrowDown');
  await expect(page.locator('[data-name="com.stuzio.project-x"]')).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('F6');
  await expect(page.getByTestId('object-table')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('crumbs')).toContainText('2026-06');
  await page.keyboard.press('End');
  await page.clock.runFor(500);
  await expect(page.getByTestId('preview-text')).toBeVisible();
  await page.keyboard.press('Control+d');
  await expect(page.getByTestId('transfer-row')).toHaveCount(1);
  await page.keyboard.press('Control+j');
  await expect(page.getByTestId('transfer-row')).toHaveCount(0);
  await page.keyboard.press('Alt+ArrowUp');
  await expect(page.locator('[data-testid="object-row"][data-key="exports/2026-06/"]')).toHaveAttribute('aria-selected', 'true');

  await page.keyboard.press('Control+2');
  await page.keyboard.press('Control+Backspace');
  await expect.poll(() => calls(page, 'switch_back')).toHaveLength(1);
  await page.keyboard.press('Control+4');
  await expect(page.getByTestId('nav-history')).toHaveAttribute('aria-current', 'page');
  await page.keyboard.press('[');
  await expect(page.getByTestId('history-day')).toContainText('Wed 10 Jun');
  await page.keyboard.press('t');
  await expect(page.getByTestId('history-day')).toContainText('Thu 11 Jun');
});

test('signing in by keyboard alone', async ({ page }) => {
  await open(page, 'portals');
  await page.keyboard.press('/');
  await page.keyboard.type('auditor');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('region')).toBeFocused();
  await page.keyboard.press('Control+Enter');
  await expect(page.getByTestId('sign-in-browser')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('sign-in-open')).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(page.getByTestId('sign-in-code')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('sign-in-user-code')).toBeVisible();
  await expect(page.getByTestId('sign-in-open')).toBeFocused();
  for (let i = 0; i < 6; i += 1) {
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('[role="dialog"]') !== null)).toBe(true);
  }
  await page.evaluate(() => window.fake.world.portals.deny('acme'));
  await expect(page.getByTestId('sign-in-again')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByTestId('region')).toBeFocused();
});

test('allowing a command by keyboard alone', async ({ page }) => {
  await open(page, 'portals');
  await roleRow(page, 'acme-prod/VendorAccess').click();
  await page.getByTestId('role-tree').focus();
  await page.keyboard.press('Control+Enter');
  await expect(page.getByTestId('command-cancel')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByTestId('command-allow')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByTestId('command-text')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('role-tree')).toBeFocused();
  expect(await calls(page, 'consent_command')).toEqual([]);
  await page.keyboard.press('Control+Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('session-countdown')).toBeVisible();
});

test('folds, stars, and opens a favourite by its number', async ({ page }) => {
  await open(page, 'quiet');
  await page.getByTestId('role-tree').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('treeitem', { name: /^Favourites 3 roles/ })).toHaveAttribute('aria-expanded', 'false');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('s');
  await expect.poll(() => calls(page, 'set_favourite')).toEqual([{ role_key: 'acme-prod/StuzioAcmeConsultantRole', on: false }]);
  await page.keyboard.press('Alt+2');
  await expect(page.getByTestId('session-countdown')).toBeVisible();
  expect(await calls(page, 'switch_role')).toMatchObject([{ role_key: 'acme-staging/StuzioAcmeConsultantRole' }]);
});

test('the sheet shows all keys and gives the focus back', async ({ page }) => {
  await open(page);
  await page.getByTestId('role-tree').focus();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await expect(page.getByTestId('app')).toHaveAttribute('inert', '');
  await page.keyboard.press('Control+2');
  await expect(page.getByTestId('nav-roles')).toHaveAttribute('aria-current', 'page');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByTestId('role-tree')).toBeFocused();
});

test('Escape clears a filter and closes the form', async ({ page }) => {
  await open(page);
  await page.keyboard.press('/');
  await page.keyboard.type('nothing like it');
  await expect(page.getByText('No role matches')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('role-filter')).toHaveValue('');
  await page.keyboard.press('Control+n');
  await expect(page.getByTestId('add-role-account')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('add-role-form')).toHaveCount(0);
});

test('the sidebar folds, Buckets starts as a rail', async ({ page }) => {
  await open(page);
  await page.keyboard.press('Control+b');
  await expect(page.getByTestId('app')).toHaveClass(/app-rail/);
  await page.keyboard.press('Control+b');
  await expect(page.getByTestId('app')).not.toHaveClass(/app-rail/);
  await page.keyboard.press('Control+3');
  await expect(page.getByTestId('app')).toHaveClass(/app-rail/);
});

test('F6 goes round the panes', async ({ page }) => {
  await open(page);
  const seen = new Set<string>();
  for (let i = 0; i < 3; i += 1) {
    await page.keyboard.press('F6');
    seen.add(await page.evaluate(() => document.activeElement?.closest('[data-pane]')?.getAttribute('aria-label') ?? ''));
  }
  expect(seen).toEqual(new Set(['Main', 'Roles', 'Role details']));
});

test('single letters can be turned off', async ({ page }) => {
  await open(page);
  await page.keyboard.press('Control+,');
  await page.getByTestId('letters').click();
  await page.keyboard.press('Control+1');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});
