/** Doctor: every denial leads here, by keys alone too; what is copied is what is shown. */
import { expect, test, type Page } from '@playwright/test';
import { CURLY, diagnosed, doctorPage, pasteTrust, thirdParty } from './doctorViews';
import { bucketRow, calls, nav, open, roleRow } from './page';

const check = (page: Page, placement: string) => page.locator(`[data-testid="check"][data-placement="${placement}"]`);
const copied = async (page: Page) => ((await calls(page, 'copy_text')).at(-1) as { text: string } | undefined)?.text;

async function denied(page: Page): Promise<void> {
  await roleRow(page, 'acme-prod/readonly-asi-production-bucket').click();
  await page.getByTestId('switch-button').click();
  await page.getByTestId('mfa-code').fill('409173');
  await page.getByTestId('denial').waitFor();
}

test('from the denied switch to the JSON, by keys alone', async ({ page }) => {
  const faults = await open(page);
  await denied(page);
  await page.getByTestId('why').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('headline')).toHaveText('The role’s trust policy most likely does not name you');
  await expect(check(page, 'trust')).toHaveAttribute('aria-selected', 'true');

  await page.keyboard.press('c');
  await expect.poll(() => copied(page)).toContain('"StuzioTroy"');
  await page.keyboard.press('m');
  await expect.poll(() => copied(page)).toContain('Please add this statement');
  await page.keyboard.press('1');
  await expect(check(page, 'assume_role')).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByTestId('no-cure')).toBeVisible();

  await page.getByTestId('checks').focus();
  await page.keyboard.press('ArrowDown');
  await expect(check(page, 'trust')).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('End');
  await expect(check(page, 'bucket_policy')).toHaveAttribute('aria-selected', 'true');

  const before = (await calls(page, 'diagnose')).length;
  await page.keyboard.press('Control+r');
  await expect.poll(async () => (await calls(page, 'diagnose')).length).toBe(before + 1);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('doctor-home')).toBeVisible();
  expect(faults).toEqual([]);
});

test('what is asked is what the view knows of the denial', async ({ page }) => {
  await open(page);
  await denied(page);
  await page.getByTestId('why').click();
  await page.getByTestId('headline').waitFor();
  expect((await calls(page, 'diagnose')).at(-1)).toMatchObject({
    role_key: 'acme-prod/readonly-asi-production-bucket',
    denial: { code: 'AccessDenied', action: 'sts:AssumeRole', request_id: '6f0c2b1e-5d0a-4c47-9a53-2f1f0c7be1d4' },
    text: null
  });
});

test('a policy that is pasted makes likely certain', async ({ page }) => {
  await open(page);
  await diagnosed(page);
  await expect(check(page, 'trust')).toHaveAttribute('data-verdict', 'likely_missing');
  await pasteTrust(page);
  await page.getByTestId('paste-take').click();
  await expect(check(page, 'trust')).toHaveAttribute('data-verdict', 'missing');
  expect((await calls(page, 'diagnose')).at(-1)).toMatchObject({ given: { trust: '{"Version":"2012-10-17","Statement":[]}', bucket_policy: null } });
  // Another denial starts without them.
  await page.getByTestId('doctor-back').click();
  await page.getByTestId('denial-row').last().click();
  await expect(check(page, 'trust')).toHaveAttribute('data-verdict', 'likely_missing');
});

test('the count is of denials that nobody has looked at, and that still stand', async ({ page }) => {
  await open(page);
  const count = page.getByTestId('nav-doctor').locator('.nav-count');
  await expect(count).toHaveText('1');
  await expect(count).toHaveAttribute('title', '1 denial to look at');
  await diagnosed(page);
  await expect(count).toHaveCount(0);
});

test('history leads to Doctor, by Enter and by its entry', async ({ page }) => {
  await open(page);
  await nav(page, 'history');
  await page.getByTestId('history-row').first().click();
  await page.getByTestId('why').click();
  await expect(page.getByTestId('headline')).toBeVisible();
  await nav(page, 'history');
  await page.getByTestId('history-table').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('headline')).toBeVisible();
});

test('a bucket that may not be listed leads to Doctor', async ({ page }) => {
  await open(page);
  await nav(page, 'buckets');
  await bucketRow(page, 'acme-rds-snapshots').click();
  await page.getByTestId('why').click();
  await expect(page.getByTestId('headline')).toBeVisible();
  expect((await calls(page, 'diagnose')).at(-1)).toMatchObject({ place: 's3://acme-rds-snapshots/', denial: null });
});

test('the tray opens Doctor on the role’s last denial', async ({ page }) => {
  await open(page);
  await page.evaluate(() =>
    window.fake.emit('navigate', { view: 'doctor', session_id: null, role_key: 'acme-prod/readonly-asi-production-bucket', ask_mfa: false })
  );
  await expect(page.getByTestId('headline')).toBeVisible();
});

test('a cure comes in other forms, and C copies what is shown', async ({ page }) => {
  await open(page);
  await diagnosed(page);
  await page.getByTestId('cure-format').locator('[data-value="terraform"]').click();
  await expect(page.getByTestId('cure-code')).toContainText('aws_iam_policy_document');
  await page.getByTestId('checks').focus();
  await page.keyboard.press('c');
  await expect.poll(() => copied(page)).toContain('aws_iam_policy_document');
});

test('an error that is pasted is diagnosed, and a fault is said with a way on', async ({ page }) => {
  await open(page);
  await doctorPage(page, 'error');
  await page.getByTestId('error-text').fill('An error occurred (ExpiredToken): the clock');
  await page.getByTestId('error-diagnose').click();
  await expect(page.getByTestId('headline')).toHaveText('This computer’s clock is wrong');
  await expect(page.getByTestId('advice')).toBeVisible();
  await page.evaluate(() => (window.fake.world.doctor.fault = 'The agent does not answer. Try again.'));
  await page.getByTestId('check-again').click();
  await expect(page.getByTestId('doctor-error')).toContainText('The agent does not answer');
  await page.evaluate(() => (window.fake.world.doctor.fault = null));
  await page.getByTestId('doctor-error').getByRole('button', { name: 'Retry' }).click();
  await expect(page.getByTestId('doctor-error')).toHaveCount(0);
});

test('typographic quotes are found, mended, and then nothing is left to find', async ({ page }) => {
  await open(page);
  await doctorPage(page, 'policy');
  await page.getByTestId('policy-text').fill(CURLY);
  await page.getByTestId('policy-check').click();
  await expect(page.getByTestId('finding')).toHaveCount(2);
  await page.getByTestId('policy-mend').click();
  await expect(page.getByTestId('policy-text')).not.toHaveValue(/[“”]/);
  await expect(page.getByTestId('finding')).toHaveCount(0);
  await expect(page.getByTestId('policy-words')).toBeVisible();
});

test('access for a third party is composed; a change takes the result away', async ({ page }) => {
  await open(page);
  await doctorPage(page, 'compose');
  await expect(page.getByTestId('compose-go')).toBeDisabled();
  await thirdParty(page);
  expect((await calls(page, 'compose_access')).at(-1)).toMatchObject({ case: 'third_party', external_id: null, access: { bucket: 'asi-production' } });
  await expect(page.getByTestId('composed-policy')).toHaveCount(2);
  await expect(page.getByTestId('composed-external-id')).not.toBeEmpty();
  await page.getByTestId('compose-bucket').fill('another');
  await expect(page.getByTestId('composed')).toHaveCount(0);
});
