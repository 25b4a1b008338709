import { beforeEach, expect, it, vi } from 'vitest';
import type { NeedView } from '../wire/NeedView';
import type { SwitchOutcome } from '../wire/SwitchOutcome';
import { meetingNeeds } from '../shell/needs';
import { proxyLogins } from './ask.svelte';

const need: NeedView = { kind: 'proxy_password', proxy: 'proxy.example:3128' };
const denied: SwitchOutcome = {
  kind: 'denied',
  denial: { summary: 's', code: 'AccessDenied', message: 'm', request_id: 'r', action: 'sts:AssumeRole', resource: null, longest_duration: null }
};

beforeEach(() => {
  window.fake.calls.length = 0;
});

const given = () => window.fake.calls.filter((c) => c.name === 'give_proxy_login').map((c) => c.request);

function asking(...needs: NeedView[]) {
  const left = [...needs];
  const send = vi.fn(async (): Promise<SwitchOutcome> => {
    const next = left.shift();
    return next ? { kind: 'needs', need: next } : denied;
  });
  return { send, outcome: meetingNeeds({ accountName: 'a', colour: 'red', roleName: 'r', action: 'Switch role', send }) };
}

it('i79: asks for the login of a proxy, again where it was not taken, and repeats the switch', async () => {
  const { send, outcome } = asking(need, need);
  await expect.poll(() => proxyLogins.open).not.toBeNull();
  const first = proxyLogins.open;
  expect(first?.again).toBe(false);
  await first?.give();
  expect(first?.error).toBe('Enter the name and the password.');
  expect(given()).toEqual([]);
  if (first) [first.name, first.password] = ['troy', 'wrong'];
  await first?.give();
  expect(first?.password).toBe('');
  await expect.poll(() => proxyLogins.open !== null && proxyLogins.open !== first).toBe(true);
  const second = proxyLogins.open;
  expect(second?.again).toBe(true);
  if (second) [second.name, second.password] = ['troy', 'right'];
  await second?.give();
  expect(await outcome).toEqual(denied);
  expect(send).toHaveBeenCalledTimes(3);
  expect(given()).toEqual([
    { proxy: 'proxy.example:3128', name: 'troy', password: 'wrong' },
    { proxy: 'proxy.example:3128', name: 'troy', password: 'right' }
  ]);
});

it('i79: who gives no login gives up the switch', async () => {
  const { send, outcome } = asking(need);
  await expect.poll(() => proxyLogins.open).not.toBeNull();
  proxyLogins.open?.cancel();
  expect(await outcome).toBeNull();
  expect(send).toHaveBeenCalledTimes(1);
  expect(given()).toEqual([]);
});
