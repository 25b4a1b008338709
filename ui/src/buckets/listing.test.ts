import { expect, it } from 'vitest';
import { AS_READ, Listing, rowKey, type S3Row } from './listing.svelte';
import { heightOf, scrolledTo, seenRows, topOf } from './longRows';

const object = (key: string, size = 1, modified_at: string | null = null): S3Row => ({
  kind: 'object', object: { key, name: key, size, modified_at, storage_class: null, etag: null }
});
const folder = (prefix: string): S3Row => ({ kind: 'folder', folder: { prefix, name: prefix } });
const keys = (listing: Listing) => listing.slice(0, listing.count).map(rowKey);

it('keeps folders before objects, whatever page brings them', () => {
  const listing = new Listing();
  listing.add([folder('a/'), object('b')]);
  listing.add([folder('c/'), object('d')]);
  expect(keys(listing)).toEqual(['a/', 'c/', 'b', 'd']);
  expect([listing.folders, listing.read, listing.bytes]).toEqual([2, 4, 2]);
  expect(listing.indexOf('b', 1)).toBe(2);
  expect(listing.indexOf('none')).toBe(-1);
});

it('sorts what is read and takes later pages in, folders first, rows alike as they came', () => {
  const listing = new Listing();
  listing.add([folder('f/'), object('a', 5), object('b', 9), object('c', 5)]);
  listing.sort({ by: 'size', down: true });
  expect(keys(listing)).toEqual(['f/', 'b', 'a', 'c']);
  listing.add([object('d', 7)]);
  expect(keys(listing)).toEqual(['f/', 'b', 'd', 'a', 'c']);
  listing.sort({ by: 'name', down: true });
  expect(keys(listing)).toEqual(['f/', 'd', 'c', 'b', 'a']);
  listing.sort(AS_READ);
  expect(keys(listing)).toEqual(['f/', 'a', 'b', 'c', 'd']);
});

it('shows what contains the filter, and counts what was read', () => {
  const listing = new Listing();
  listing.add([folder('Logs/'), object('log.txt'), object('other')]);
  listing.filterBy('LOG');
  expect(keys(listing)).toEqual(['Logs/', 'log.txt']);
  expect([listing.count, listing.read]).toEqual([2, 3]);
  listing.add([object('z.log')]);
  expect(keys(listing)).toEqual(['Logs/', 'log.txt', 'z.log']);
  listing.drop((row) => rowKey(row) === 'log.txt');
  listing.filterBy('');
  expect(keys(listing)).toEqual(['Logs/', 'other', 'z.log']);
});

it('tells versions of one key apart', () => {
  const version = (version_id: string): S3Row => ({
    kind: 'version',
    version: { key: 'k', name: 'k', version_id, latest: false, marker: false, size: 3, modified_at: null, storage_class: null, etag: null }
  });
  expect(rowKey(version('1'))).not.toBe(rowKey(version('2')));
});

it('takes a million rows without copying what is there', () => {
  const listing = new Listing();
  for (let page = 0; page < 1000; page += 1) {
    listing.add(Array.from({ length: 1000 }, (_, i) => object(`${page}-${i}`)));
  }
  expect(listing.count).toBe(1_000_000);
  expect(rowKey(listing.at(999_999) as S3Row)).toBe('999-999');
});

it('draws the rows that are seen, also where they would be taller than a page may be', () => {
  for (const count of [100, 1_000_000, 50_000_000]) {
    const whole = heightOf(count, 28);
    expect(whole.height).toBeLessThanOrEqual(30_000_000);
    expect(seenRows(whole, 0, 600).from).toBe(0);
    const last = seenRows(whole, whole.height - 600, 600);
    expect(last.to).toBe(count);
    expect(topOf(whole, count - 1, whole.height - 600, 600) + 28).toBeCloseTo(whole.height, 3);
    const to = scrolledTo(whole, count - 1, 0, 600) ?? 0;
    const seen = seenRows(whole, to, 600);
    expect(seen.from <= count - 1 && count <= seen.to).toBe(true);
    expect(scrolledTo(whole, 3, 0, 600)).toBeNull();
  }
});
