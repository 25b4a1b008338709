/** A session's endpoint: switched on and off on its page, with who has asked there. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { calls, open } from './page';

const ADDRESS = '127.0.0.1:40917';

async function opened(page: Page, theme: 'light' | 'dark' = 'light'): Promise<string[]> {
  const faults = await open(page, 'spec', theme);
  await page.locator('[data-session="s-prod"]').first().click();
  await page.getByTestId('endpoint-switch').click();
  await expect(page.getByTestId('endpoint-address')).toHaveText(ADDRESS);
  return faults;
}

/** A program asks. */
const asks = (page: Page, use: 'served' | 'refused' | 'failed', why: string | null = null) =>
  page.evaluate(
    ([outcome, reason]) => window.fake.world.endpoints.ask({ outcome, why: reason, process: { kind: 'known', pid: 4711, program: 'python3' } }),
    [use, why] as const
  );

test('it is off until it is asked for, and off again', async ({ page }) => {
  await open(page);
  await page.locator('[data-session="s-prod"]').first().click();
  const toggle = page.getByTestId('endpoint-switch');
  await expect(toggle).toHaveAttribute('aria-checked', 'false');
  await expect(page.getByTestId('endpoint-address')).toHaveCount(0);
  await toggle.focus();
  await page.keyboard.press('Space');
  await expect(toggle).toHaveAttribute('aria-checked', 'true');
  await expect(page.getByTestId('endpoint-note')).toContainText('default profile');
  await expect(page.getByTestId('endpoint-log')).toContainText('Nobody has asked yet');
  await toggle.click();
  await expect(toggle).toHaveAttribute('aria-checked', 'false');
  await expect(page.getByTestId('endpoint-address')).toHaveCount(0);
  expect(await calls(page, 'close_endpoint')).toEqual([{ session_id: 's-prod' }]);
});

test('it belongs to one session', async ({ page }) => {
  await opened(page);
  await page.locator('[data-session="s-staging"]').first().click();
  await expect(page.getByTestId('endpoint-switch')).toHaveAttribute('aria-checked', 'false');
  await page.locator('[data-session="s-prod"]').first().click();
  await expect(page.getByTestId('endpoint-switch')).toHaveAttribute('aria-checked', 'true');
});

test('the variables are copied for the shell that is chosen, and never shown', async ({ page }) => {
  await opened(page);
  await page.getByTestId('shell-fish').click();
  await page.getByTestId('copy-endpoint').click();
  expect(await calls(page, 'copy_endpoint')).toEqual([{ session_id: 's-prod', shell: 'fish' }]);
  await expect(page.getByTestId('session-page')).not.toContainText('AWS_CONTAINER_AUTHORIZATION_TOKEN');
});

test('who asked is listed as it happens, the newest first', async ({ page }) => {
  await opened(page);
  await asks(page, 'served');
  await asks(page, 'refused', 'it had a wrong token');
  const uses = page.getByTestId('endpoint-use');
  await expect(uses).toHaveCount(2);
  await expect(uses.first()).toContainText('Refused');
  await expect(uses.first()).toContainText('It had a wrong token.');
  await expect(uses.last()).toContainText('python3 (4711)');
  await expect(page.getByTestId('endpoint-log')).toContainText('Served 1, turned away 1');
  for (let i = 0; i < 8; i++) await asks(page, 'served');
  await expect(uses).toHaveCount(6);
  await page.getByTestId('endpoint-log-all').click();
  await expect(uses).toHaveCount(10);
});

for (const theme of ['light', 'dark'] as const) {
  test(`an open endpoint has nothing that axe objects to, ${theme}`, async ({ page }) => {
    const faults = await opened(page, theme);
    await asks(page, 'served');
    await asks(page, 'refused', 'a web page asked');
    await asks(page, 'failed', 'the session has to be renewed with an MFA code; do that in Hatrack, or with `hat renew`');
    await expect(page.getByTestId('endpoint-use')).toHaveCount(3);
    await page.getByTestId('endpoint').scrollIntoViewIfNeeded();
    const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
    expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`)).toEqual([]);
    expect(faults).toEqual([]);
  });
}
