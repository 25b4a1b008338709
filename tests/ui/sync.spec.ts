/** Comparing and syncing: what is asked, the plan, and what is carried out. */
import { expect, test, type Page } from '@playwright/test';
import { bucketRow, calls, nav, objectRow, open } from './page';

const BUCKET = 'com.stuzio.project-x';

async function dialog(page: Page): Promise<void> {
  await open(page);
  await nav(page, 'buckets');
  await bucketRow(page, BUCKET).click();
  await expect(objectRow(page, 'README.md')).toBeVisible();
  await page.getByTestId('more-here').click();
  await page.getByTestId('menu-sync').click();
  await expect(page.getByTestId('sync-dialog')).toBeVisible();
}

async function way(page: Page, label: string): Promise<void> {
  await page.getByTestId('sync-way').click();
  await page.getByRole('option', { name: label }).click();
}

test('a plan is shown before anything is done, and deletes only what is ticked', async ({ page }) => {
  await dialog(page);
  await page.getByTestId('sync-compare').click();
  await expect(page.getByTestId('sync-error')).toContainText('Choose a folder');
  await page.getByTestId('sync-folder').click();
  await expect(page.getByTestId('sync-dialog')).toContainText('reports/');
  await page.getByTestId('sync-exclude').fill('*.tmp, .git/');
  await page.getByTestId('sync-compare').click();
  await expect(page.getByTestId('sync-new')).toContainText('3, 7.4 MB');
  await expect(page.getByTestId('sync-missing')).toContainText('Only at the target, kept');
  await expect(page.getByTestId('sync-newer')).toContainText('1 of those that are replaced is newer');
  await page.getByTestId('sync-changed').click();
  await expect(page.getByTestId('sync-plan')).toContainText('over a newer one');
  expect(await calls(page, 'sync_places')).toEqual([]);
  expect(await calls(page, 'compare_places')).toMatchObject([
    { from: { kind: 'bucket', bucket: BUCKET, prefix: '' }, to: { kind: 'folder', picked: 7 }, checksum: false, include: [], exclude: ['*.tmp', '.git/'] }
  ]);
  await page.locator('label', { has: page.getByTestId('sync-delete') }).click();
  await expect(page.getByTestId('sync-missing')).toContainText('to be deleted');
  await page.getByTestId('sync-go').click();
  await expect(page.getByTestId('sync-dialog')).toHaveCount(0);
  expect(await calls(page, 'sync_places')).toMatchObject([{ id: 'p-1', delete: true, batch_role: null }]);
  await expect(page.locator('[data-testid="transfer-row"][data-name="Sync of reports/"]')).toBeVisible();
});

test('what is written in production is asked once more', async ({ page }) => {
  await dialog(page);
  await page.evaluate(() => {
    const { world } = window.fake;
    world.roles = world.roles.map((role) => ({ ...role, production: true }));
    world.changed('catalog');
  });
  await expect.poll(async () => (await calls(page, 'catalog')).length).toBeGreaterThan(1);
  await way(page, 'From a folder to here');
  await page.getByTestId('sync-folder').click();
  await page.getByTestId('sync-compare').click();
  await page.getByTestId('sync-go').click();
  await expect(page.getByTestId('production-go')).toBeVisible();
  expect(await calls(page, 'sync_places')).toEqual([]);
  await page.getByTestId('production-go').click();
  await expect.poll(() => calls(page, 'sync_places')).toMatchObject([{ delete: false }]);
  expect(await calls(page, 'compare_places')).toMatchObject([{ from: { kind: 'folder' }, to: { kind: 'bucket' } }]);
});

test('many objects between buckets can be given to S3 Batch Operations', async ({ page }) => {
  await dialog(page);
  await page.evaluate(() => {
    window.fake.world.sync.groups = [{ kind: 'new', count: 250_000, bytes: 9e12, first: [] }];
  });
  await way(page, 'From here to another bucket');
  await page.getByTestId('sync-bucket').fill('acme-asi-logs');
  await page.getByTestId('sync-compare').click();
  await expect(page.getByTestId('sync-new')).toContainText('250,000');
  await page.locator('label', { has: page.getByTestId('sync-by-job') }).click();
  await page.getByTestId('sync-go').click();
  await expect(page.getByTestId('sync-error')).toContainText('ARN');
  await page.getByTestId('sync-job-role').fill('arn:aws:iam::081278057606:role/Copier');
  await page.getByTestId('sync-go').click();
  await expect.poll(() => calls(page, 'sync_places')).toMatchObject([{ batch_role: 'arn:aws:iam::081278057606:role/Copier' }]);
});

test('nothing to do is said, and a plan that is gone is compared again', async ({ page }) => {
  await dialog(page);
  await page.evaluate(() => {
    window.fake.world.sync.groups = [{ kind: 'same', count: 4, bytes: 100, first: [] }];
  });
  await page.getByTestId('sync-folder').click();
  await page.getByTestId('sync-compare').click();
  await expect(page.getByTestId('sync-go')).toBeDisabled();
  await expect(page.getByTestId('sync-go')).toHaveText('Nothing to do');
  await page.getByTestId('sync-back').click();
  await expect(page.getByTestId('sync-compare')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('sync-dialog')).toHaveCount(0);
});
