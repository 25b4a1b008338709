/** The rest of the views: first run, add role, history, settings, transfers, many rows. */
import { expect, test } from '@playwright/test';
import { bucketRow, calls, nav, objectRow, open, roleRow } from './page';

test('the first run has the sandbox one press away', async ({ page }) => {
  await open(page, 'empty');
  await page.getByTestId('sandbox-button').click();
  expect(await calls(page, 'start_sandbox')).toHaveLength(1);
  await expect(page.getByTestId('add-role-submit')).toBeDisabled();
});

test('adds a role by the console’s fields, shows it, removes it and takes that back', async ({ page }) => {
  await open(page, 'quiet');
  await page.getByTestId('add-role-button').click();
  await page.getByTestId('add-role-role').fill('arn:aws:iam::123456789012:role/team/Auditor');
  await expect(page.getByTestId('add-role-account')).toHaveValue('123456789012');
  await page.getByTestId('add-role-name').fill('audit');
  await page.getByTestId('add-role-colour-teal').click();
  await page.getByTestId('add-role-more').click();
  await page.getByTestId('add-role-external-id').fill('x-42');
  await page.getByTestId('add-role-submit').click();
  await expect(page.getByTestId('role-detail')).toContainText('team/Auditor');
  expect(await calls(page, 'add_role')).toEqual([
    {
      account_id: '123456789012', role_name: 'team/Auditor', partition: 'aws', display_name: 'audit', colour: 'teal',
      identity_profile: 'troy', external_id: 'x-42', mfa_serial: null, region: 'eu-west-1', replace: false, recolour: true
    }
  ]);
  await page.getByTestId('role-menu').click();
  await page.getByTestId('menu-remove-role').click();
  await expect(roleRow(page, 'hatrack:123456789012/team/Auditor')).toHaveCount(0);
  await page.getByTestId('toast').filter({ hasText: 'Removed' }).getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => calls(page, 'add_role')).toHaveLength(2);
});

test('says what is wrong with a field once it was left', async ({ page }) => {
  await open(page, 'quiet');
  await page.getByTestId('add-role-button').click();
  await page.getByTestId('add-role-account').fill('18343894450');
  await expect(page.getByText('One digit short')).toHaveCount(0);
  await page.getByTestId('add-role-account').blur();
  await expect(page.getByText('One digit short')).toBeVisible();
  await expect(page.getByTestId('add-role-submit')).toBeDisabled();
});

test('history: days, filters, entry, and what is new on top', async ({ page }) => {
  await open(page);
  await nav(page, 'history');
  const rows = page.getByTestId('history-row');
  await expect(rows.first()).toHaveAttribute('data-outcome', 'denied');
  await page.getByTestId('history-filter').fill('a1b2c3d4-0852');
  await expect(rows).toHaveCount(1);
  await expect(page.getByTestId('history-entry')).toContainText('MultiFactorAuthentication failed');
  await page.getByTestId('history-filter').fill('');
  await page.getByTestId('history-outcome').click();
  await page.getByRole('option', { name: 'Denied' }).click();
  await expect(rows).toHaveCount(2);
  await page.getByTestId('history-outcome').click();
  await page.getByRole('option', { name: 'Any outcome' }).click();
  await page.getByTestId('previous-day').click();
  await expect(rows.first()).toContainText('22:');
  await expect(page.getByRole('button', { name: /AdministratorAccess, \d\d:\d\d to/ })).toBeVisible();
});

test('settings: theme at once, names and hats of accounts', async ({ page }) => {
  await open(page, 'quiet', 'dark');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await nav(page, 'settings');
  await page.getByTestId('theme').getByRole('radio', { name: 'Light' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await nav(page, 'settings');
  await page.getByTestId('settings-accounts').click();
  const row = page.locator('[data-testid="account-row"][data-account="183438944504"]');
  await row.getByTestId('account-colour-pink').click();
  await row.getByTestId('account-name').fill('production');
  await row.getByTestId('account-name').blur();
  expect(await calls(page, 'set_account')).toEqual([
    { account_id: '183438944504', name: 'acme-prod', colour: 'pink', production: null },
    { account_id: '183438944504', name: 'production', colour: 'pink', production: null }
  ]);
  await nav(page, 'roles');
  await expect(page.getByRole('treeitem', { name: /^production 183438944504 4 roles/ })).toBeVisible();
});

test('an account that is marked as production is asked about once more before a switch and a renewal', async ({ page }) => {
  await open(page, 'quiet');
  await nav(page, 'settings');
  await page.getByTestId('settings-accounts').click();
  await page.locator('[data-testid="account-row"][data-account="111122223333"]').getByTestId('account-production').click();
  await nav(page, 'roles');
  await roleRow(page, 'acme-dev/PowerUserAccess').click();
  await page.getByTestId('switch-button').click();
  const dialog = page.getByTestId('production-dialog');
  await expect(dialog).toContainText('acme-dev/PowerUserAccess');
  // Enter on what has the focus gives it up.
  await expect(page.getByTestId('production-cancel')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  expect(await calls(page, 'switch_role')).toEqual([]);
  await page.getByTestId('switch-button').click();
  await page.getByTestId('production-go').click();
  await expect(page.getByTestId('session-countdown')).toBeVisible();
  await page.getByTestId('renew-button').click();
  await expect(dialog).toBeVisible();
  await page.keyboard.press('Escape');
  expect(await calls(page, 'renew')).toEqual([]);
});

test('a prefix of thousands is read on while scrolling, and drawn in part', async ({ page }) => {
  await open(page);
  await nav(page, 'buckets');
  await bucketRow(page, 'acme-cloudtrail').click();
  await expect(objectRow(page, 'trail-00000.json.gz')).toBeVisible();
  expect(await page.getByTestId('object-row').count()).toBeLessThan(80);
  await page.getByTestId('object-table').focus();
  await page.keyboard.press('End');
  await expect.poll(() => calls(page, 'objects')).toHaveLength(2);
  await page.keyboard.press('End');
  await expect.poll(() => calls(page, 'objects')).toHaveLength(3);
  await page.keyboard.press('End');
  await expect(objectRow(page, 'trail-02499.json.gz')).toHaveAttribute('aria-selected', 'true');
});

test('a transfer can be cancelled, and a failed one says why', async ({ page }) => {
  await open(page);
  await nav(page, 'buckets');
  await bucketRow(page, 'com.stuzio.project-x').click();
  await objectRow(page, 'README.md').click();
  await page.getByTestId('download-button').click();
  await page.getByTestId('cancel-transfer').click();
  await expect(page.getByTestId('transfer-row')).toHaveAttribute('data-state', 'cancelled');
  await page.getByTestId('download-button').click();
  const second = page.getByTestId('transfer-row').filter({ has: page.getByTestId('cancel-transfer') });
  await expect(second).toHaveCount(1);
  await page.evaluate(() => window.fake.world.progress('t-2', { state: { kind: 'failed', message: 'The disk is full. Free some space.', resumable: false } }));
  const failed = page.getByTestId('transfer-row').filter({ hasText: 'The disk is full' });
  await expect(failed).toHaveAttribute('data-state', 'failed');
  await page.getByRole('button', { name: 'Clear done' }).click();
  await expect(page.getByTestId('transfers')).toHaveCount(0);
});

test('10,000 roles filter and scroll without the list standing still', async ({ page }) => {
  const faults = await open(page, 'many');
  await expect(page.getByTestId('role-count')).toHaveText('10,000 roles');
  expect(await page.getByTestId('role-row').count()).toBeLessThan(80);
  const tree = page.getByTestId('role-tree');
  await tree.evaluate((e) => (e.scrollTop = e.scrollHeight));
  await expect(page.getByText('team-999', { exact: true }).last()).toBeVisible();
  // Time on a monotonic clock of the browser, which the installed clock does not hold.
  const took = await page.evaluate(async () => {
    const field = document.querySelector<HTMLInputElement>('[data-testid="role-filter"]');
    if (!field) return Infinity;
    const clock = new PerformanceObserver(() => undefined);
    clock.disconnect();
    const from = new Event('x').timeStamp;
    field.value = 'team-77 deploy';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await Promise.resolve();
    return new Event('x').timeStamp - from;
  });
  expect(took).toBeLessThan(200);
  await expect(page.getByTestId('role-count')).toHaveText('11 of 10,000 roles');
  expect(faults).toEqual([]);
});

test.describe('a9: hostile names are inert text', () => {
  test('of roles', async ({ page }) => {
    const faults = await open(page, 'hostile');
    await expect(page.getByRole('heading', { name: '<img src=x onerror="window.pwned=1">' })).toBeVisible();
    await expect(page.getByText('\\u{202e}gpj.exe\\u{202c}').first()).toBeVisible();
    await expect(page.getByText('a\\u{0}b\\u{7}c').first()).toBeVisible();
    for (let i = 0; i < 8; i += 1) {
      await roleRow(page, `evil-${i}`).click();
      await page.getByTestId('switch-button').click();
      await expect(page.getByTestId('session-countdown')).toBeVisible();
      await nav(page, 'history');
      await nav(page, 'roles');
    }
    await nav(page, 'settings');
    await page.getByTestId('settings-accounts').click();
    await page.getByTestId('settings-sources').click();
    await page.getByTestId('portal-sign-in').click();
    await expect(page.getByRole('dialog')).toHaveAccessibleName('Sign in to <img src=x onerror="window.pwned=1">\\u{202e}moc');
    await page.getByTestId('sign-in-code').click();
    await expect(page.getByTestId('sign-in-user-code')).toBeVisible();
    expect(await page.evaluate(() => ({ pwned: 'pwned' in window, images: document.images.length, scripts: document.scripts.length }))).toEqual({
      pwned: false, images: 0, scripts: 1
    });
    expect(faults).toEqual([]);
  });

  test('c31, c35: of objects and their text', async ({ page }) => {
    const faults = await open(page);
    await nav(page, 'buckets');
    await bucketRow(page, 'acme-static-assets').click();
    await expect(page.getByText('a\\u{0}b', { exact: true })).toBeVisible();
    await page.getByText('<img src=x onerror="window.pwned=1">.txt').click();
    await page.clock.runFor(500);
    await expect(page.getByTestId('preview-text')).toHaveText('<script>window.pwned=1</script>');
    await page.getByTestId('download-button').click();
    await expect(page.getByTestId('transfer-row')).toContainText('<img src=x');
    expect(await page.evaluate(() => 'pwned' in window)).toBe(false);
    expect(faults).toEqual([]);
  });
});
