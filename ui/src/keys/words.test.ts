import { expect, test } from 'vitest';
import { FakeKeys } from '../host/fakeKeys';
import { ageText, leftText, rows, whose } from './words';

const now = new Date(2026, 10, 22, 17, 0);
const keys = new FakeKeys('spec', () => new Date(2026, 10, 22, 16, 30).toISOString(), '', () => undefined);

test('an age is told, or why it is not', () => {
  expect(ageText(keys.of('troy'), now, false)).toBe('411 days old, last used 16:30');
  expect(ageText({ ...keys.of('troy'), age_days: 1, last_used: null }, now, false)).toBe('1 day old');
  expect(ageText(keys.of('data-analyst'), now, true)).toContain('iam:ListAccessKeys');
  const asked = { ...keys.of('troy'), age_days: null };
  expect(ageText(asked, now, true)).toBe('Asking AWS for its age…');
  expect(ageText(asked, now, false)).toBe('Age not known');
});

test('what is not known of a key is left out', () => {
  expect(whose(keys.of('troy'), false)).toBe('troy, 183438944504');
  const unknown = { ...keys.of('troy'), user: null, account_id: null };
  expect(whose(unknown, true)).toBe('Asking AWS whose it is…');
  expect(whose(unknown, false)).toBe('Owner not known');
});

test('what a rotation that was given up leaves is told', () => {
  expect(leftText({ in_use_ends: 'K7QD', left: [] })).toBe('The rotation is given up, and the key …K7QD is in use.');
  const left = [{ id_ends: 'N3WW', profiles: [] }, { id_ends: 'M2VX', profiles: ['a', 'b'] }];
  const text = leftText({ in_use_ends: 'K7QD', left });
  expect(text).toContain('…N3WW is left at AWS: delete it there');
  expect(text).toContain('…M2VX is left at AWS, and still in use by a, b.');
});

test('a profile with another key in the vault than in its file has two rows', () => {
  const troy = keys.of('troy');
  const ids = rows([troy, { ...troy, standing: 'vault', id_ends: 'M2VX' }]).map(([id]) => id);
  expect(ids[0]).toBe('troy');
  expect(new Set(ids).size).toBe(2);
});
