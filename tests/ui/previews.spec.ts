/** Previews: every kind of object, what is asked for them, and the window that they stand in enlarged. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { calls, objectRow, open } from './page';
import { kinds, openBucket, serve, show } from './previews';

test('shows every kind, and nothing of what is in an object runs', async ({ page }) => {
  const faults = await open(page);
  const ranges = await serve(page);
  await openBucket(page);
  for (const key of Object.keys(kinds)) await show(page, key);

  await show(page, 'chart.png');
  expect(await page.getByTestId('preview-image').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(8);
  await show(page, 'invoice.pdf');
  // A word above, in a font that the document does not hold, and a box below.
  const blue = (from: number, to: number) =>
    page.getByTestId('preview-pdf').evaluate(
      (canvas: HTMLCanvasElement, [from, to]) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, canvas.height * from!, canvas.width, canvas.height * (to! - from!));
        return data.filter((value, i) => i % 4 === 2 && value > 150 && data[i - 2]! < 90).length;
      },
      [from, to]
    );
  expect(await blue(0, 0.45)).toBeGreaterThan(50);
  expect(await blue(0.5, 1)).toBeGreaterThan(1000);
  expect(ranges.length).toBeGreaterThan(0);
  expect(ranges).not.toContain('whole');
  await page.getByTestId('preview-next-page').click();
  await expect(page.getByTestId('preview-pages')).toHaveText('Page 2 of 2');
  expect(await page.evaluate(() => (window as { pwned?: number }).pwned)).toBe(undefined);
  // What cannot be played is refused by the test itself.
  expect(faults.filter((fault) => !fault.includes('ERR_FAILED'))).toEqual([]);
});

test('a cursor that runs through the list asks for the object that it rests on', async ({ page }) => {
  await open(page);
  await openBucket(page);
  await page.clock.pauseAt(new Date('2026-06-11T15:00:00+02:00'));
  await objectRow(page, 'chart.png').click();
  for (let i = 0; i < 6; i += 1) await page.keyboard.press('ArrowDown');
  await page.clock.runFor(400);
  const asked = () => calls(page, 'preview') as Promise<{ key: string; turn: number }[]>;
  await expect.poll(async () => (await asked()).length).toBe(1);
  await page.keyboard.press('ArrowUp');
  await page.clock.runFor(400);
  await expect.poll(async () => (await asked()).length).toBe(2);
  const [first, second] = await asked();
  expect(second!.turn).toBeGreaterThan(first!.turn);
  const closed = (await calls(page, 'close_preview')) as { turn: number }[];
  expect(closed[0]!.turn).toBe(first!.turn);
});

test('what is slow is replaced by what is wanted', async ({ page }) => {
  await open(page);
  await openBucket(page);
  await page.evaluate(() => {
    let let_go = () => {};
    window.fake.world.previews.hold = new Promise((done) => (let_go = done));
    (window as unknown as { letGo: () => void }).letGo = let_go;
  });
  await objectRow(page, 'costs.csv').click();
  await expect.poll(async () => (await calls(page, 'preview')).length).toBe(1);
  await objectRow(page, 'page.html').click();
  await expect.poll(async () => (await calls(page, 'preview')).length).toBe(2);
  await page.evaluate(() => (window as unknown as { letGo: () => void }).letGo());
  await kinds['page.html']!(page);
  await expect(page.getByTestId('preview-table')).toHaveCount(0);
});

test('opens over the window, and gives the focus back', async ({ page }) => {
  await open(page);
  await openBucket(page);
  await show(page, 'usage.parquet');
  await page.getByTestId('preview-open').click();
  const window = page.getByTestId('preview-window');
  await expect(window.getByTestId('preview-row').first()).toBeVisible();
  await expect(page.getByTestId('preview-table')).toHaveCount(1);
  for (let i = 0; i < 5; i += 1) {
    await page.keyboard.press('Tab');
    expect(await window.evaluate((box) => box.contains(document.activeElement))).toBe(true);
  }
  await page.keyboard.press('Escape');
  await expect(window).toHaveCount(0);
  await expect(page.getByTestId('preview-open')).toBeFocused();
  await expect(page.getByTestId('preview-table')).toBeVisible();
  // Nothing was read a second time for it.
  expect(await calls(page, 'preview')).toHaveLength(1);
});

test('shows more bytes by ranges', async ({ page }) => {
  await open(page);
  await openBucket(page);
  await show(page, 'dump.bin');
  await page.getByTestId('preview-more').click();
  await expect(page.getByTestId('preview-hex')).toContainText('00001000');
  const [more] = (await calls(page, 'preview_more')) as { offset: number }[];
  expect(more!.offset).toBe(4096);
  await expect(page.getByTestId('preview-more')).toHaveCount(0);
});

for (const theme of ['light', 'dark'] as const) {
  for (const key of Object.keys(kinds)) {
    test(`axe: ${key}, ${theme}`, async ({ page }) => {
      await open(page, 'spec', theme);
      await serve(page);
      await openBucket(page);
      await show(page, key);
      const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa']).analyze();
      expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`)).toEqual([]);
    });
  }
}
