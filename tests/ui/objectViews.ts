/** The dialogs of acts on objects, for the pictures and for axe. */
import type { Page } from '@playwright/test';
import { bucketRow, nav, objectRow } from './page';

const AT = 'exports/2026-06/';

async function row(page: Page, name: string): Promise<void> {
  await nav(page, 'buckets');
  await bucketRow(page, 'com.stuzio.project-x').click();
  for (const folder of ['exports/', AT]) await objectRow(page, folder).click();
  await objectRow(page, AT + name).click();
}

const act = (name: string, keys: string, dialog: string) => ({
  act: async (page: Page) => {
    await row(page, name);
    await page.keyboard.press(keys);
    await page.getByTestId(dialog).waitFor();
  }
});

export const objectViews: Record<string, { act: (page: Page) => Promise<unknown> }> = {
  'buckets-delete': act('schema-v13.json', 'Delete', 'delete-says'),
  'buckets-rename': act('schema-v13.json', 'F2', 'rename-dialog'),
  'buckets-link': act('schema-v13.json', 'Control+l', 'link-dialog'),
  'buckets-properties': act('audit-trail-2026-05.jsonl.gz', 'Control+i', 'properties-facts'),
  'buckets-object-versions': {
    act: async (page) => {
      await row(page, 'schema-v13.json');
      await objectRow(page, `${AT}schema-v13.json`).click({ button: 'right' });
      await page.getByTestId('menu-object-versions').click();
      await page.getByTestId('version').first().waitFor();
    }
  },
  'buckets-settings': {
    act: async (page) => {
      await row(page, 'schema-v13.json');
      await page.getByTestId('more-here').click();
      await page.getByTestId('menu-bucket-settings').click();
      await page.getByTestId('setting-cors').waitFor();
    }
  }
};
