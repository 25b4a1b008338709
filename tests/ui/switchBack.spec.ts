/** Where a session is in use, and switching back with its undo. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { calls, open } from './page';
import { inUse } from './inUse';

test('the session page lists where the credentials went', async ({ page }) => {
  await open(page);
  await inUse(page);
  const uses = page.locator('.uses .use');
  await expect(uses.filter({ hasText: 'Console, S3 in firefox' })).toBeVisible();
  await expect(uses.filter({ hasText: 'Programs by credential_process, 2,001 times' })).toBeVisible();
  await expect(uses.filter({ hasText: 'python3 by hat exec, running' })).toBeVisible();
  await expect(page.getByTestId('use-endpoint')).toBeVisible();
  await expect(page.getByTestId('uses-since')).toContainText('Hatrack started then');
});

test('a switch back by the keyboard is undone by the keyboard', async ({ page }) => {
  const faults = await open(page);
  await page.locator('[data-session="s-prod"]').first().click();
  await page.keyboard.press('Control+Backspace');
  const toast = page.getByTestId('toast');
  await expect(toast).toContainText('Switched back from acme-prod');
  await expect(toast).toContainText('AWS accepts the credentials until');
  await expect(page.locator('[data-testid="session-link"][data-session="s-prod"]')).toHaveCount(0);
  await page.keyboard.press('Control+z');
  await expect(page.locator('[data-session="s-prod"]').first()).toBeVisible();
  await expect.poll(() => calls(page, 'undo_switch_back')).toEqual([{ undo: 'undo-s-prod' }]);
  await expect(page.getByText('The session is back')).toBeVisible();
  expect(faults).toEqual([]);
});

test('the undo counts down and goes', async ({ page }) => {
  await open(page);
  await page.locator('[data-session="s-prod"]').first().click();
  await page.getByTestId('switch-back').click();
  const undo = page.getByTestId('undo');
  await expect(undo).toHaveAccessibleName('Undo');
  await expect(undo).toHaveAccessibleDescription(/^Possible for 8 s/);
  await expect(undo).toContainText('8');
  await page.clock.runFor(3000);
  await expect(undo).toContainText('5');
  await page.clock.runFor(6000);
  await expect(undo).toHaveCount(0);
  await page.keyboard.press('Control+z');
  expect(await calls(page, 'undo_switch_back')).toEqual([]);
});

test('all at once are brought back by one undo', async ({ page }) => {
  await open(page);
  await page.evaluate(() => window.fake.world.back.answers.switch_back({ session_id: null, clipboard: false }));
  await expect(page.getByTestId('toast')).toContainText('Switched back from 4 sessions');
  await page.getByTestId('undo').click();
  await expect(page.getByTestId('session-link')).toHaveCount(4);
});

for (const theme of ['light', 'dark'] as const) {
  test(`axe finds nothing, ${theme}`, async ({ page }) => {
    await open(page, 'spec', theme);
    await inUse(page);
    await page.getByTestId('switch-back').click();
    await expect(page.getByTestId('undo')).toBeVisible();
    await page.clock.runFor(500);
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  });
}
