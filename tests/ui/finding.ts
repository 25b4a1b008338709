/** The views of finding and selecting in buckets, for looking and for axe. */
import { expect, type Page } from '@playwright/test';
import { bucketRow, nav, objectRow } from './page';

export async function exportsOpen(page: Page): Promise<void> {
  await nav(page, 'buckets');
  await page.getByTestId('bookmark-row').filter({ hasText: 'project-x exports' }).click();
  await objectRow(page, 'exports/2026-06/schema-v14.json').waitFor();
}

export const check = (page: Page, key: string) => objectRow(page, key).getByRole('checkbox').click();

export const finding: Record<string, { act: (page: Page) => Promise<unknown> }> = {
  'buckets, selected': {
    act: async (page) => {
      await exportsOpen(page);
      for (const name of ['asi-events-2026-06-10.parquet', 'asi-events-2026-06-09.parquet', 'schema-v14.json']) {
        await check(page, `exports/2026-06/${name}`);
      }
    }
  },
  'buckets, row menu': {
    act: async (page) => {
      await exportsOpen(page);
      await objectRow(page, 'exports/2026-06/schema-v14.json').click({ button: 'right' });
      await page.getByTestId('act-menu').waitFor();
    }
  },
  'buckets, versions': {
    act: async (page) => {
      await exportsOpen(page);
      await page.getByTestId('more-here').click();
      await page.getByTestId('menu-versions').click();
      await page.locator('[data-kind="version"]').first().waitFor();
    }
  },
  'buckets, search': {
    act: async (page) => {
      await nav(page, 'buckets');
      await bucketRow(page, 'com.stuzio.project-x').click();
      await page.getByTestId('filter-how').click();
      await page.getByTestId('menu-find-search').click();
      await page.getByTestId('filter-field').fill('json');
      await page.keyboard.press('Enter');
      await expect(page.getByTestId('table-total')).toContainText('found in');
    }
  },
  'buckets, refused': {
    act: async (page) => {
      await nav(page, 'buckets');
      await bucketRow(page, 'acme-rds-snapshots').click();
      await page.getByTestId('denial').waitFor();
    }
  },
  'buckets, bookmark': {
    act: async (page) => {
      await exportsOpen(page);
      await page.getByTestId('bookmark-button').click();
      await page.getByTestId('bookmark-dialog').waitFor();
    }
  },
  'buckets, payer': {
    act: async (page) => {
      await exportsOpen(page);
      await page.getByTestId('more-here').click();
      await page.getByTestId('menu-payer').click();
      await page.getByTestId('payer-dialog').waitFor();
    }
  }
};
