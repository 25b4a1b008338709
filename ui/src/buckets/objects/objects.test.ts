import { beforeEach, expect, it } from 'vitest';
import { productions } from '../../consent/production.svelte';
import { catalog } from '../../roles/catalog.svelte';
import { sessions } from '../../session/sessions.svelte';
import { toasts } from '../../shell/toasts.svelte';
import { objectActs } from '../objectActs';
import type { S3Row } from '../listing.svelte';
import { Deleting } from './deleting.svelte';
import { Lending } from './lending.svelte';
import { Properties } from './properties.svelte';
import { Renaming } from './renaming.svelte';
import { Versions } from './versions.svelte';

const BUCKET = 'com.stuzio.project-x';
const KEY = 'exports/2026-06/schema-v13.json';

beforeEach(async () => {
  window.fake.calls.length = 0;
  window.fake.world.objects.versioning = 'enabled';
  window.fake.world.objects.kept.clear();
  window.fake.world.objects.breaksAfter = Infinity;
  window.fake.world.objects.broke = null;
  toasts.list = [];
  await Promise.all([catalog.load(), sessions.load()]);
});

const calls = (name: string) => window.fake.calls.filter((c) => c.name === name).map((c) => c.request);

/** A session whose account is, or is not, marked as production. */
async function session(production: boolean) {
  const [found] = sessions.live;
  if (!found) throw new Error('no session');
  window.fake.world.roles = window.fake.world.roles.map((r) => (r.account_id === found.account_id ? { ...r, production } : r));
  await catalog.load();
  return found;
}

const object = (key = KEY): S3Row => ({
  kind: 'object',
  object: { key, name: key.split('/').at(-1) ?? key, size: 10, modified_at: null, storage_class: null, etag: null }
});
const folder = (prefix: string): S3Row => ({ kind: 'folder', folder: { prefix, name: prefix } });

it('deletes what was chosen and brings it back', async () => {
  const deleting = new Deleting([object(), folder('exports/2026-06/raw/')], await session(false), BUCKET);
  await deleting.look();
  expect([deleting.what, deleting.forGood]).toEqual(['1 object and 1 folder', false]);
  await deleting.go();
  expect(calls('delete_objects')).toMatchObject([
    { bucket: BUCKET, objects: [{ key: KEY, version_id: null }], prefixes: ['exports/2026-06/raw/'], all_versions: false }
  ]);
  const toast = toasts.list.at(-1);
  expect(toast?.undo?.seconds).toBe(8);
  toast?.undo?.act();
  await expect.poll(() => calls('undo_delete')).toEqual([{ act: deleting.act }]);
  await expect.poll(() => toasts.list.at(-1)?.text).toContain('back');
});

it('deletes very many in several requests, and brings all of them back', async () => {
  const rows = Array.from({ length: 2000 }, (_, i) => object(`exports/2026-06/many-${i}.bin`));
  const deleting = new Deleting(rows, await session(false), BUCKET);
  await deleting.look();
  await deleting.go();
  const asked = calls('delete_objects') as { act: string; objects: unknown[] }[];
  expect(asked.length).toBeGreaterThan(1);
  expect(asked.reduce((n, r) => n + r.objects.length, 0)).toBe(2000);
  toasts.list.at(-1)?.undo?.act();
  await expect.poll(() => calls('undo_delete')).toEqual(asked.map((r) => ({ act: r.act })));
});

it('tells what was deleted before it broke off, and brings that back', async () => {
  const rows = Array.from({ length: 2000 }, (_, i) => object(`exports/2026-06/many-${i}.bin`));
  const deleting = new Deleting(rows, await session(false), BUCKET);
  await deleting.look();
  window.fake.world.objects.breaksAfter = 1;
  await deleting.go();
  expect(deleting.error).toContain('ExpiredToken');
  const asked = calls('delete_objects') as { act: string; objects: unknown[] }[];
  expect(asked).toHaveLength(2);
  const toast = toasts.list.at(-1);
  expect(toast?.text).toBe(`Deleted ${(asked[0]?.objects.length ?? 0).toLocaleString('en')} objects`);
  toast?.undo?.act();
  await expect.poll(() => calls('undo_delete')).toEqual([{ act: asked[0]?.act }]);
});

it('does not tell as done what broke off half-way', async () => {
  window.fake.world.objects.broke = 'The session has ended (ExpiredToken); renew it and try again.';
  const deleting = new Deleting([object(), object('exports/2026-06/other.json')], await session(false), BUCKET);
  await deleting.look();
  await deleting.go();
  expect(deleting.error).toContain('ExpiredToken');
  expect(toasts.list.at(-1)).toMatchObject({ text: 'Deleted 2 objects', undo: { seconds: 8 } });
});

it('brings back those that were deleted where one was not', async () => {
  window.fake.world.objects.kept.add(KEY);
  const deleting = new Deleting([object(), object('exports/2026-06/other.json')], await session(false), BUCKET);
  await deleting.look();
  await deleting.go();
  expect(deleting.failures).toBe(1);
  expect(toasts.list.at(-1)?.undo?.seconds).toBe(8);
});

it('offers no undo where nothing can be undone, and says so before', async () => {
  window.fake.world.objects.versioning = 'never';
  const deleting = new Deleting([object()], await session(false), BUCKET);
  await deleting.look();
  expect(deleting.forGood).toBe(true);
  await deleting.go();
  expect(toasts.list.at(-1)?.undo).toBeNull();
});

it('names what S3 refused', async () => {
  window.fake.world.objects.kept.add(KEY);
  const deleting = new Deleting([object()], await session(false), BUCKET);
  await deleting.look();
  await deleting.go();
  expect(deleting.failures).toBe(1);
  expect(deleting.failed[0]?.why).toContain('s3:DeleteObject');
  expect(toasts.list).toEqual([]);
});

it('asks once more in production, and takes no for no', async () => {
  const deleting = new Deleting([object()], await session(true), BUCKET);
  await deleting.look();
  const no = deleting.go();
  await expect.poll(() => productions.open?.of.action).toBe('Delete');
  productions.open?.cancel();
  await no;
  expect(calls('delete_objects')).toEqual([]);
  const yes = deleting.go();
  await expect.poll(() => productions.open !== null).toBe(true);
  productions.open?.go();
  await yes;
  expect(calls('delete_objects')).toHaveLength(1);
});

it('renames a key and a folder with its slash', async () => {
  const renaming = new Renaming(object(), await session(false), BUCKET);
  expect(renaming.ready).toBe(false);
  renaming.to = 'exports/2026-06/schema-old.json';
  await renaming.go();
  const moving = new Renaming(folder('exports/2026-06/raw/'), await session(false), BUCKET);
  expect(moving.to).toBe('exports/2026-06/raw');
  moving.to = 'exports/raw';
  await moving.go();
  expect(calls('rename_object')).toMatchObject([
    { from: KEY, to: 'exports/2026-06/schema-old.json', folder: false, replace: false },
    { from: 'exports/2026-06/raw/', to: 'exports/raw/', folder: true }
  ]);
});

it('changes only what was changed', async () => {
  const properties = new Properties(await session(false), BUCKET, 'exports/2026-06/invoices-0610.zip', null);
  await properties.load();
  expect(properties.changed).toBe(false);
  properties.tags = [...properties.tags, { name: 'kept', value: 'yes' }, { name: ' ', value: 'dropped' }];
  await properties.save();
  expect(calls('change_object')).toMatchObject([
    { headers: null, storage_class: null, etag: '9b2cf535f27731c9', tags: [{ name: 'team', value: 'asi' }, { name: 'kept', value: 'yes' }] }
  ]);
});

it('never has the link, and says when it truly ends', async () => {
  const lending = new Lending(await session(false), BUCKET, KEY, null, true);
  lending.seconds = '604800';
  await lending.copy();
  expect(lending.made?.limited_by).toBe('session');
  expect(JSON.stringify(lending.made)).not.toContain('http');
});

it('deletes a marker of the versions list, which brings the object back', async () => {
  const versions = new Versions(await session(false), BUCKET, KEY);
  await versions.load();
  const [newest] = versions.list ?? [];
  if (!newest) throw new Error('no versions');
  await versions.remove(newest);
  expect(calls('delete_objects')).toMatchObject([{ objects: [{ key: KEY, version_id: newest.version_id }] }]);
});

it('offers to rows only what they have', () => {
  const why = (id: string, rows: S3Row[]) => objectActs.find((a) => a.id === id)?.enabled(rows);
  expect(why('link', [folder('a/')])).toMatch(/folder/);
  expect(why('properties', [object('a'), object('b')])).toBe('One object at a time');
  expect(why('delete', [])).toBe('Nothing is selected');
});
