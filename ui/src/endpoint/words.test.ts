import { expect, test } from 'vitest';
import type { EndpointView } from '../wire/EndpointView';
import { counts, place, processName, reason } from './words';

const endpoint = (served: number, refused: number): EndpointView => ({
  session_id: 's', address: 'http://127.0.0.1:40917/credentials', opened_at: '2026-06-11T12:00:00Z', kept: true, holds: 0, served, refused, uses: []
});

test('requests are counted by what came of them', () => {
  expect(counts(endpoint(0, 0))).toBe('Nobody has asked yet');
  expect(counts(endpoint(3, 0))).toBe('Served 3');
  expect(counts(endpoint(0, 2))).toBe('Served 0, turned away 2');
});

test('a program is named as far as the system tells', () => {
  expect(processName({ kind: 'known', pid: 7, program: 'aws' })).toBe('aws (7)');
  expect(processName({ kind: 'known', pid: 7, program: '' })).toBe('Process 7');
  expect(processName({ kind: 'of_user', uid: 0 })).toBe('A program of user 0');
  expect(processName({ kind: 'not_known' })).toBe('Not known');
});

test('a reason is a sentence', () => {
  const use = (why: string | null) => ({ at: '2026-06-11T12:00:00Z', outcome: 'refused' as const, why, process: { kind: 'not_known' as const } });
  expect(reason(use('it had no token'))).toBe('It had no token.');
  expect(reason(use(null))).toBe('');
});

test('the address is shown by its host and port', () => {
  expect(place(endpoint(0, 0))).toBe('127.0.0.1:40917');
});
