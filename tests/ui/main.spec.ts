/** The main job with the pointer: switch, count down, copy, browse, download, switch back. */
import { expect, test } from '@playwright/test';
import { bucketRow, calls, nav, objectRow, open, roleRow } from './page';

test('switches, counts down, exports, browses, downloads and switches back', async ({ page }) => {
  const faults = await open(page, 'quiet');
  await roleRow(page, 'stuzio-projectx/ProjectXBucketAdmin').click();
  await page.getByTestId('switch-button').click();

  const countdown = page.getByTestId('session-countdown');
  await expect(countdown).toHaveText('60:00');
  await expect(page.getByTestId('copy-env')).toBeFocused();
  await page.clock.runFor(3000);
  await expect(countdown).toHaveText('59:57');
  await expect(page.getByTestId('session-link')).toHaveCount(1);

  await page.getByTestId('shell-fish').click();
  await expect(page.getByTestId('env-lines')).toContainText('set -gx AWS_ACCESS_KEY_ID');
  await expect(page.getByTestId('env-lines')).toContainText('1,064 characters');
  await page.getByTestId('copy-env').click();
  await expect(page.getByTestId('toast')).toBeVisible();
  expect(await calls(page, 'copy_env')).toEqual([{ session_id: 's-new-1', shell: 'fish' }]);
  await page.clock.runFor(10_000);
  await expect(page.getByTestId('toast')).toHaveCount(0);

  await page.getByTestId('browse-s3').click();
  await bucketRow(page, 'com.stuzio.project-x').click();
  await objectRow(page, 'exports/').click();
  await objectRow(page, 'exports/2026-06/').click();
  await objectRow(page, 'exports/2026-06/schema-v14.json').click();
  await page.clock.runFor(500);
  await expect(page.getByTestId('preview-text')).toContainText('"asi_events"');
  await page.getByTestId('download-button').click();
  const transfer = page.getByTestId('transfer-row');
  await expect(transfer).toHaveAttribute('data-state', 'running');
  await page.evaluate(() => window.fake.world.progress('t-1', { done: 38_400, target: '/home/troy/Downloads/schema-v14.json', state: { kind: 'done', note: null } }));
  await expect(transfer).toHaveAttribute('data-state', 'done');
  await page.getByTestId('show-transfer').click();
  expect(await calls(page, 'show_transfer')).toEqual([{ id: 't-1' }]);

  await nav(page, 'sessions');
  await page.getByTestId('switch-back').click();
  await expect(page.getByTestId('session-link')).toHaveCount(0);
  expect(await calls(page, 'switch_back')).toEqual([{ session_id: 's-new-1', clipboard: true }]);
  await page.getByTestId('toast').getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByTestId('session-countdown')).toBeVisible();

  await nav(page, 'history');
  await expect(page.locator('[data-testid="history-row"][data-event="switch"][data-outcome="ok"]').first()).toContainText('ProjectXBucketAdmin');
  expect(faults).toEqual([]);
});

test('switches and copies in one go from the split button', async ({ page }) => {
  await open(page, 'quiet');
  await roleRow(page, 'stuzio-projectx/ProjectXBucketAdmin').click();
  await page.getByTestId('switch-menu').click();
  await page.getByTestId('menu-copy').click();
  await expect(page.getByTestId('session-countdown')).toBeVisible();
  await expect.poll(() => calls(page, 'copy_env')).toHaveLength(1);
});

test('sends the wishes of the form, and only those', async ({ page }) => {
  await open(page, 'quiet');
  await roleRow(page, 'acme-dev/StuzioAcmeConsultantRole').click();
  await page.getByTestId('duration').getByRole('radio', { name: '15m' }).click();
  await page.getByTestId('region').click();
  await page.getByRole('option', { name: /eu-west-2/ }).click();
  await page.getByTestId('session-name').fill('release-7');
  await page.getByTestId('switch-button').click();
  await expect(page.getByTestId('session-countdown')).toHaveText('15:00');
  expect(await calls(page, 'switch_role')).toEqual([
    { role_key: 'acme-dev/StuzioAcmeConsultantRole', duration: 900, region: 'eu-west-2', session_name: 'release-7', external_id: null, mfa_code: null }
  ]);
});

test('a session comes to its marks: colour, words aloud, end', async ({ page }) => {
  await open(page);
  await page.locator('[data-session="s-prod"]').first().click();
  const countdown = page.getByTestId('session-countdown');
  await expect(countdown).toHaveClass(/is-ok/);
  await page.clock.runFor((2537 - 899) * 1000);
  await expect(countdown).toHaveClass(/is-warn/);
  await expect(page.locator('[aria-live="polite"]').first()).toContainText('acme-prod / StuzioAcmeConsultantRole expires in 15 min');
  await page.clock.runFor(600 * 1000);
  await expect(countdown).toHaveClass(/is-crit/);
  await page.clock.runFor(300 * 1000);
  await expect(countdown).toHaveText('Expired');
  await expect(page.locator('[aria-live="assertive"]')).toContainText('has expired');
  await expect(page.getByTestId('copy-env')).toBeDisabled();
});

test('renews in place', async ({ page }) => {
  await open(page);
  await page.locator('[data-session="s-staging"]').first().click();
  await page.getByTestId('renew-button').click();
  await expect(page.getByTestId('session-countdown')).toHaveText(/^(1h 59m|2h 0m)$/);
});

test('refetches what the program says has changed, and when the page is seen again', async ({ page }) => {
  await open(page, 'quiet');
  await expect(page.getByTestId('nav-roles')).toContainText('14');
  await page.evaluate(() => {
    window.fake.world.roles = window.fake.world.roles.slice(0, 5);
    window.fake.world.changed('catalog');
  });
  await expect(page.getByTestId('nav-roles')).toContainText('5');
  const before = (await calls(page, 'sessions')).length;
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await expect.poll(async () => (await calls(page, 'sessions')).length).toBeGreaterThan(before);
});

test('goes where the tray and notifications send it', async ({ page }) => {
  await open(page);
  await page.evaluate(() => window.fake.emit('navigate', { view: 'buckets', session_id: 's-stuzio', role_key: null, ask_mfa: false }));
  await expect(page.getByTestId('session-chooser')).toContainText('stuzio-projectx');
  await page.evaluate(() => window.fake.emit('navigate', { view: 'sessions', session_id: 's-prod', role_key: null, ask_mfa: true }));
  await expect(page.getByTestId('mfa-code')).toBeFocused();
  await page.getByTestId('mfa-code').fill('409173');
  await expect(page.getByTestId('session-countdown')).toHaveText('60:00');
  await page.evaluate(() => window.fake.emit('navigate', { view: 'roles', session_id: null, role_key: 'acme-staging/OrganizationAccountAccessRole', ask_mfa: true }));
  await expect(page.getByRole('dialog')).toContainText('acme-staging');
});

test('asks what quitting does, and remembers if told to', async ({ page }) => {
  await open(page);
  await page.evaluate(() => window.fake.emit('quit_asked', {}));
  await expect(page.getByTestId('quit-keep')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.evaluate(() => window.fake.emit('quit_asked', {}));
  await page.getByText('Remember this').click();
  await page.getByTestId('quit-end-all').click();
  expect(await calls(page, 'quit')).toEqual([{ choice: 'end_all', remember: true }]);
});

test('an endpoint that is not AWS’s waits for a yes', async ({ page }) => {
  await open(page, 'quiet');
  await roleRow(page, 'stuzio-projectx/ReadOnlyAccess').click();
  await page.getByTestId('switch-button').click();
  await expect(page.getByTestId('consent')).toContainText('http://127.0.0.1:4566');
  await page.getByTestId('consent-button').click();
  await expect(page.getByTestId('session-countdown')).toBeVisible();
  expect(await calls(page, 'consent_endpoint')).toEqual([{ endpoint: 'http://127.0.0.1:4566' }]);
});
