import { expect, test } from 'vitest';
import type { DiscoveryReport } from '../wire/DiscoveryReport';
import { namesIn, readAt, readWhat, summary, unreadOf } from './found';

const policies = { read_at: '2026-11-22T12:00:00Z', policies: 1, roles: 2, candidates: 0, patterns: [], denied: [], unread: [] };
const organization = { read_at: '2026-11-22T13:00:00Z', accounts: 30, active: 28, candidates: 1, role_names: [], unread: null };
const report = (more: Partial<DiscoveryReport>): DiscoveryReport => ({ who: 'arn:aws:iam::1:user/troy', policies: null, organization: null, ...more });

test('what was found is counted in words', () => {
  expect(summary(report({ policies }))).toBe('2 roles named by policies.');
  expect(summary(report({ policies: { ...policies, roles: 1 }, organization }))).toBe('1 role named by policies, 1 role that may exist.');
  expect(summary(report({}))).toBe('No roles found.');
});

test('what was read is told, and when', () => {
  const both = report({ policies, organization });
  expect(readWhat(both)).toBe('1 policy read. 30 accounts, 28 active.');
  expect(readAt(both)?.toISOString()).toBe('2026-11-22T13:00:00.000Z');
  expect(readAt(report({}))).toBeNull();
  // An organization that never could be listed has no numbers.
  expect(readWhat(report({ organization: { ...organization, read_at: null } }))).toBe('');
});

test('whatever could not be read is one list', () => {
  const unread = { operation: 'ListAccounts', why: 'AccessDenied: no', request_id: 'r1' };
  const both = report({
    policies: { ...policies, unread: [{ ...unread, operation: 'ListGroupsForUser' }] },
    organization: { ...organization, unread }
  });
  expect(unreadOf(both).map((u) => u.operation)).toEqual(['ListGroupsForUser', 'ListAccounts']);
});

test('names are typed with commas, blanks or lines between them', () => {
  expect(namesIn(' OrgAdmin, Audit\n{name}-Read,Two ')).toEqual(['OrgAdmin', 'Audit', '{name}-Read', 'Two']);
  expect(namesIn('  ')).toEqual([]);
});
