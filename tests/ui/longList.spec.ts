/** A long list in a real browser: as many rows are drawn as are seen, wherever it is scrolled to. */
import { expect, test } from '@playwright/test';
import { bucketRow, nav, open } from './page';

test('a long list draws what is seen of it and some to spare', async ({ page }) => {
  await open(page);
  await nav(page, 'buckets');
  await bucketRow(page, 'acme-cloudtrail').click();
  const rows = page.getByTestId('object-row');
  await expect(rows.first()).toBeVisible();
  await page.getByTestId('read-all').click();
  await expect(page.getByTestId('table-total')).toContainText('2,500 objects');
  for (const part of [0, 0.5, 1]) {
    await page.getByTestId('object-table').evaluate((table, to) => (table.scrollTop = to * table.scrollHeight), part);
    const index = String(Math.round(2499 * part));
    await expect(page.locator(`#obj-${index}`)).toBeVisible();
    // 760 pixels hold 27 rows of 28; ten more are drawn above and below.
    expect(await rows.count()).toBeLessThan(60);
  }
});
