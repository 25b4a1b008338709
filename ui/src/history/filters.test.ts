import { expect, it } from 'vitest';
import { EVENT_CHOICES, NO_FILTERS, said } from './filters';
import { countWords, sumOf } from './sums';

it('says what is narrowed by, and nothing where nothing is', () => {
  expect(said(NO_FILTERS, String)).toEqual([]);
  expect(said({ ...NO_FILTERS, text: '  ' }, String)).toEqual([]);
  const all = { text: ' prod ', outcome: 'denied', account: '1', role: 'Admin', event: 'switch' };
  expect(said(all, (id) => `account ${id}`).map((part) => part.words)).toEqual(['“prod”', 'Assumed', 'Denied', 'account 1', 'Admin']);
});

it('offers every event under a word of its own', () => {
  const labels = EVENT_CHOICES.map((c) => c.label);
  expect(new Set(labels).size).toBe(labels.length);
});

it('adds days up and says it', () => {
  const account = (sessions: number, denials: number) => ({ account_id: '1', account_name: 'a', sessions, denials, entries: 9 });
  const days = [
    { start: '', accounts: [account(1, 0), account(2, 1)] },
    { start: '', accounts: [] }
  ];
  expect(sumOf(days)).toEqual({ sessions: 3, denials: 1 });
  expect(countWords(sumOf(days))).toBe('3 sessions, 1 denial');
  expect(countWords({ sessions: 1, denials: 0 })).toBe('1 session');
  expect(countWords({ sessions: 0, denials: 0 })).toBe('nothing');
});
