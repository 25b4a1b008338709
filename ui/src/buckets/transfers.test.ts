import { beforeEach, expect, it, vi } from 'vitest';
import { host } from '#host';
import type { TransferView } from '../wire/TransferView';
import { amountOf, etaOf, ofTotal, shareOf, whereTo, wayWords } from './transferWords';
import { batchesOf } from './downloading';
import { isOver, transfers } from './transfers.svelte';

const transfer = (more: Partial<TransferView>): TransferView => ({
  id: '1', kind: 'download', party: { session_id: 's', role_key: null, name: 'acme / Role' }, writer: null, name: 'k', from: 's3://b/k', to: '/d',
  target: null, many: false, done: 0, total: 10, files_done: 0, files: 1, counted: true, rate: 0, seconds_to_go: null, way: null,
  state: { kind: 'running' }, ...more
});

beforeEach(() => vi.restoreAllMocks());

it('keeps what was told while the list was on its way', async () => {
  vi.spyOn(host, 'call').mockImplementation(async () => {
    transfers.take(transfer({ done: 10, state: { kind: 'done', note: null } }));
    return [transfer({})] as never;
  });
  await transfers.load();
  expect(transfers.shown.map((t) => t.state.kind)).toEqual(['done']);
  expect(transfers.running).toEqual([]);
});

it('says how far it is by bytes, and by files where their sum is not known', () => {
  expect(shareOf(transfer({ done: 5 }))).toBe(0.5);
  expect(shareOf(transfer({ many: true, total: null, files: 340, files_done: 34 }))).toBeCloseTo(0.1);
  expect(shareOf(transfer({ total: null }))).toBe(0);
  expect(amountOf(transfer({ done: 1.14e9, total: 1.84e9 }))).toBe('1.14 of 1.84 GB');
  expect(ofTotal(500_000, 1.84e9)).toBe('500 KB of 1.84 GB');
  const folder = transfer({ many: true, files: 340, files_done: 12, done: 1.2e9, total: null, counted: false });
  expect(amountOf(folder)).toBe('12 of 340+ files');
  expect(amountOf({ ...folder, counted: true }, true)).toBe('12 of 340 files, 1.2 GB');
});

it('says the time left as it matters', () => {
  expect(etaOf(transfer({ seconds_to_go: 9 }))).toBe('0:09');
  expect(etaOf(transfer({ seconds_to_go: 58 * 60 }))).toBe('58 min');
  expect(etaOf(transfer({ seconds_to_go: 7500 }))).toBe('2h 5m');
  expect(etaOf(transfer({ seconds_to_go: 9, state: { kind: 'paused' } }))).toBe('');
});

it('says where a copy goes, and which way', () => {
  const copy = transfer({ kind: 'copy', to: 's3://theirs/in/', writer: { session_id: 't', role_key: null, name: 'stuzio / Writer' } });
  expect(whereTo(copy)).toBe('stuzio, theirs/in');
  expect(whereTo(transfer({ to: '/home/troy/Downloads' }))).toBe('Downloads');
  expect(whereTo(transfer({ to: '/' }))).toBe('/');
  expect(wayWords(copy)).toBeNull();
  expect(wayWords({ ...copy, way: { kind: 'server_side' } })).toBe('by S3');
  expect(wayWords({ ...copy, way: { kind: 'streamed', why: 'other servers' } })).toBe('through this computer');
});

it('is over only where nothing can go on', () => {
  expect(isOver(transfer({ state: { kind: 'failed', message: 'x', resumable: true } }))).toBe(false);
  expect(isOver(transfer({ state: { kind: 'failed', message: 'x', resumable: false } }))).toBe(true);
  expect(isOver(transfer({ state: { kind: 'no_session', why: 'x' } }))).toBe(false);
});

it('asks for many keys in requests that are not too large, each key once', () => {
  const row = (key: string) => ({ kind: 'object' as const, object: { key, name: key, size: 1, modified_at: null, storage_class: null, etag: null } });
  const keys = Array.from({ length: 5000 }, (_, i) => `${'k'.repeat(100)}${i}`);
  const batches = batchesOf([{ kind: 'folder', folder: { prefix: 'a/', name: 'a/' } }, ...keys.map((k) => row(k) as never)]);
  expect(batches.length).toBeGreaterThan(1);
  expect(batches.flatMap((b) => b.keys)).toEqual(keys);
  expect(batches[0]?.prefixes).toEqual(['a/']);
  for (const b of batches) expect(JSON.stringify(b).length).toBeLessThan(200_000);
  expect(batchesOf([])).toEqual([]);
});
