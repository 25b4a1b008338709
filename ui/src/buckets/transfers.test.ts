import { expect, it } from 'vitest';
import type { TransferView } from '../wire/TransferView';
import { transfers } from './transfers.svelte';

const transfer = (more: Partial<TransferView>): TransferView => ({
  id: '1', session_id: 's', bucket: 'b', key: 'k', target: null, done: 0, total: 10, state: { kind: 'running' }, ...more
});

it('stays ended when the reply that tells of its start comes after the word of its end', () => {
  transfers.take(transfer({ done: 10, state: { kind: 'done' } }));
  transfers.take(transfer({}));
  expect(transfers.running).toEqual([]);
  expect(transfers.shown.map((t) => t.state.kind)).toEqual(['done']);
});
