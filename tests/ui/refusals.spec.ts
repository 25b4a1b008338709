/** MFA, denials, faults: what is said where, with AWS's own words. */
import { expect, test } from '@playwright/test';
import { bucketRow, calls, nav, open, roleRow } from './page';

const MFA_ROLE = 'acme-prod/OrganizationAccountAccessRole';

test.describe('MFA', () => {
  test.beforeEach(async ({ page }) => {
    await open(page, 'quiet');
    await roleRow(page, MFA_ROLE).click();
    await page.getByTestId('switch-button').click();
    await expect(page.getByTestId('mfa-code')).toBeFocused();
  });

  test('names device and role, keeps the rest inert, and sends on the sixth digit', async ({ page }) => {
    await expect(page.getByRole('dialog')).toHaveAccessibleName('MFA code for troy-phone');
    await expect(page.getByTestId('app')).toHaveAttribute('inert', '');
    await page.keyboard.type('40917');
    await expect(page.getByTestId('mfa-submit')).toBeDisabled();
    await page.keyboard.type('3');
    await expect(page.getByTestId('session-countdown')).toHaveText('60:00');
    expect((await calls(page, 'switch_role')).map((r) => (r as { mfa_code: string | null }).mfa_code)).toEqual([null, '409173']);
  });

  test('says what the code serves, as the settings have it', async ({ page }) => {
    await expect(page.getByTestId('mfa-serves')).toContainText('every role of troy-phone for 12 h');
    await page.keyboard.press('Escape');
    await nav(page, 'settings');
    await page.getByTestId('settings-mfa').click();
    await page.getByTestId('code-use').getByText('One role').click();
    expect(await calls(page, 'set_code_use')).toEqual([{ codes: 'each_role' }]);
    await nav(page, 'roles');
    await roleRow(page, MFA_ROLE).click();
    await page.getByTestId('switch-button').click();
    await expect(page.getByTestId('mfa-serves')).toHaveText('This code serves this session alone.');
  });

  test('takes a paste with blanks', async ({ page }) => {
    await page.getByTestId('mfa-code').fill(' 409 173');
    await expect(page.getByTestId('session-countdown')).toBeVisible();
  });

  test('b19: a wrong code is said, cleared and not sent again', async ({ page }) => {
    await page.keyboard.type('111111');
    await expect(page.getByRole('alert')).toContainText('That code was refused');
    await expect(page.getByTestId('mfa-code')).toHaveValue('');
    await expect(page.getByTestId('mfa-code')).toBeFocused();
    await page.clock.runFor(60_000);
    expect(await calls(page, 'switch_role')).toHaveLength(2);
    await page.keyboard.type('409173');
    await expect(page.getByTestId('session-countdown')).toBeVisible();
  });

  test('Escape goes back to where the focus was', async ({ page }) => {
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(page.getByTestId('switch-button')).toBeFocused();
    await expect(page.getByTestId('switch-button')).toContainText('Switch role');
  });

  test('Tab stays inside', async ({ page }) => {
    for (let i = 0; i < 6; i += 1) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.closest('[role="dialog"]') !== null)).toBe(true);
    }
  });
});

test('b17: a denial shows AWS’s message, code and request ID beside the role, and the row remembers it', async ({ page }) => {
  await open(page, 'quiet');
  await roleRow(page, 'acme-prod/readonly-asi-production-bucket').click();
  await page.getByTestId('switch-button').click();
  await page.getByTestId('mfa-code').fill('409173');
  const denial = page.getByTestId('denial');
  await expect(denial).toContainText('AccessDenied');
  await expect(denial).toContainText('is not authorized to perform: sts:AssumeRole');
  await expect(page.getByTestId('denial-request-id')).toHaveText('6f0c2b1e-5d0a-4c47-9a53-2f1f0c7be1d4');
  await denial.getByRole('button', { name: 'Copy request ID' }).click();
  expect(await calls(page, 'copy_text')).toEqual([{ text: '6f0c2b1e-5d0a-4c47-9a53-2f1f0c7be1d4' }]);
  await nav(page, 'history');
  await expect(page.locator('[data-testid="history-row"][data-outcome="denied"]').first()).toBeVisible();
  await expect(page.getByTestId('history-entry')).toContainText('6f0c2b1e');
  await nav(page, 'roles');
  await expect(denial).toBeVisible();
  await denial.getByRole('button', { name: 'Dismiss' }).click();
  await expect(denial).toHaveCount(0);
});

test('b29: too long a wish offers the longest allowed, one press away', async ({ page }) => {
  await open(page, 'quiet');
  await roleRow(page, 'stuzio-projectx/ProjectXBucketAdmin').click();
  await page.getByTestId('duration').getByRole('radio', { name: '12h' }).click();
  await page.getByTestId('switch-button').click();
  await page.getByTestId('switch-longest').click();
  await expect(page.getByTestId('session-countdown')).toHaveText('2h 0m');
});

test('s10: a chained role offers no more than an hour and says why', async ({ page }) => {
  await open(page);
  await roleRow(page, 'acme-staging/DeployPipelineRole').click();
  await expect(page.getByRole('radio', { name: '2h', exact: true })).toBeDisabled();
  await expect(page.getByText('AWS caps chained roles at 1 h.')).toBeVisible();
  await expect(page.getByTestId('role-detail').getByRole('listitem').filter({ hasText: 'DeployPipelineRole' })).toBeVisible();
});

test('a role that cannot be used says why and offers no switch', async ({ page }) => {
  await open(page, 'problems');
  await roleRow(page, 'stuzio-projectx/BillingAccess').click();
  await expect(page.getByTestId('role-detail').getByTestId('notice')).toContainText('Identity Center');
  await expect(page.getByTestId('switch-button')).toBeDisabled();
});

test('buckets that may not be listed are opened by name; one that may not be read says so and can be tried again', async ({ page }) => {
  await open(page);
  await page.evaluate(() => (window.fake.world.denyBuckets = true));
  await nav(page, 'buckets');
  await expect(page.getByTestId('denial-request-id')).toHaveText('K2N6ZTJ7Q0E8AB12');
  await page.getByTestId('bucket-name-input').fill('acme-rds-snapshots');
  await page.keyboard.press('Enter');
  await expect(bucketRow(page, 'acme-rds-snapshots')).toHaveAttribute('aria-current', 'true');
  const refusal = page.getByTestId('object-table').getByTestId('denial');
  await expect(refusal).toContainText('8ZK3P0YQ2M5V7XWA');
  await refusal.getByRole('button', { name: 'Retry' }).click();
  await expect.poll(() => calls(page, 'objects')).toHaveLength(2);
  await page.getByTestId('bucket-name-input').fill('s3://com.stuzio.project-x/exports/2026-06/');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('crumbs')).toContainText('2026-06');
});

test('problems of a file are shown with their place, states of the program as notices that can be put away', async ({ page }) => {
  await open(page, 'problems');
  await expect(page.getByText('~/.aws/config, line 42')).toBeVisible();
  const keyring = page.getByTestId('notice').filter({ hasText: 'No keyring' });
  await keyring.getByRole('button', { name: 'Dismiss' }).click();
  await expect(keyring).toHaveCount(0);
  await page.evaluate(() => window.fake.world.changed('status'));
  await expect.poll(() => calls(page, 'status')).toHaveLength(2);
  await expect(keyring).toHaveCount(0);
  await page.evaluate(() => window.fake.emit('notice', { level: 'bad', message: 'The agent stopped. It was started again.' }));
  await expect(page.getByTestId('notice').filter({ hasText: 'The agent stopped' })).toBeVisible();
});
