/** MFA devices that answer by themselves, and what a code serves. */
import { expect, test, type Page } from '@playwright/test';
import { settings } from './catalogViews';
import { calls, nav, open, roleRow } from './page';

const PHONE = 'arn:aws:iam::081278057606:mfa/troy-phone';
const MFA_ROLE = 'acme-prod/OrganizationAccountAccessRole';
const row = (page: Page, serial: string) => page.locator(`[data-testid="device-row"][data-serial="${serial}"]`);

async function switchTo(page: Page): Promise<void> {
  await nav(page, 'roles');
  await roleRow(page, MFA_ROLE).click();
  await page.getByTestId('switch-button').click();
}

test('a secret is added without being shown, and the next switch asks for no code', async ({ page }) => {
  await open(page, 'quiet');
  await settings(page, 'mfa');
  await page.getByTestId('device-add').click();
  // The device that roles ask for is filled in.
  await expect(page.getByTestId('device-serial')).toHaveValue(PHONE);
  await expect(page.getByTestId('device-secret')).toBeFocused();
  await expect(page.getByTestId('device-secret')).toHaveAttribute('type', 'password');
  await page.keyboard.type('JBSWY3DPEHPK3PXP');
  await page.keyboard.press('Enter');
  await expect(row(page, PHONE)).toContainText('Secret in the vault, added today 14:20');
  expect(await page.content()).not.toContain('JBSWY3DPEHPK3PXP');
  await switchTo(page);
  await expect(page.getByTestId('session-countdown')).toBeVisible();
});

test('what is no secret is refused, and another one can be given', async ({ page }) => {
  await open(page, 'quiet');
  await settings(page, 'mfa');
  await page.getByTestId('device-add').click();
  await page.getByTestId('device-secret').fill('0189-canary');
  await page.getByTestId('device-add-submit').click();
  await expect(page.getByTestId('device-error')).toContainText('no secret of a device');
  await expect(page.getByTestId('device-error')).not.toContainText('canary');
  await page.getByTestId('device-secret').fill('otpauth://totp/AWS:troy?secret=JBSWY3DPEHPK3PXP&issuer=AWS');
  await page.getByTestId('device-add-submit').click();
  await expect(row(page, PHONE)).toBeVisible();
});

test('a code is shown for as long as the device shows it, and copied', async ({ page }) => {
  await open(page, 'portals');
  await settings(page, 'mfa');
  await row(page, PHONE).getByTestId('device-show').click();
  // 14:20:12 is 18 seconds before the next window.
  await expect(row(page, PHONE).getByTestId('device-code')).toContainText('409 173');
  await row(page, PHONE).getByTestId('device-copy').click();
  await expect(page.getByTestId('toast')).toContainText('Clears in 60 s');
  expect(await calls(page, 'copy_code')).toEqual([{ code: '409173' }]);
  await page.clock.runFor(19_000);
  await expect(row(page, PHONE).getByTestId('device-code')).toHaveCount(0);
  await expect(row(page, PHONE).getByTestId('device-show')).toBeVisible();
});

test('a shown code is gone with its page', async ({ page }) => {
  await open(page, 'portals');
  await settings(page, 'mfa');
  await row(page, PHONE).getByTestId('device-show').click();
  await expect(page.getByTestId('device-code')).toBeVisible();
  await settings(page, 'general');
  await settings(page, 'mfa');
  await expect(page.getByTestId('device-code')).toHaveCount(0);
});

test('a secret is forgotten after one more question', async ({ page }) => {
  await open(page, 'portals');
  await settings(page, 'mfa');
  await row(page, PHONE).getByTestId('device-remove').click();
  await expect(row(page, PHONE).getByRole('button', { name: 'Keep' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(row(page, PHONE).getByTestId('device-remove')).toBeFocused();
  expect(await calls(page, 'remove_totp')).toEqual([]);
  await row(page, PHONE).getByTestId('device-remove').click();
  await row(page, PHONE).getByTestId('device-remove-confirm').click();
  await expect(row(page, PHONE)).toHaveCount(0);
  await expect(page.locator('body')).not.toBeFocused();
  await expect(page.locator('button:focus')).toBeVisible();
});

test('a code serves every role or one, and the price of each is said', async ({ page }) => {
  await open(page, 'quiet');
  await settings(page, 'mfa');
  await expect(page.getByTestId('code-cost')).toContainText('1 h at most');
  await page.getByTestId('code-use').getByText('One role').click();
  await expect(page.getByTestId('code-cost')).toContainText('Each switch asks for a code');
  expect(await calls(page, 'set_code_use')).toEqual([{ codes: 'each_role' }]);
});

test('remembered codes are forgotten', async ({ page }) => {
  await open(page);
  await settings(page, 'mfa');
  await page.getByTestId('forget-mfa').click();
  await expect(page.getByTestId('toast').last()).toContainText('The next switch asks for a code');
  await page.getByTestId('forget-mfa').click();
  await expect(page.getByTestId('toast').last()).toContainText('No code was remembered');
});

test('devices that cannot be read can be tried again', async ({ page }) => {
  await open(page);
  await page.evaluate(() => {
    const { commands } = window.fake.world;
    const { devices } = commands;
    commands.devices = () => {
      commands.devices = devices;
      throw new Error('The vault cannot be read. Unlock the keyring.');
    };
  });
  await settings(page, 'mfa');
  await expect(page.getByTestId('devices-error')).toContainText('Unlock the keyring');
  await page.getByTestId('devices-error').getByRole('button').click();
  await expect(page.getByTestId('devices-error')).toHaveCount(0);
});

test.describe('a YubiKey', () => {
  async function remember(page: Page): Promise<void> {
    await open(page, 'quiet');
    await settings(page, 'mfa');
    await page.getByTestId('device-add').click();
    await page.getByTestId('device-from').getByText('A YubiKey').click();
    await page.getByTestId('device-account').fill('AWS:troy');
    await page.getByTestId('device-add-submit').click();
    await expect(row(page, PHONE)).toContainText('YubiKey, account AWS:troy');
  }

  test('gives the code once it is touched', async ({ page }) => {
    await remember(page);
    await page.evaluate(() => {
      window.fake.world.devices.key = new Promise((done) => Object.assign(window, { touch: () => done('409173') }));
    });
    await switchTo(page);
    await expect(page.getByTestId('mfa-key')).toContainText('Touch your YubiKey');
    await page.evaluate(() => (window as unknown as { touch: () => void }).touch());
    await expect(page.getByTestId('session-countdown')).toBeVisible();
    expect(await calls(page, 'yubikey_code')).toEqual([{ serial: PHONE }]);
  });

  test('that gives none leaves the code to the person', async ({ page }) => {
    await remember(page);
    await page.evaluate(() => {
      window.fake.world.commands.yubikey_code = () => {
        throw new Error('No code from the YubiKey: ykman could not be started.');
      };
    });
    await switchTo(page);
    await expect(page.getByTestId('mfa-key')).toContainText('could not be started');
    await page.getByTestId('mfa-code').fill('409173');
    await expect(page.getByTestId('session-countdown')).toBeVisible();
  });

  test('is forgotten, and its codes are typed again', async ({ page }) => {
    await remember(page);
    await row(page, PHONE).getByTestId('device-remove').click();
    await expect(row(page, PHONE)).toHaveCount(0);
    await switchTo(page);
    await expect(page.getByTestId('mfa-code')).toBeFocused();
    expect(await calls(page, 'yubikey_code')).toEqual([]);
  });
});
