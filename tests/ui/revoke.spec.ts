/** Revoking the sessions of a role from a session's page: whom it hits is seen first, and it is taken back. */
import { expect, test } from '@playwright/test';
import { calls, open } from './page';
import { revoked, revokeDialog } from './revokes';

test('whom it hits is read first, and one’s own session is got anew', async ({ page }) => {
  await open(page);
  await revokeDialog(page);
  const dialog = page.getByTestId('revoke-dialog');
  await expect(dialog.getByTestId('revoke-whom')).toContainText('not only yours');
  await expect(dialog.getByTestId('revoke-signer')).toHaveText('the keys of custodian');
  await expect(dialog.getByTestId('revoke-hits')).toContainText('AWSIAMRoleForRDS');
  await expect(dialog.getByTestId('revoke-services')).toContainText('rds.amazonaws.com');
  expect(await calls(page, 'revoke')).toEqual([]);
  await dialog.getByTestId('revoke-confirm').click();
  await expect(dialog.getByTestId('revoke-whom')).toContainText('denied everything from now on');
  expect(await calls(page, 'revoke')).toMatchObject([{ signer: 'custodian', undo: false, mfa_code: null }]);
  const name = dialog.getByTestId('revoked-session').locator('.clip');
  await expect(name).toContainText('AWSIAMRoleForRDS');
  expect(await name.evaluate((e) => e.scrollWidth <= e.clientWidth), 'all of it is in sight').toBe(true);
  await dialog.getByTestId('revoked-renew').click();
  await expect(dialog.getByTestId('revoked-session')).toHaveCount(0);
  await dialog.getByTestId('revoke-close').click();
  await expect(page.getByTestId('session-revoked')).toHaveCount(0);
});

test('a revocation is taken back, and there is nothing to take back twice', async ({ page }) => {
  await open(page);
  await revoked(page);
  await page.getByTestId('revoke-close').click();
  await expect(page.getByTestId('session-revoked')).toBeVisible();
  await revokeDialog(page, 's-dev', 'menu-undo-revoke');
  await expect(page.getByTestId('revoke-hits')).toHaveCount(0);
  await page.getByTestId('revoke-confirm').click();
  await expect(page.getByTestId('toast')).toContainText('The revoked sessions work again');
  await expect(page.getByTestId('revoke-dialog')).toHaveCount(0);
  await expect(page.getByTestId('session-revoked')).toHaveCount(0);

  await revokeDialog(page, 's-dev', 'menu-undo-revoke');
  await expect(page.getByTestId('revoke-error')).toContainText('nothing to undo');
  await expect(page.getByTestId('revoke-confirm')).toHaveAttribute('aria-disabled', 'true');
});

test('what AWS refuses is told, and nothing is revoked', async ({ page }) => {
  await open(page);
  await page.evaluate(() => (window.fake.world.revokes.refuses = true));
  await revokeDialog(page);
  await page.getByTestId('revoke-confirm').click();
  const denial = page.getByTestId('revoke-dialog').getByTestId('denial');
  await expect(denial).toContainText('iam:PutRolePolicy');
  await page.getByTestId('revoke-cancel').click();
  await expect(page.getByTestId('session-revoked')).toHaveCount(0);
});

test('in production it is asked once more, and no is no', async ({ page }) => {
  await open(page);
  await page.evaluate(() => {
    const { world } = window.fake;
    const account = world.sessions.find((s) => s.id === 's-dev')?.account_id;
    world.roles = world.roles.map((r) => (r.account_id === account ? { ...r, production: true } : r));
  });
  await revokeDialog(page);
  await page.getByTestId('revoke-confirm').click();
  await page.getByTestId('production-cancel').click();
  await expect(page.getByTestId('revoke-signer')).toBeVisible();
  expect(await calls(page, 'revoke')).toEqual([]);
  await page.getByTestId('revoke-confirm').click();
  await page.getByTestId('production-go').click();
  await expect(page.getByTestId('revoke-close')).toBeVisible();
  expect(await calls(page, 'revoke')).toHaveLength(1);
});

test('revoking by keyboard alone', async ({ page }) => {
  await open(page);
  await page.locator('[data-session="s-dev"]').first().click();
  await page.getByTestId('session-menu').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('menu-revoke')).toBeFocused();
  await page.keyboard.press('Enter');
  // Who presses Enter twice revokes nothing.
  await expect(page.getByTestId('revoke-cancel')).toBeFocused();
  await expect(page.getByTestId('revoke-signer')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('revoke-dialog')).toHaveCount(0);
  await expect(page.getByTestId('session-menu')).toBeFocused();
  expect(await calls(page, 'revoke')).toEqual([]);

  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('revoke-signer')).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByTestId('revoke-confirm')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('revoke-close')).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  await expect(page.getByTestId('revoked-renew')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('revoked-session')).toHaveCount(0);
  await expect(page.getByTestId('revoke-close')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('session-menu')).toBeFocused();
});
