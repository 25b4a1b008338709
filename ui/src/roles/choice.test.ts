import { expect, it } from 'vitest';
import { PROD, role } from '../host/fakeRoles';
import { cap, capReason, choices, durations } from './choice.svelte';

it('sends only what was touched', () => {
  const r = role(PROD, 'untouched', { external_id: 'abc' });
  expect(choices.request(r)).toMatchObject({ duration: null, region: null, session_name: null, external_id: null, mfa_code: null });
  choices.set(r, { duration: 900, region: 'eu-west-1', sessionName: 'me', externalId: 'other' });
  expect(choices.request(r)).toMatchObject({ duration: 900, region: null, session_name: 'me', external_id: 'other' });
});

it('s10: caps a chained role at one hour and says why', () => {
  const r = role(PROD, 'chained', { chained: true, max_duration: 43_200, duration: 28_800 });
  expect(cap(r)).toBe(3600);
  expect(capReason(r)).not.toBeNull();
  expect(choices.duration(r)).toBe(3600);
});

it('s9: offers what is known to be possible, and the own duration of a role', () => {
  expect(cap(role(PROD, 'known', { max_duration: 7200 }))).toBe(7200);
  expect(cap(role(PROD, 'unknown'))).toBe(43_200);
  expect(durations(role(PROD, 'odd', { duration: 5400 }))).toContain(5400);
});
