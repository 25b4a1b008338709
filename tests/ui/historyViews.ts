/** The views of History besides its day, for axe and for the pictures. */
import type { Page } from '@playwright/test';
import { nav } from './page';

/** Six weeks of work: sessions on the days of the week, now and then a refusal. */
export async function manyDays(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { world } = window.fake;
    const DAY = 86_400_000;
    const kinds = world.history.filter((r) => r.event === 'switch' && r.outcome === 'ok');
    const denied = world.history.find((r) => r.outcome === 'denied');
    const rows = [];
    for (let back = 2; back < 42; back += 1) {
      const day = new Date(Date.now() - back * DAY);
      if (day.getDay() === 0 || day.getDay() === 6 || !denied) continue;
      for (let n = 0; n < 2 + ((back * 7) % 5); n += 1) {
        const kind = kinds[(back + n) % kinds.length];
        day.setHours(8 + n * 2, (back * 13) % 60, 0, 0);
        if (kind) rows.push({ ...kind, at: day.toISOString(), session_id: `m${back}-${n}`, duration_s: 3600 * (1 + (n % 3)) });
      }
      day.setHours(11, 40, 0, 0);
      if (back % 4 === 0) rows.push({ ...denied, at: day.toISOString() });
    }
    const all = [...world.history, ...rows].sort((a, b) => (a.at < b.at ? 1 : -1));
    world.history = all.map((row, i) => ({ ...row, id: all.length - i }));
  });
}

async function scale(page: Page, name: 'Week' | 'Month'): Promise<void> {
  await manyDays(page);
  await nav(page, 'history');
  await page.getByTestId('history-scale').getByRole('radio', { name }).click();
  await page.getByRole('button', { name: /Thu 11 Jun/ }).first().waitFor();
  await page.getByTestId('history-row').first().waitFor();
}

export const historyViews: Record<string, { width?: number; height?: number; act: (page: Page) => Promise<unknown> }> = {
  'history-week': { act: (page) => scale(page, 'Week') },
  'history-month': { act: (page) => scale(page, 'Month') },
  'history-week-narrow': { width: 900, height: 600, act: (page) => scale(page, 'Week') },
  'history-month-narrow': { width: 900, height: 600, act: (page) => scale(page, 'Month') },
  'history-filtered': {
    act: async (page) => {
      await nav(page, 'history');
      await page.getByTestId('history-filter').fill('prod');
      await page.getByTestId('history-outcome').click();
      await page.getByRole('option', { name: 'Denied' }).click();
      await page.getByTestId('history-said').waitFor();
    }
  },
  'history-export': {
    act: async (page) => {
      await nav(page, 'history');
      await page.getByTestId('history-export').click();
      await page.getByTestId('export-dialog').waitFor();
    }
  },
  'history-use': {
    act: async (page) => {
      await nav(page, 'history');
      await page.getByTestId('history-use').click();
      await page.getByTestId('use-rows').waitFor();
    }
  },
  'history-jump': {
    act: async (page) => {
      await nav(page, 'history');
      await page.getByTestId('history-day').click();
      await page.getByTestId('jump-day').fill('soon');
      await page.getByTestId('jump-go').click();
      await page.getByRole('alert').waitFor();
    }
  },
  'history-keep': {
    act: async (page) => {
      await nav(page, 'history');
      await page.getByTestId('history-keep').click();
      await page.getByTestId('keep-choice').click();
      await page.getByRole('option', { name: '90 days' }).click();
    }
  }
};
