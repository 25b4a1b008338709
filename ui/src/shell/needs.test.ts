import { beforeEach, expect, it, vi } from 'vitest';
import { commandConsents } from '../consent/ask.svelte';
import { mfaAsk } from '../mfa/ask.svelte';
import { typed } from '../mfa/code';
import { signIns } from '../signin/ask.svelte';
import { specPortals } from '../host/fakePortals';
import type { NeedView } from '../wire/NeedView';
import type { SwitchOutcome } from '../wire/SwitchOutcome';
import { meetingNeeds } from './needs';

const world = window.fake.world;

beforeEach(() => {
  window.fake.calls.length = 0;
  world.portals.states = specPortals(() => new Date().toISOString());
});

const calls = (name: string) => window.fake.calls.filter((c) => c.name === name).map((c) => c.request);
const portal = { name: 'stuzio-sso', start_url: 'https://stuzio.awsapps.com/start', region: 'eu-west-1', kind: 'identity_center' as const };
const signIn: NeedView = { kind: 'sign_in', portal };
const code: NeedView = { kind: 'mfa_code', serial: 'GAHT12345678', role_arn: null, refused: null, shared: true };
const command: NeedView = { kind: 'command_consent', profile: 'vendor', command: 'tool --a' };
const denied: SwitchOutcome = {
  kind: 'denied',
  denial: { summary: 's', code: 'AccessDenied', message: 'm', request_id: 'r', action: 'sts:AssumeRole', resource: null, longest_duration: null }
};

/** Answers with each need in turn, then with a denial. */
function asking(...needs: NeedView[]) {
  const left = [...needs];
  const send = vi.fn(async (_code: string | null): Promise<SwitchOutcome> => {
    const need = left.shift();
    return need ? { kind: 'needs', need } : denied;
  });
  return { send, outcome: meetingNeeds({ accountName: 'a', colour: 'red', roleName: 'r', action: 'Switch role', send }) };
}

it('repeats the switch after a sign-in', async () => {
  const { send, outcome } = asking(signIn);
  await expect.poll(() => signIns.open).not.toBeNull();
  expect(send).toHaveBeenCalledTimes(1);
  await signIns.open?.begin('browser');
  expect(await outcome).toEqual(denied);
  expect(send.mock.calls).toEqual([[null], [null]]);
});

it('a sign-in that did not help is made anew', async () => {
  const { outcome } = asking(signIn, signIn);
  await expect.poll(() => signIns.open).not.toBeNull();
  const first = signIns.open;
  await first?.begin('browser');
  await expect.poll(() => signIns.open !== null && signIns.open !== first).toBe(true);
  void signIns.open?.begin('browser');
  await expect.poll(() => calls('await_sign_in')).toHaveLength(1);
  world.portals.allow('stuzio-sso');
  expect(await outcome).toEqual(denied);
  expect(calls('sign_in').map((r) => (r as { anew: boolean }).anew)).toEqual([false, true]);
});

it('asks for one thing after the other', async () => {
  const { send, outcome } = asking(command, signIn, code);
  await expect.poll(() => commandConsents.open).not.toBeNull();
  await commandConsents.open?.allow();
  expect(calls('consent_command')).toEqual([{ command: 'tool --a' }]);
  await expect.poll(() => signIns.open).not.toBeNull();
  await signIns.open?.begin('browser');
  await expect.poll(() => mfaAsk.question).not.toBeNull();
  mfaAsk.code = typed('409173');
  await mfaAsk.submit();
  expect(await outcome).toEqual(denied);
  expect(send.mock.calls).toEqual([[null], [null], [null], ['409173']]);
});

it('b14: without consent the command is not allowed and nothing is asked again', async () => {
  const { send, outcome } = asking(command);
  await expect.poll(() => commandConsents.open).not.toBeNull();
  commandConsents.open?.cancel();
  expect(await outcome).toBeNull();
  expect(send).toHaveBeenCalledTimes(1);
  expect(calls('consent_command')).toEqual([]);
});

it('a consent that could not be kept stays asked and says why', async () => {
  const { outcome } = asking(command);
  await expect.poll(() => commandConsents.open).not.toBeNull();
  const allow = world.commands.consent_command;
  world.commands.consent_command = () => Promise.reject({ message: 'The disk is full.', code: null });
  await commandConsents.open?.allow();
  world.commands.consent_command = allow;
  expect(commandConsents.open?.error).toBe('The disk is full.');
  commandConsents.open?.cancel();
  expect(await outcome).toBeNull();
});

it('stops where the person gives up signing in, and leaves an endpoint to the caller', async () => {
  const given = asking(signIn);
  await expect.poll(() => signIns.open).not.toBeNull();
  signIns.open?.cancel();
  expect(await given.outcome).toBeNull();
  expect(given.send).toHaveBeenCalledTimes(1);

  const need: NeedView = { kind: 'endpoint_consent', endpoint: 'http://127.0.0.1:1' };
  expect(await asking(need).outcome).toEqual({ kind: 'needs', need });
});
