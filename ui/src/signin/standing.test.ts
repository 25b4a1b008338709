import { describe, expect, it } from 'vitest';
import type { PortalStateView } from '../wire/PortalStateView';
import { listed, portalHost, portalName, standing, standingInFull, standingOfAll } from './standing';

const now = new Date(2026, 5, 11, 14, 20);
const at = (hours: number) => new Date(now.getTime() + hours * 3_600_000).toISOString();

function state(more: Partial<PortalStateView> = {}): PortalStateView {
  return {
    portal: { name: 'acme', start_url: 'https://d-9067f1a2b3.awsapps.com/start', region: 'eu-west-1', kind: 'identity_center' },
    signed_in_until: null, left_elsewhere: false, refreshes: true, accounts: null, roles: null, listed_at: null, listing: false, error: null, ...more
  };
}

describe('how one stands', () => {
  it.each([
    [state(), 'signed out', 'Sign in to list and use its roles.'],
    [state({ signed_in_until: at(4) }), 'signed in until 18:20', 'Until 18:20, 4 h from now. Renewed by itself.'],
    [state({ signed_in_until: at(0.5), refreshes: false }), 'signed in until 14:50', 'Until 14:50, 30 min from now.'],
    [state({ signed_in_until: at(24), refreshes: false }), 'signed in until Fri 12 Jun 14:20', 'Until Fri 12 Jun 14:20, 24 h from now.'],
    [state({ signed_in_until: at(-1) }), 'signed in', 'Renewed by itself when it is next used.'],
    [state({ signed_in_until: at(-1), refreshes: false }), 'signed out', 'Ended today 13:20.'],
    [state({ left_elsewhere: true }), 'signed out', 'A sign-in from before sharing was changed is still there. Sign out to end it.']
  ])('%#', (is, short, full) => {
    expect(standing(is, now)).toBe(short);
    expect(standingInFull(is, now)).toBe(full);
  });

  it('of several in one line', () => {
    const [out, signedIn] = [state(), state({ signed_in_until: at(4) })];
    expect(standingOfAll([], now)).toBeNull();
    expect(standingOfAll([signedIn], now)).toBe('signed in until 18:20');
    expect(standingOfAll([out, out], now)).toBe('signed out');
    expect(standingOfAll([out, signedIn], now)).toBe('1 of 2 signed in');
    expect(standingOfAll([signedIn, signedIn], now)).toBe('signed in');
  });
});

it('says what a portal lists, once it has been listed', () => {
  expect(listed(state(), now)).toBeNull();
  expect(listed(state({ accounts: 1, roles: 1 }), now)).toBe('1 account, 1 role');
  expect(listed(state({ accounts: 665, roles: 1330, listed_at: at(-0.3) }), now)).toBe('665 accounts, 1,330 roles, listed today 14:02');
});

it('calls a portal by its session, the older form by its host', () => {
  const { portal } = state();
  expect(portalName(portal)).toBe('acme');
  expect(portalName({ ...portal, name: portal.start_url })).toBe('d-9067f1a2b3.awsapps.com');
  expect(portalHost({ ...portal, start_url: 'https://d-1.awsapps.com@evil.example/start' })).toBe('evil.example');
  expect(portalHost({ ...portal, start_url: 'no address' })).toBe('no address');
});
