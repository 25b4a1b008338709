/** Signing in to Identity Center, allowing a command, and the portals in Settings. */
import { expect, test, type Page } from '@playwright/test';
import { calls, nav, open, roleRow } from './page';

const ROLE = 'acme:acme-prod/AuditorAccess';
const dialog = (page: Page) => page.getByTestId('sign-in-dialog');
const allow = (page: Page, portal: string) => page.evaluate((p) => window.fake.world.portals.allow(p), portal);

async function askFor(page: Page, key: string): Promise<void> {
  await roleRow(page, key).click();
  await page.getByTestId('switch-button').click();
}

test.describe('a switch that needs a sign-in', () => {
  test.beforeEach(async ({ page }) => {
    await open(page, 'portals');
    await askFor(page, ROLE);
    await expect(page.getByTestId('sign-in-browser')).toBeFocused();
  });

  test('names portal and host, and opens nothing before it is asked to', async ({ page }) => {
    await expect(page.getByRole('dialog')).toHaveAccessibleName('Sign in to acme');
    await expect(dialog(page)).toContainText('d-9067f1a2b3.awsapps.com');
    await expect(page.getByTestId('app')).toHaveAttribute('inert', '');
    expect(await calls(page, 'sign_in')).toEqual([]);
  });

  test('by the browser: counts down, opens again, copies the link, and switches by itself', async ({ page }) => {
    await page.getByTestId('sign-in-browser').click();
    await expect(dialog(page)).toContainText('has been opened in your browser');
    await expect(dialog(page).getByRole('timer')).toHaveText('5:00 left');
    await expect(dialog(page).getByRole('status').filter({ hasText: 'Waiting for you to sign in' })).toHaveCount(1);
    await page.clock.runFor(28_000);
    await expect(dialog(page).getByRole('timer')).toHaveText('4:32 left');
    await page.getByTestId('sign-in-open').click();
    await page.getByTestId('sign-in-copy').click();
    await expect(page.getByTestId('sign-in-copy')).toHaveText('Copied');
    expect(await calls(page, 'open_sign_in')).toEqual([{ id: 'si-1' }]);
    expect(await calls(page, 'copy_text')).toEqual([
      { text: 'https://oidc.eu-central-1.amazonaws.com/authorize?response_type=code&client_id=hatrack' }
    ]);
    await allow(page, 'acme');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(page.getByTestId('session-countdown')).toBeVisible();
    await expect(page.getByTestId('copy-env')).toBeFocused();
    expect(await calls(page, 'switch_role')).toHaveLength(2);
  });

  test('by a code: shows it with its address, for another device', async ({ page }) => {
    await page.getByTestId('sign-in-code').click();
    await expect(page.getByTestId('sign-in-user-code')).toHaveText('QBWD-LMXK');
    await expect(dialog(page)).toContainText('https://device.sso.eu-central-1.amazonaws.com/?user_code=QBWD-LMXK');
    await expect(dialog(page).getByRole('status').filter({ hasText: 'The code is QBWD-LMXK' })).toHaveCount(1);
    expect(await calls(page, 'sign_in')).toEqual([{ portal: 'acme', device: true, anew: false }]);
    await allow(page, 'acme');
    await expect(page.getByTestId('session-countdown')).toBeVisible();
  });

  test('a refusal in the browser stays in the dialog until it is tried again', async ({ page }) => {
    await page.getByTestId('sign-in-browser').click();
    await expect(page.getByTestId('sign-in-open')).toBeVisible();
    await page.evaluate(() => window.fake.world.portals.deny('acme'));
    await expect(page.getByTestId('sign-in-error')).toContainText('refused in the browser');
    await page.getByTestId('sign-in-again').click();
    await expect(page.getByTestId('sign-in-error')).toHaveCount(0);
    await allow(page, 'acme');
    await expect(page.getByTestId('session-countdown')).toBeVisible();
  });

  test('Escape gives it up, switches nothing, and gives the focus back', async ({ page }) => {
    await page.getByTestId('sign-in-browser').click();
    await expect(page.getByTestId('sign-in-open')).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(page.getByTestId('switch-button')).toBeFocused();
    expect(await calls(page, 'cancel_sign_in')).toEqual([{ id: 'si-1' }]);
    expect(await calls(page, 'switch_role')).toHaveLength(1);
  });
});

test('while it begins, which may take long, the keys stay in the dialog', async ({ page }) => {
  await open(page, 'portals');
  await askFor(page, ROLE);
  await page.getByTestId('sign-in-browser').click();
  await expect(page.getByTestId('sign-in-open')).toBeVisible();
  await page.evaluate(() => window.fake.world.portals.deny('acme'));
  await expect(page.getByTestId('sign-in-again')).toBeFocused();
  // From here on nothing is answered.
  await page.evaluate(() => (window.fake.world.commands.sign_in = () => new Promise(() => undefined)));
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('sign-in-browser')).toBeFocused();
  await page.keyboard.press('Enter');
  expect(await calls(page, 'sign_in')).toHaveLength(2);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByTestId('switch-button')).toBeFocused();
});

test('where the sign-in was made elsewhere meanwhile, nobody has to wait', async ({ page }) => {
  await open(page, 'portals');
  await askFor(page, ROLE);
  await allow(page, 'acme');
  await page.getByTestId('sign-in-browser').click();
  await expect(page.getByTestId('session-countdown')).toBeVisible();
  expect(await calls(page, 'await_sign_in')).toEqual([]);
});

test('a renewal that needs a sign-in asks for it and goes on', async ({ page }) => {
  await open(page, 'portals');
  await askFor(page, 'stuzio-projectx/BillingAccess');
  await expect(page.getByTestId('session-countdown')).toBeVisible();
  await page.clock.runFor(120_000);
  await page.evaluate(() => window.fake.world.commands.sign_out({ portal: 'stuzio-sso' }));
  await page.getByTestId('renew-button').click();
  await page.getByTestId('sign-in-browser').click();
  await expect(page.getByTestId('sign-in-open')).toBeVisible();
  await allow(page, 'stuzio-sso');
  await expect(page.getByTestId('session-countdown')).toHaveText('60:00');
});

test('two roles of one portal asked at once share one dialog, and both are switched to', async ({ page }) => {
  await open(page, 'portals');
  for (const role_key of [ROLE, 'acme:acme-dev/DeveloperAccess']) {
    await page.evaluate(
      (key) => window.fake.emit('navigate', { view: 'roles', session_id: null, role_key: key, ask_mfa: true }),
      role_key
    );
  }
  await expect.poll(() => calls(page, 'switch_role')).toHaveLength(2);
  await page.getByTestId('sign-in-browser').click();
  await expect(page.getByTestId('sign-in-open')).toBeVisible();
  await allow(page, 'acme');
  await expect(page.getByTestId('session-link')).toHaveCount(2);
  expect(await calls(page, 'sign_in')).toHaveLength(1);
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('a portal that is not on a host of AWS waits for a yes', async ({ page }) => {
  await open(page, 'portals');
  await askFor(page, 'lab:acme-staging/LabAccess');
  await page.getByTestId('sign-in-browser').click();
  await expect(page.getByTestId('consent')).toContainText('https://sso.lab.example');
  await expect(page.getByTestId('sign-in-cancel')).toBeFocused();
  await page.getByTestId('consent-button').click();
  await expect(page.getByTestId('sign-in-open')).toBeVisible();
  expect(await calls(page, 'consent_endpoint')).toEqual([{ endpoint: 'https://sso.lab.example' }]);
  await allow(page, 'lab');
  await expect(page.getByTestId('session-countdown')).toBeVisible();
});

test('with less motion nothing turns', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page, 'portals');
  await askFor(page, ROLE);
  await page.getByTestId('sign-in-browser').click();
  await expect(dialog(page)).toContainText('Waiting for you');
  await expect(dialog(page).locator('.spin')).toHaveCount(0);
});

test('a permission set takes no wishes, and its path says how one stands', async ({ page }) => {
  await open(page, 'portals');
  await roleRow(page, 'stuzio-projectx/BillingAccess').click();
  await expect(page.getByTestId('path-start')).toHaveText('Identity Center, signed in until 18:20');
  await expect(page.getByTestId('duration')).toHaveCount(0);
  await expect(page.getByTestId('session-name')).toHaveCount(0);
  await roleRow(page, ROLE).click();
  await expect(page.getByTestId('path-start')).toHaveText('Identity Center, signed out');
  await expect(page.getByTestId('switch-button')).toBeEnabled();
  await expect(page.getByTestId('role-detail')).toContainText('From acme');
});

test('a command is shown whole and inert, and runs only after a yes', async ({ page }) => {
  const faults = await open(page, 'portals');
  await askFor(page, 'acme-prod/VendorAccess');
  const consent = page.getByTestId('command-consent');
  await expect(consent).toContainText('vendor');
  await expect(page.getByTestId('command-text')).toContainText('--cache-folder /home/troy/.cache/vendor <b>x</b>\\u{1b}[31m');
  await expect(consent.locator('pre b')).toHaveCount(0);
  await page.getByTestId('command-cancel').click();
  await expect(consent).toHaveCount(0);
  expect(await calls(page, 'consent_command')).toEqual([]);
  expect(await calls(page, 'switch_role')).toHaveLength(1);

  await page.getByTestId('switch-button').click();
  await page.getByTestId('command-allow').click();
  await expect(page.getByTestId('session-countdown')).toBeVisible();
  expect(await calls(page, 'consent_command')).toMatchObject([{ command: expect.stringContaining('/opt/vendor/bin/credentials --tenant acme') }]);
  expect(faults).toEqual([]);
});

test.describe('portals in Settings', () => {
  const row = (page: Page, portal: string) => page.locator(`[data-testid="portal-row"][data-portal="${portal}"]`);

  test.beforeEach(async ({ page }) => {
    await open(page, 'portals');
    await nav(page, 'settings');
    await page.getByTestId('settings-sources').click();
  });

  test('show how one stands with each, what it lists and what failed', async ({ page }) => {
    await expect(page.getByTestId('portal-row')).toHaveCount(4);
    await expect(row(page, 'acme')).toContainText('Signed out');
    await expect(row(page, 'acme')).toContainText('12 accounts, 31 roles, listed yesterday 13:20');
    await expect(row(page, 'stuzio-sso')).toContainText('Until 18:20, 4 h from now. Renewed by itself.');
    const legacy = row(page, 'https://legacy.awsapps.com/start');
    await expect(legacy).toContainText('legacy.awsapps.com');
    await expect(legacy.getByRole('alert')).toContainText('3f1c0de2');
  });

  test('are signed in to and out of, with one question', async ({ page }) => {
    await row(page, 'acme').getByTestId('portal-sign-in').click();
    await page.getByTestId('sign-in-browser').click();
    await expect(page.getByTestId('sign-in-open')).toBeVisible();
    await allow(page, 'acme');
    await expect(row(page, 'acme')).toContainText('Signed in');
    await expect(row(page, 'acme').getByTestId('portal-list')).toBeFocused();

    await row(page, 'acme').getByTestId('portal-sign-out').click();
    await expect(page.getByTestId('sign-out-dialog')).toContainText('Every program on this computer');
    await page.keyboard.press('Escape');
    expect(await calls(page, 'sign_out')).toEqual([]);
    await row(page, 'acme').getByTestId('portal-sign-out').click();
    await page.getByTestId('sign-out-confirm').click();
    await expect(row(page, 'acme')).toContainText('Signed out');
    expect(await calls(page, 'sign_out')).toEqual([{ portal: 'acme' }]);
    await expect(row(page, 'acme').getByTestId('portal-sign-in')).toBeFocused();
  });

  test('are listed again, and the page follows', async ({ page }) => {
    await row(page, 'stuzio-sso').getByTestId('portal-list').click();
    await expect(row(page, 'stuzio-sso')).toContainText('Listing accounts and roles…');
    await row(page, 'stuzio-sso').getByTestId('portal-list').click({ force: true });
    expect(await calls(page, 'list_portal')).toEqual([{ portal: 'stuzio-sso' }]);
    await page.evaluate(() => window.fake.world.portals.listed('stuzio-sso', 5, 9));
    await expect(row(page, 'stuzio-sso')).toContainText('5 accounts, 9 roles, listed today 14:20');
  });
});

test('the foot of the sidebar offers to sign in where one is signed out', async ({ page }) => {
  await open(page, 'portals');
  await page.getByTestId('identity-menu').click();
  await expect(page.getByRole('menuitem')).toHaveText(['Sign in to acme…', 'Sign in to lab…', 'Identities and sources']);
  await page.getByRole('menuitem', { name: 'Sign in to lab…' }).click();
  await expect(page.getByRole('dialog')).toHaveAccessibleName('Sign in to lab');
});

test('the first run offers the portals there are', async ({ page }) => {
  await open(page, 'empty');
  await expect(page.getByText('aws configure sso')).toBeVisible();
  await page.evaluate(() => {
    const { portals } = window.fake.world;
    portals.states = [
      { portal: { name: 'acme', start_url: 'https://acme.awsapps.com/start', region: 'eu-west-1', kind: 'identity_center' }, signed_in_until: null,
        refreshes: true, accounts: null, roles: null, listed_at: null, listing: false, left_elsewhere: false, error: null }
    ];
    window.fake.world.changed('portals');
  });
  await page.getByTestId('portal-sign-in').click();
  await expect(page.getByRole('dialog')).toHaveAccessibleName('Sign in to acme');
});
