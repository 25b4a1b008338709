import { expect, test } from 'vitest';
import { FakeKeys } from '../host/fakeKeys';
import { ageText, whose } from './words';

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
  expect(whose(keys.of('troy'))).toBe('troy, 183438944504');
  expect(whose({ ...keys.of('troy'), user: null, account_id: null })).toBe('');
});
