import { beforeEach, describe, expect, it } from 'vitest';
import { manyPortals } from '../host/fakePortals';
import type { PortalView } from '../wire/PortalView';
import { Attempt } from './attempt.svelte';
import { signIns } from './ask.svelte';

const world = window.fake.world;
let ended: boolean[];

beforeEach(() => {
  window.fake.calls.length = 0;
  world.portals.states = manyPortals(() => new Date(0).toISOString());
  ended = [];
});

const calls = (name: string) => window.fake.calls.filter((c) => c.name === name).map((c) => c.request);
const portalOf = (name: string): PortalView => world.portals.of(name).portal;
const attemptAt = (name: string, anew = false) => new Attempt(portalOf(name), anew, (_, signedIn) => ended.push(signedIn));

/** Begins and goes on once the person is waited for. */
async function waiting(attempt: Attempt, way: 'browser' | 'code' = 'browser') {
  void attempt.begin(way);
  await expect.poll(() => attempt.phase.kind).toBe('waiting');
  if (attempt.phase.kind !== 'waiting') throw new Error('not waiting');
  return attempt.phase.signIn;
}

describe('a sign-in', () => {
  it('by the browser ends when the person allowed it there', async () => {
    const attempt = attemptAt('acme');
    expect((await waiting(attempt)).user_code).toBeNull();
    expect(ended).toEqual([]);
    world.portals.allow('acme');
    await expect.poll(() => ended).toEqual([true]);
    expect(calls('sign_in')).toEqual([{ portal: 'acme', device: false, anew: false }]);
  });

  it('needs nobody where one is signed in already', async () => {
    await attemptAt('stuzio-sso').begin('browser');
    expect(ended).toEqual([true]);
    expect(calls('await_sign_in')).toEqual([]);
  });

  it('is made anew where it is asked so', async () => {
    const attempt = attemptAt('stuzio-sso', true);
    await waiting(attempt);
    expect(calls('sign_in')).toEqual([{ portal: 'stuzio-sso', device: false, anew: true }]);
    attempt.cancel();
  });

  it('by a code gives up the one by the browser first, and does not end with it', async () => {
    const attempt = attemptAt('acme');
    const first = await waiting(attempt);
    void attempt.begin('code');
    await expect.poll(() => attempt.phase.kind === 'waiting' && attempt.phase.signIn.user_code).toBe('QBWD-LMXK');
    expect(calls('cancel_sign_in')).toEqual([{ id: first.id }]);
    expect(ended).toEqual([]);
    world.portals.allow('acme');
    await expect.poll(() => ended).toEqual([true]);
  });

  it('that was refused stays, says why, and can be tried again', async () => {
    const attempt = attemptAt('acme');
    await waiting(attempt);
    world.portals.deny('acme', 'Refused there. Sign in again.');
    await expect.poll(() => attempt.phase).toEqual({ kind: 'failed', message: 'Refused there. Sign in again.' });
    expect(ended).toEqual([]);
    await waiting(attempt, attempt.way);
    world.portals.allow('acme');
    await expect.poll(() => ended).toEqual([true]);
  });

  it('asks first where the portal is not on a host of AWS', async () => {
    const attempt = attemptAt('lab');
    await attempt.begin('code');
    expect(attempt.phase).toEqual({ kind: 'consent', endpoint: 'https://sso.lab.example' });
    void attempt.agree('https://sso.lab.example');
    await expect.poll(() => attempt.phase.kind).toBe('waiting');
    expect(calls('consent_endpoint')).toEqual([{ endpoint: 'https://sso.lab.example' }]);
    expect(calls('sign_in').at(-1)).toMatchObject({ device: true });
    attempt.cancel();
  });

  it('is given up at AWS when the dialog is closed, also while it begins', async () => {
    const attempt = attemptAt('acme');
    const { id } = await waiting(attempt);
    attempt.cancel();
    expect(ended).toEqual([false]);
    expect(calls('cancel_sign_in')).toEqual([{ id }]);

    const early = attemptAt('acme');
    const begun = early.begin('browser');
    early.cancel();
    await begun;
    expect(ended).toEqual([false, false]);
    expect(calls('cancel_sign_in')).toHaveLength(2);
  });

  it('of another program is joined, and goes on there when the dialog is closed', async () => {
    world.portals.beginElsewhere('acme');
    const attempt = attemptAt('acme');
    expect((await waiting(attempt)).begun).toBe(false);
    attempt.cancel();
    expect(calls('cancel_sign_in')).toEqual([]);
    world.portals.allow('acme');
    expect(ended).toEqual([false]);
  });

  it('goes on when its page cannot be opened', async () => {
    const attempt = attemptAt('acme');
    await waiting(attempt);
    const open = world.commands.open_sign_in;
    world.commands.open_sign_in = () => Promise.reject({ message: 'No browser.', code: null });
    await attempt.openAgain();
    world.commands.open_sign_in = open;
    expect(attempt.trouble).toBe('No browser.');
    expect(attempt.phase.kind).toBe('waiting');
    attempt.cancel();
  });
});

it('several roles of one portal share one question, another portal waits its turn', async () => {
  const asked = [signIns.ask(portalOf('acme')), signIns.ask(portalOf('acme')), signIns.ask(portalOf('lab'))];
  expect(signIns.open?.portal.name).toBe('acme');
  signIns.open?.cancel();
  expect(await Promise.all(asked.slice(0, 2))).toEqual([false, false]);
  expect(signIns.open?.portal.name).toBe('lab');
  signIns.open?.cancel();
  expect(await asked[2]).toBe(false);
  expect(signIns.open).toBeNull();
});
