/** History as a picture, narrowed, taken along and kept; by keyboard. */
import { expect, test } from '@playwright/test';
import { manyDays } from './historyViews';
import { calls, nav, open } from './page';

test('the day by keyboard alone: marks, their rows, another day', async ({ page }) => {
  await open(page);
  await nav(page, 'history');
  const strip = page.getByTestId('history-strip');
  await expect(strip.getByRole('button').first()).toBeVisible();
  await strip.focus();
  await page.keyboard.press('ArrowDown');
  const first = strip.getByRole('button').first();
  await expect(first).toBeFocused();
  await page.keyboard.press('End');
  await expect(strip.getByRole('button').last()).toBeFocused();
  const name = (await strip.getByRole('button').last().getAttribute('aria-label')) ?? '';
  expect(name).toContain('stuzio-projectx, AdministratorAccess');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('history-table')).toBeFocused();
  await expect(page.locator('[data-testid="history-row"][aria-selected="true"]')).toContainText('AdministratorAccess');
  await strip.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByTestId('history-day')).toContainText('Wed 10 Jun');
  await expect(strip).toBeFocused();
  await expect(page.getByTestId('history-told')).toHaveText('Wed 10 Jun: 3 sessions');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('history-day')).toContainText('Thu 11 Jun');
});

test('a bar of a row that the list has not read yet leads to it', async ({ page }) => {
  await open(page);
  await page.evaluate(() => {
    const { world } = window.fake;
    const last = world.history.find((r) => r.session_id === 's-prod' && r.event === 'export');
    const noise = Array.from({ length: 250 }, () => ({ ...last!, at: new Date().toISOString() }));
    const all = [...noise, ...world.history];
    world.history = all.map((row, i) => ({ ...row, id: all.length - i }));
  });
  await nav(page, 'history');
  await page.getByRole('button', { name: /acme-dev, PowerUserAccess/ }).click();
  await expect(page.getByTestId('history-entry')).toContainText('PowerUserAccess');
  await expect(page.locator('[data-testid="history-row"][aria-selected="true"]')).toContainText('PowerUserAccess');
});

test('what was read on to stays when a minute has passed', async ({ page }) => {
  await open(page);
  await manyDays(page);
  await nav(page, 'history');
  await expect(page.getByText('100 entries so far')).toBeVisible();
  await page.getByTestId('history-table').focus();
  await page.keyboard.press('End');
  await expect(page.getByText('100 entries so far')).toHaveCount(0);
  const asked = (await calls(page, 'history')).length;
  await page.clock.runFor(130_000);
  await expect(page.getByText('14:22', { exact: true })).toBeVisible();
  expect((await calls(page, 'history')).length).toBe(asked);
});

test('a week: seven days, a day of it, another week', async ({ page }) => {
  await open(page);
  await manyDays(page);
  await nav(page, 'history');
  await page.getByTestId('history-scale').getByRole('radio', { name: 'Week' }).click();
  await expect(page.getByTestId('history-day')).toContainText('8 to 14 Jun');
  const strip = page.getByTestId('history-strip');
  await expect(strip.getByRole('button', { name: 'Fri 12 Jun' })).toBeDisabled();
  await expect(strip.getByRole('button', { name: /Mon 8 Jun \d\d:\d\d to/ }).first()).toBeVisible();
  await strip.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByTestId('history-day')).toContainText('1 to 7 Jun');
  await expect(page.getByTestId('history-told')).toContainText('1 to 7 Jun: ');
  await expect(page.getByTestId('history-told')).toContainText('denial');
  await expect(page.getByTestId('history-row').first()).toBeVisible();
  await page.keyboard.press('Home');
  await expect(strip.getByRole('button', { name: 'Mon 1 Jun', exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('history-day')).toHaveText('Mon 1 Jun');
  await expect(page.getByTestId('history-scale').getByRole('radio', { name: 'Day' })).toBeChecked();
});

test('a month: amounts of each day, by keyboard to one of them', async ({ page }) => {
  await open(page);
  await manyDays(page);
  await nav(page, 'history');
  await page.getByTestId('history-scale').getByRole('radio', { name: 'Month' }).click();
  await expect(page.getByTestId('history-day')).toHaveText('June 2026');
  const today = page.getByRole('button', { name: /^Thu 11 Jun, / });
  await expect(today).toHaveAccessibleName(/acme-prod 2 sessions, 2 denials;/);
  await expect(page.getByTestId('history-told')).toContainText(/June 2026: \d+ sessions, \d+ denials/);
  await today.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('button', { name: /^Wed 10 Jun, / })).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('button', { name: /^Wed 3 Jun, / })).toBeFocused();
  await page.keyboard.press('PageUp');
  await expect(page.getByTestId('history-day')).toHaveText('May 2026');
  await expect(page.getByRole('button', { name: /^Sun 3 May, nothing/ })).toBeFocused();
  await page.keyboard.press('PageDown');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('history-day')).toHaveText('Wed 3 Jun');
  await expect(page.getByTestId('history-table')).toBeFocused();
});

test('what is narrowed by is said, and cleared one by one or at once', async ({ page }) => {
  await open(page);
  await nav(page, 'history');
  const rows = page.getByTestId('history-row');
  await expect(page.getByTestId('history-said')).toHaveCount(0);
  await page.getByTestId('history-event').click();
  await page.getByRole('option', { name: 'Expired' }).click();
  await expect(rows.first()).toHaveAttribute('data-event', 'expire');
  const expired = await rows.count();
  await rows.first().click();
  await page.getByTestId('only-role').click();
  await expect(page.getByTestId('history-said')).toContainText('Expired');
  await expect.poll(() => rows.count()).toBeLessThan(expired);
  await page.getByTestId('history-said').getByRole('button', { name: 'Remove Expired' }).click();
  await expect(page.getByTestId('history-said')).not.toContainText('Expired');
  await page.getByTestId('history-clear').click();
  await expect(page.getByTestId('history-said')).toHaveCount(0);
  await expect(rows.first()).toHaveAttribute('data-outcome', 'denied');
});

test('goes to a typed day, and says what is no day', async ({ page }) => {
  await open(page);
  await nav(page, 'history');
  await page.getByTestId('history-day').click();
  await page.getByTestId('jump-day').fill('12 xyz');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('no past day');
  await page.getByTestId('jump-day').fill('2026-06-12');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('no past day');
  await page.getByTestId('jump-day').fill('10 jun');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('history-day')).toContainText('Wed 10 Jun');
  await expect(page.getByTestId('history-day')).toBeFocused();
});

test('exports what the list shows, by Ctrl E', async ({ page }) => {
  await open(page);
  await nav(page, 'history');
  await page.getByTestId('history-outcome').click();
  await page.getByRole('option', { name: 'Denied' }).click();
  await page.keyboard.press('Control+e');
  await expect(page.getByTestId('export-said')).toContainText('Only Denied');
  await page.getByTestId('export-range').getByRole('radio', { name: 'All time' }).click();
  await page.getByTestId('export-format').getByRole('radio', { name: /JSON/ }).click();
  await page.getByTestId('export-save').click();
  await expect(page.getByTestId('toast')).toContainText('2 entries written');
  const [asked] = (await calls(page, 'export_history')) as { query: Record<string, unknown>; format: string }[];
  expect(asked?.format).toBe('json');
  expect(asked?.query).toMatchObject({ outcome: 'denied', since: null, until: null });
});

test('the report and how much is kept', async ({ page }) => {
  await open(page);
  await nav(page, 'history');
  await page.getByTestId('history-use').click();
  const role = page.getByTestId('use-rows').getByRole('row', { name: /readonly-asi-production-bucket/ });
  await expect(role.getByRole('cell')).toHaveText(['0', '–', '1', /^\d\d:\d\d$/]);
  await page.keyboard.press('Escape');
  await page.getByTestId('history-keep').click();
  await expect(page.getByTestId('keep-save')).toHaveText('Save');
  await page.getByTestId('keep-choice').click();
  await page.getByRole('option', { name: '90 days' }).click();
  await expect(page.getByTestId('keep-save')).toHaveText('Save and remove older');
  await page.getByTestId('keep-save').click();
  await expect(page.getByTestId('history-keep')).toHaveText('Kept on this computer for 90 days');
  expect(await calls(page, 'set_history_keep')).toEqual([{ keep: { days: 90 } }]);
});

test('without anything there are words in its place', async ({ page }) => {
  const faults = await open(page, 'quiet');
  await page.evaluate(() => (window.fake.world.history = []));
  await nav(page, 'history');
  await expect(page.getByText('No sessions on this day')).toBeVisible();
  await page.getByTestId('history-scale').getByRole('radio', { name: 'Week' }).click();
  await expect(page.getByText('No sessions in this week')).toBeVisible();
  await page.getByTestId('history-scale').getByRole('radio', { name: 'Month' }).click();
  await expect(page.getByTestId('history-told')).toHaveText('June 2026: nothing');
  expect(faults).toEqual([]);
});
