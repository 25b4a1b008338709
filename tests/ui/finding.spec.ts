import { expect, test } from '@playwright/test';
import { check, exportsOpen, finding } from './finding';
import { bucketRow, calls, nav, objectRow, open } from './page';

const AT = 'exports/2026-06/';

test('rows are selected by box, stretch and key, and let go again', async ({ page }) => {
  const faults = await open(page);
  await exportsOpen(page);
  await check(page, `${AT}asi-events-2026-06-08.parquet`);
  const bar = page.getByTestId('selection-bar');
  await expect(bar).toContainText('1 selected');
  await objectRow(page, `${AT}asi-events-2026-06-10.parquet`).click({ modifiers: ['Shift'] });
  await expect(bar).toContainText('3 selected');
  // Acts come before the size where there is little room.
  await page.setViewportSize({ width: 1600, height: 800 });
  await expect(bar).toContainText('5.44 GB');
  await objectRow(page, `${AT}schema-v13.json`).click({ modifiers: ['ControlOrMeta'] });
  await expect(bar).toContainText('4 selected');
  const table = page.getByTestId('object-table');
  await table.focus();
  await page.keyboard.press('ControlOrMeta+a');
  await expect(page.getByTestId('select-all')).toHaveAttribute('aria-checked', 'true');
  await page.keyboard.press('Escape');
  await expect(bar).toHaveCount(0);
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(bar).toContainText('3 selected');
  await bucketRow(page, 'acme-cloudtrail').click();
  await expect(bar).toHaveCount(0);
  expect(faults).toEqual([]);
});

test('a row’s menu is for the selection it is in, or for the row alone', async ({ page }) => {
  await open(page);
  await exportsOpen(page);
  await check(page, `${AT}schema-v13.json`);
  await check(page, `${AT}schema-v14.json`);
  await objectRow(page, `${AT}schema-v14.json`).click({ button: 'right' });
  await expect(page.getByTestId('act-menu')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('selection-bar')).toContainText('2 selected');
  await objectRow(page, `${AT}invoices-0610.zip`).click({ button: 'right' });
  await expect(page.getByTestId('selection-bar')).toHaveCount(0);
  await expect(page.getByTestId('menu-measure')).toHaveAttribute('aria-disabled', 'true');
  await page.keyboard.press('Escape');
  await page.getByTestId('object-table').focus();
  await page.keyboard.press('Shift+F10');
  await expect(page.getByTestId('act-menu')).toBeVisible();
});

test('what is loaded is sorted and filtered, and it is said that there is more', async ({ page }) => {
  await open(page);
  await nav(page, 'buckets');
  await bucketRow(page, 'acme-cloudtrail').click();
  await expect(objectRow(page, 'trail-00000.json.gz')).toBeVisible();
  await page.getByTestId('sort-size').click();
  await expect(page.getByTestId('object-row').first()).toHaveAttribute('data-key', 'trail-00999.json.gz');
  await expect(page.getByTestId('table-total')).toHaveText('Sorted: the first 1,000 read');
  await page.getByTestId('filter-how').click();
  await page.getByTestId('menu-find-filter').click();
  await page.getByTestId('filter-field').fill('0012');
  await expect(page.getByTestId('table-total')).toHaveText('11 of the first 1,000 read');
  expect(await calls(page, 'objects')).toHaveLength(1);
  await page.getByTestId('read-all').click();
  await expect(page.getByTestId('table-total')).toHaveText('11 of 2,500');
  await expect.poll(() => calls(page, 'objects')).toHaveLength(3);
});

test('a search below a prefix is shown as it finds, and can be stopped', async ({ page }) => {
  const faults = await open(page);
  await nav(page, 'buckets');
  await bucketRow(page, 'acme-cloudtrail').click();
  await expect(objectRow(page, 'trail-00000.json.gz')).toBeVisible();
  await page.getByTestId('filter-how').click();
  await page.getByTestId('menu-find-search').click();
  await page.evaluate(() => (window.fake.world.finding.held = true));
  await page.getByTestId('filter-field').fill('trail-02');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('stop-reading')).toBeVisible();
  await page.getByTestId('stop-reading').click();
  await expect.poll(() => calls(page, 'walk_stop')).toHaveLength(1);
  await page.evaluate(() => (window.fake.world.finding.held = false));
  await page.getByTestId('filter-field').press('Enter');
  await expect(page.getByTestId('table-total')).toHaveText('500 found in 2,500 keys');
  await expect(objectRow(page, 'trail-02000.json.gz')).toBeVisible();
  await page.getByTestId('filter-field').fill('');
  await expect(objectRow(page, 'trail-00000.json.gz')).toBeVisible();
  expect(faults).toEqual([]);
});

test('an address of the console leads to its key; the bucket is remembered and can be forgotten', async ({ page }) => {
  await open(page);
  await page.evaluate(() => (window.fake.world.denyBuckets = true));
  await nav(page, 'buckets');
  const field = page.getByTestId('bucket-name-input');
  await field.fill('no place');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert').filter({ hasText: 'names no place in S3' })).toBeVisible();
  await field.fill(`https://eu-west-1.console.aws.amazon.com/s3/object/com.stuzio.project-x?prefix=README.md`);
  await page.keyboard.press('Enter');
  await expect(objectRow(page, 'README.md')).toHaveAttribute('aria-selected', 'true');
  await expect(bucketRow(page, 'com.stuzio.project-x')).toHaveAttribute('aria-current', 'true');
  await expect.poll(() => page.evaluate(() => window.fake.world.finding.places.shared.map((s) => s.bucket))).toEqual(['com.stuzio.project-x']);
  await bucketRow(page, 'com.stuzio.project-x').focus();
  await page.keyboard.press('Delete');
  await expect.poll(() => page.evaluate(() => window.fake.world.finding.places.shared)).toEqual([]);
});

test('who may not list opens a key by its name; the refusal is remembered and can be tried again', async ({ page }) => {
  await open(page);
  await page.evaluate(() => {
    const { finding } = window.fake.world;
    finding.places = {
      ...finding.places,
      refused: [{ action: 's3:ListBucket', bucket: 'com.stuzio.project-x', why: 'S3 refused to list it.', at: '2026-06-01T00:00:00Z' }]
    };
  });
  await nav(page, 'buckets');
  await bucketRow(page, 'com.stuzio.project-x').click();
  await expect(page.getByTestId('denial')).toContainText('S3 refused to list it.');
  expect(await calls(page, 'objects')).toEqual([]);
  await page.getByTestId('key-input').fill(`${AT}schema-v14.json`);
  await page.keyboard.press('Enter');
  await expect(objectRow(page, `${AT}schema-v14.json`)).toHaveAttribute('aria-selected', 'true');
  expect(await calls(page, 'objects')).toEqual([]);
  await page.getByTestId('denial').getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => calls(page, 'objects')).toHaveLength(1);
});

test('a place is bookmarked, named, shown for every role and forgotten', async ({ page }) => {
  await open(page);
  await nav(page, 'buckets');
  await bucketRow(page, 'acme-cloudtrail').click();
  await page.getByTestId('bookmark-button').click();
  await page.getByTestId('bookmark-name').fill('The trail');
  await page.getByText('Show it for every role').click();
  await page.getByTestId('bookmark-save').click();
  await expect(page.getByTestId('bookmark-row').filter({ hasText: 'The trail' })).toHaveAttribute('aria-current', 'true');
  await expect(page.getByTestId('bookmark-button')).toHaveAttribute('aria-pressed', 'true');
  await page.getByTestId('bookmark-button').click();
  await page.getByTestId('bookmark-remove').click();
  await expect(page.getByTestId('bookmark-row').filter({ hasText: 'The trail' })).toHaveCount(0);
});

test('versions, sizes and paying are asked for, never done unasked', async ({ page }) => {
  await open(page);
  await finding['buckets, versions']?.act(page);
  await expect(page.locator('[data-kind="version"]').filter({ hasText: 'deleted' })).toHaveCount(1);
  await page.getByTestId('more-here').click();
  await page.getByTestId('menu-versions').click();
  await expect(page.locator('[data-kind="version"]')).toHaveCount(0);
  expect(await calls(page, 'walk_start')).toEqual([]);
  await objectRow(page, `${AT}daily/`).click({ button: 'right' });
  await page.getByTestId('menu-measure').click();
  await expect(objectRow(page, `${AT}daily/`)).toContainText('10 B');
  await page.getByTestId('more-here').click();
  await page.getByTestId('menu-payer').click();
  expect(await page.evaluate(() => window.fake.world.finding.places.payers)).toEqual([]);
  await page.getByTestId('payer-agree').click();
  await expect(page.getByTestId('table-strip')).toContainText('Requester pays');
});
