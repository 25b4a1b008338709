import { expect, it } from 'vitest';
import { keepValue, KEEPS, keptWords, removes } from './keep.svelte';

it('says how much is kept', () => {
  expect(keptWords('all')).toBe('');
  expect(keptWords({ days: 90 })).toBe(' for 90 days');
  expect(keptWords({ days: 1 })).toBe(' for 1 day');
  expect(keptWords({ rows: 100_000 })).toBe(': the newest 100,000 entries');
});

it('knows each choice by a value of its own', () => {
  for (const choice of KEEPS) expect(keepValue(choice.keep)).toBe(choice.value);
});

it('warns before anything is removed, not where nothing is', () => {
  expect(removes('all', { days: 30 })).toBe(true);
  expect(removes({ days: 90 }, { days: 30 })).toBe(true);
  expect(removes({ days: 30 }, { rows: 9 })).toBe(true);
  expect(removes({ days: 30 }, { days: 90 })).toBe(false);
  expect(removes({ rows: 9 }, 'all')).toBe(false);
});
