import { expect, test } from 'vitest';
import { specRoles } from '../host/fakeRoles';
import type { RoleView } from '../wire/RoleView';
import { badgesOf } from './badges';
import { factsOf, kindText } from './facts';

const bare = specRoles(() => new Date(0).toISOString())[0] as RoleView;

test('nothing known is nothing said', () => {
  expect(factsOf({ ...bare, also_in: [] })).toEqual([]);
  expect(kindText('unheard of')).toBeNull();
});

test('what GetRole told is said line by line', () => {
  const facts = {
    read_at: '2026-11-22T12:00:00Z', path: '/team/', description: 'Reads', tags: [{ key: 'team', value: 'blue' }, { key: 'bare', value: '' }],
    maximum: 14_400, trusts: ['account 183438944504, as its policies allow'], external_id: true, mfa: false, last_used: null, was_closed: null
  };
  const said = factsOf({ ...bare, kind: 'custom', facts, also_in: ['Policies of troy'] });
  expect(said.map((f) => f.label)).toEqual(['Kind', 'About', 'Maximum', 'Trusts', 'Asks for', 'Path', 'Tags', 'Also in']);
  expect(said.find((f) => f.label === 'Tags')?.lines).toEqual(['team: blue', 'bare']);
});

test('s8: a role that only a service can use, and one that may not exist, are marked', () => {
  expect(badgesOf({ ...bare, kind: 'service_linked' }).map((b) => b.text)).toContain('Service');
  expect(badgesOf({ ...bare, found: { candidate: true, remarks: [] } }).map((b) => b.text)).toContain('May exist');
});
