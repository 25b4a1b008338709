/** SAML providers: the dialog, pasting, and the list in Settings. */
import { expect, test, type Page } from '@playwright/test';
import { calls, nav, open, roleRow } from './page';

const ROLE = 'acme:acme-prod/AuditorAccess';
const RESPONSE = 'PHNhbWxwOlJlc3BvbnNlPg==';
const dialog = (page: Page) => page.getByTestId('sign-in-dialog');
const row = (page: Page, portal: string) => page.locator(`[data-testid="portal-row"][data-portal="${portal}"]`);

/** The page with `acme` a SAML provider. */
async function openSaml(page: Page, start_url = 'https://login.acme.example/aws'): Promise<string[]> {
  const faults = await open(page, 'portals');
  await page.evaluate((url) => {
    const { portals } = window.fake.world;
    portals.patch('acme', { portal: { name: 'acme', start_url: url, region: '', kind: 'saml' }, refreshes: false });
    window.fake.world.changed('portals');
  }, start_url);
  return faults;
}

async function askFor(page: Page): Promise<void> {
  await roleRow(page, ROLE).click();
  await page.getByTestId('switch-button').click();
}

test('a switch opens the provider’s own window, waits for it and goes on', async ({ page }) => {
  const faults = await openSaml(page);
  await askFor(page);
  await expect(dialog(page)).toContainText('login.acme.example');
  await expect(page.getByTestId('sign-in-code')).toHaveCount(0);
  await page.getByTestId('sign-in-browser').click();
  await expect(dialog(page)).toContainText('in the window that has opened');
  await expect(dialog(page).getByRole('timer')).toHaveText('5:00 left');
  await page.getByTestId('sign-in-open').click();
  expect(await calls(page, 'open_sign_in')).toEqual([{ id: 'si-1' }]);
  await page.evaluate(() => window.fake.world.portals.allow('acme'));
  await expect(page.getByTestId('session-countdown')).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect(faults).toEqual([]);
});

test('what is pasted is not shown, is said to be of no use, and is used', async ({ page }) => {
  await openSaml(page);
  await askFor(page);
  await page.getByTestId('sign-in-browser').click();
  await page.getByTestId('sign-in-paste').click();
  const field = page.getByTestId('saml-response');
  await expect(field).toBeFocused();
  await expect(field).toHaveAttribute('type', 'password');
  await expect(page.getByTestId('saml-give')).toBeDisabled();
  await field.fill('hello');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('sign-in-error')).toContainText('not base64');
  await expect(field).toHaveValue('');
  await field.fill('hello again');
  await page.getByTestId('saml-give').click();
  await expect(field).toBeFocused();
  await field.fill(RESPONSE);
  await page.getByTestId('saml-give').click();
  await expect(page.getByTestId('session-countdown')).toBeVisible();
  expect(await calls(page, 'paste_saml')).toHaveLength(3);
});

test('a page that is not encrypted waits for a yes', async ({ page }) => {
  await openSaml(page, 'http://login.acme.example/aws');
  await askFor(page);
  await page.getByTestId('sign-in-browser').click();
  await expect(page.getByTestId('consent')).toContainText('http://login.acme.example is not encrypted');
  await expect(page.getByTestId('sign-in-cancel')).toBeFocused();
  await page.getByTestId('consent-button').click();
  await expect(page.getByTestId('sign-in-open')).toBeVisible();
});

test('a provider is added, signed in to, out of, and removed', async ({ page }) => {
  const faults = await open(page, 'portals');
  await nav(page, 'settings');
  await page.getByTestId('settings-sources').click();
  await page.getByTestId('saml-add').click();
  await expect(page.getByTestId('saml-name')).toBeFocused();
  await expect(page.getByTestId('saml-add-confirm')).toBeDisabled();
  await page.getByTestId('saml-name').fill('directory');
  await page.getByTestId('saml-address').fill('login.example.com');
  await page.getByTestId('saml-add-confirm').click();
  await expect(page.getByTestId('saml-error')).toContainText('no address');
  await page.getByTestId('saml-address').fill('https://login.example.com/aws');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(row(page, 'directory')).toContainText('SAML');

  await row(page, 'directory').getByTestId('portal-sign-in').click();
  await page.getByTestId('sign-in-browser').click();
  await expect(page.getByTestId('sign-in-open')).toBeVisible();
  await page.evaluate(() => window.fake.world.portals.allow('directory'));
  await expect(row(page, 'directory')).toContainText('Signed in');
  await expect(row(page, 'directory').getByTestId('portal-list')).toHaveCount(0);
  await row(page, 'directory').getByTestId('portal-sign-out').click();
  await expect(page.getByTestId('sign-out-dialog')).not.toContainText('Every program');
  await page.getByTestId('sign-out-confirm').click();
  await row(page, 'directory').getByTestId('portal-remove').click();
  await expect(row(page, 'directory')).toHaveCount(0);
  expect(await calls(page, 'remove_saml')).toEqual([{ portal: 'directory' }]);
  expect(faults).toEqual([]);
});
