/** Transfers: the queue, sessions that end under way, uploads that would replace, copies, unfinished uploads. */
import { expect, test, type Page } from '@playwright/test';
import { bucketRow, calls, nav, objectRow, open } from './page';

const BUCKET = 'com.stuzio.project-x';

async function bucket(page: Page): Promise<void> {
  await open(page);
  await nav(page, 'buckets');
  await bucketRow(page, BUCKET).click();
  await expect(objectRow(page, 'README.md')).toBeVisible();
}

async function production(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { world } = window.fake;
    world.roles = world.roles.map((role) => ({ ...role, production: true }));
    world.changed('catalog');
  });
  await expect.poll(async () => (await calls(page, 'catalog')).length).toBeGreaterThan(1);
}

const row = (page: Page, name: string) => page.locator(`[data-testid="transfer-row"][data-name="${name}"]`);

test('one pauses, goes on, fails, is tried again and is done', async ({ page }) => {
  await bucket(page);
  await objectRow(page, 'README.md').click();
  await page.keyboard.press('Control+d');
  const readme = row(page, 'README.md');
  await expect(readme).toHaveAttribute('data-state', 'running');
  await page.evaluate(() => window.fake.world.progress('t-1', { done: 1000, rate: 500, seconds_to_go: 3 }));
  await expect(readme).toContainText('1 of 2.1 KB');
  await expect(readme).toContainText('500 B/s');
  await expect(readme).toContainText('0:03');
  await readme.getByTestId('pause-transfer').click();
  await expect(readme).toHaveAttribute('data-state', 'paused');
  await readme.getByTestId('resume-transfer').click();
  await expect(readme).toHaveAttribute('data-state', 'running');
  await page.evaluate(() => window.fake.world.progress('t-1', { state: { kind: 'failed', message: 'S3 cannot be reached.', resumable: true } }));
  await expect(readme).toContainText('S3 cannot be reached.');
  // What can go on is not cleared away.
  await expect(page.getByTestId('clear-transfers')).toHaveCount(0);
  await readme.getByTestId('retry-transfer').click();
  await page.evaluate(() => window.fake.world.progress('t-1', { done: 2100, state: { kind: 'done', note: null }, target: '/home/troy/Downloads/README.md' }));
  await readme.getByTestId('show-transfer').click();
  expect(await calls(page, 'resume_transfer')).toHaveLength(2);
  await page.getByTestId('clear-transfers').click();
  await expect(page.getByTestId('transfers')).toHaveCount(0);
});

test('a folder counts its files, and many rows scroll', async ({ page }) => {
  await bucket(page);
  await page.evaluate(() => {
    const { transfers } = window.fake.world;
    const party = transfers.party('s-prod');
    for (let i = 0; i < 40; i += 1) transfers.add({ kind: 'download', party, name: `f-${i}/`, from: 's3://b/', to: '/d', many: true });
    transfers.move('t-40', { files: 340, files_done: 12, counted: true, done: 1.2e9 });
  });
  await expect(row(page, 'f-39/')).toContainText('12 of 340 files');
  const rows = page.locator('.drawer-rows');
  expect(await rows.evaluate((e) => e.scrollHeight > e.clientHeight)).toBe(true);
  await page.getByTestId('pause-all').click();
  await expect(page.getByTestId('transfers-summary')).toHaveText('40 paused');
  await page.keyboard.press('Control+j');
  await expect(page.getByTestId('transfers')).toHaveCount(0);
});

test('s15: what outlasts its session says so, and one without a session offers to renew it', async ({ page }) => {
  await bucket(page);
  await objectRow(page, 'README.md').click();
  await page.keyboard.press('Control+d');
  await page.evaluate(() => window.fake.world.progress('t-1', { done: 1000, rate: 500, seconds_to_go: 90_000 }));
  await expect(page.getByTestId('transfers-warning')).toContainText('One download outlasts its session. It waits for a renewal at');
  await page.evaluate(() => {
    const { world } = window.fake;
    const id = world.transfers.list[0]?.party.session_id ?? '';
    world.sessions = world.sessions.map((s) => (s.id === id ? { ...s, seconds_left: 0 } : s));
    world.changed('sessions');
    world.progress('t-1', { state: { kind: 'no_session', why: 'The session has ended.' } });
  });
  await expect(row(page, 'README.md')).toContainText('Waiting for a session');
  await expect(page.getByTestId('transfers-warning')).toContainText('has ended: a transfer waits for it.');
  await page.getByTestId('renew-for-transfer').click();
  await expect.poll(() => calls(page, 'renew')).toHaveLength(1);
});

test('an upload that would replace is asked for first', async ({ page }) => {
  await bucket(page);
  await page.keyboard.press('Control+u');
  await expect.poll(() => calls(page, 'upload')).toHaveLength(1);
  await page.evaluate(() => {
    window.fake.world.transfers.plan = { files: 2, bytes: 614e6, there: 1, keys: ['README.md'], unknown: null };
  });
  await page.getByTestId('act-upload').click();
  await expect(page.getByTestId('upload-dialog')).toContainText('Replace an object?');
  await expect(page.getByTestId('upload-there')).toContainText('README.md');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('upload-dialog')).toHaveCount(0);
  await page.getByTestId('act-upload').click();
  await page.getByTestId('upload-rest').click();
  await expect.poll(() => calls(page, 'upload')).toHaveLength(2);
  await production(page);
  await page.getByTestId('act-upload').click();
  await page.getByTestId('upload-replace').click();
  await page.getByTestId('production-go').click();
  await expect.poll(() => calls(page, 'upload')).toHaveLength(3);
  const replaced = (await calls(page, 'upload')).map((r) => (r as { replace: boolean }).replace);
  expect(replaced).toEqual([false, false, true]);
});

test('files that are held over the window have a target, and their drop is an upload', async ({ page }) => {
  await bucket(page);
  await page.evaluate(() => window.fake.emit('files_over', { count: 3 }));
  await expect(page.getByTestId('drop-target')).toContainText(`Upload 3 items to ${BUCKET}`);
  await page.evaluate(() => {
    window.fake.emit('files_over', { count: 0 });
    window.fake.emit('files_dropped', { id: 7, names: ['a', 'b', 'c'], count: 3 });
  });
  await expect(page.getByTestId('drop-target')).toHaveCount(0);
  await expect.poll(() => calls(page, 'upload')).toMatchObject([{ picked: 7, bucket: BUCKET, prefix: '', replace: false }]);
});

test('a copy asks who writes and where to, and says which way it goes', async ({ page }) => {
  await bucket(page);
  await objectRow(page, 'README.md').click({ button: 'right' });
  await page.getByRole('menuitem', { name: /Copy to account/ }).click();
  await page.getByTestId('copy-bucket').fill('acme-asi-logs');
  await page.getByTestId('copy-prefix').fill('from-stuzio/');
  await page.getByTestId('copy-go').click();
  await expect.poll(() => calls(page, 'copy_objects')).toMatchObject([
    { keys: ['README.md'], to_bucket: 'acme-asi-logs', to_prefix: 'from-stuzio/', storage_class: null, encryption: { kind: 'bucket' }, replace: false }
  ]);
  const [copied] = (await calls(page, 'copy_objects')) as { session_id: string; to_session_id: string }[];
  expect(copied?.to_session_id).not.toBe(copied?.session_id);
  await page.evaluate(() => window.fake.world.progress('t-1', { way: { kind: 'streamed', why: 'the role that writes may not read it' } }));
  await expect(row(page, 'README.md')).toContainText('through this computer');
});

test('unfinished uploads are listed and removed', async ({ page }) => {
  await bucket(page);
  await page.getByTestId('more-here').click();
  await page.getByRole('menuitem', { name: /Unfinished uploads/ }).click();
  await expect(page.getByTestId('unfinished-row')).toHaveCount(2);
  await page.locator('[data-testid="unfinished-row"][data-key="exports/left.bin"] label').click();
  await production(page);
  await page.getByTestId('unfinished-remove').click();
  await page.getByTestId('production-go').click();
  await expect(page.getByTestId('unfinished-row')).toHaveCount(1);
  expect(await calls(page, 'remove_unfinished')).toMatchObject([{ uploads: [{ key: 'exports/left.bin', upload_id: 'u-2' }] }]);
});
