/** Acts on objects: deleted and brought back, renamed, lent by a link, described anew, their versions, a bucket's settings. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { bucketRow, calls, nav, objectRow, open } from './page';

const AT = 'exports/2026-06/';

/** A row of project-x, with the focus in the table. */
async function row(page: Page, name: string) {
  await open(page);
  await nav(page, 'buckets');
  await bucketRow(page, 'com.stuzio.project-x').click();
  for (const folder of ['exports/', AT]) await objectRow(page, folder).click();
  await objectRow(page, AT + name).click();
  return objectRow(page, AT + name);
}

const sound = async (page: Page, testid: string) => {
  const found = await new AxeBuilder({ page }).include(`[data-testid="${testid}"]`).analyze();
  expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`)).toEqual([]);
};

test('an object is deleted by its key, and brought back', async ({ page }) => {
  const target = await row(page, 'schema-v13.json');
  await page.keyboard.press('Delete');
  const dialog = page.getByTestId('delete-dialog');
  await expect(dialog.getByTestId('delete-says')).toContainText('A delete marker hides it');
  await sound(page, 'delete-dialog');
  await dialog.getByTestId('delete-go').click();
  await expect(dialog).toHaveCount(0);
  await expect(target).toHaveCount(0);
  const toast = page.getByTestId('toast').filter({ hasText: 'Deleted schema-v13.json' });
  await toast.getByRole('button', { name: /Undo/ }).click();
  await expect(target).toBeVisible();
});

test('without versions the dialog says that it is for good, and nothing is undone', async ({ page }) => {
  await row(page, 'schema-v13.json');
  await page.evaluate(() => (window.fake.world.objects.versioning = 'never'));
  await page.keyboard.press('Delete');
  await expect(page.getByTestId('delete-says')).toContainText('gone for good');
  await expect(page.getByTestId('delete-go')).toHaveText('Delete for good');
  await page.getByTestId('delete-go').click();
  await expect(page.getByTestId('toast')).toContainText('Deleted');
  await expect(page.getByTestId('toast').getByRole('button', { name: /Undo/ })).toHaveCount(0);
});

test('an object is renamed with F2', async ({ page }) => {
  await row(page, 'schema-v13.json');
  await page.keyboard.press('F2');
  const field = page.getByTestId('rename-to');
  await expect(field).toBeFocused();
  expect(await field.evaluate((e: HTMLInputElement) => e.value.slice(e.selectionStart ?? 0, e.selectionEnd ?? 0))).toBe('schema-v13');
  await sound(page, 'rename-dialog');
  await field.fill(`${AT}schema-v13-old.json`);
  await page.keyboard.press('Enter');
  await expect(objectRow(page, `${AT}schema-v13-old.json`)).toBeVisible();
  await expect(objectRow(page, `${AT}schema-v13.json`)).toHaveCount(0);
});

test('a link is copied by the program and its true end is said', async ({ page }) => {
  await row(page, 'schema-v13.json');
  await page.keyboard.press('Control+l');
  await sound(page, 'link-dialog');
  await page.getByTestId('link-copy').click();
  await expect(page.getByTestId('link-made')).toContainText('when the session that signed it ends');
  expect(await calls(page, 'copy_presigned')).toMatchObject([{ key: `${AT}schema-v13.json`, put: false, seconds: 3600 }]);
});

test('properties are read and one is changed', async ({ page }) => {
  await row(page, 'schema-v13.json');
  await page.keyboard.press('Control+i');
  const dialog = page.getByTestId('properties-dialog');
  await expect(dialog.getByTestId('properties-facts')).toContainText('SSE-KMS');
  await expect(dialog.getByTestId('properties-save')).toBeDisabled();
  await sound(page, 'properties-dialog');
  await dialog.getByTestId('header-content_type').fill('text/plain');
  await dialog.getByTestId('properties-save').click();
  await expect(dialog).toHaveCount(0);
  expect(await calls(page, 'change_object')).toMatchObject([{ headers: { content_type: 'text/plain' }, tags: null, storage_class: null }]);
});

test('an archived object is restored', async ({ page }) => {
  await row(page, 'audit-trail-2026-05.jsonl.gz');
  await page.keyboard.press('Control+i');
  await page.getByTestId('restore-days').fill('3');
  await page.getByTestId('restore-go').click();
  await expect(page.getByTestId('restoring')).toBeVisible();
  expect(await calls(page, 'restore_object')).toMatchObject([{ days: 3, tier: 'standard' }]);
});

test('versions are listed, and deleting one is asked twice', async ({ page }) => {
  const target = await row(page, 'schema-v13.json');
  await target.click({ button: 'right' });
  await page.getByTestId('menu-object-versions').click();
  const dialog = page.getByTestId('versions-dialog');
  await expect(dialog.getByTestId('version')).toHaveCount(2);
  await sound(page, 'versions-dialog');
  const old = dialog.getByTestId('version').nth(1);
  await old.getByTestId('version-delete').click();
  await expect(old.getByTestId('version-delete')).toHaveText('Delete for good?');
  expect(await calls(page, 'delete_objects')).toEqual([]);
  await old.getByTestId('version-delete').click();
  await expect.poll(() => calls(page, 'delete_objects')).toHaveLength(1);
});

test('a folder is made and the bucket’s settings are read', async ({ page }) => {
  await row(page, 'schema-v13.json');
  await page.keyboard.press('Control+Shift+N');
  await page.getByTestId('folder-name').fill('reports');
  await sound(page, 'folder-dialog');
  await page.getByTestId('folder-go').click();
  await expect(objectRow(page, `${AT}reports/`)).toBeVisible();

  await page.getByTestId('more-here').click();
  await page.getByTestId('menu-bucket-settings').click();
  await expect(page.getByTestId('setting-policy')).toContainText('2012-10-17');
  await expect(page.getByTestId('setting-cors')).toContainText('was denied');
  await sound(page, 'settings-dialog');
});
