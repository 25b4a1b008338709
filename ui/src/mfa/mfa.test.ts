import { describe, expect, it, vi } from 'vitest';
import type { SwitchOutcome } from '../wire/SwitchOutcome';
import { host } from '#host';
import { status } from '../shell/status.svelte';
import { deviceName, mfaAsk, type Question } from './ask.svelte';
import { codeServes, codeWindowLeft, isComplete, typed } from './code';

describe('code', () => {
  it.each([
    ['409173', '409173'],
    [' 409 173 ', '409173'],
    ['code: 409-173.', '409173'],
    ['4091735', '409173'],
    ['4a0', '40'],
    ['', '']
  ])('takes the digits of %j', (text, digits) => expect(typed(text).digits).toBe(digits));

  it('is complete at six', () => {
    expect(isComplete(typed('40917'))).toBe(false);
    expect(isComplete(typed('409173'))).toBe(true);
  });

  it('says what a code opens and what sharing it costs', () => {
    const shared = codeServes(true, 'troy-phone');
    expect(shared).toContain('every role of troy-phone for 12 h');
    expect(shared).toContain('1 h at most');
    expect(codeServes(false, 'troy-phone')).toBe('This code serves this session alone.');
  });

  it('counts to the next code of the device', () => {
    expect(codeWindowLeft(new Date(1_780_000_020_000))).toBe(30);
    expect(codeWindowLeft(new Date(1_780_000_049_000))).toBe(1);
  });

  it('names a device by the end of its ARN, a hardware one by its serial', () => {
    expect(deviceName('arn:aws:iam::081278057606:mfa/troy-phone')).toBe('troy-phone');
    expect(deviceName('GAHT12345678')).toBe('GAHT12345678');
  });
});

const needs = (refused: string | null): SwitchOutcome => ({
  kind: 'needs',
  need: { kind: 'mfa_code', serial: 'arn:aws:iam::081278057606:mfa/troy-phone', role_arn: null, refused, shared: true }
});
const denied: SwitchOutcome = {
  kind: 'denied',
  denial: { summary: 's', code: 'AccessDenied', message: 'm', request_id: 'r', action: 'sts:AssumeRole', resource: null, longest_duration: null }
};

function question(send: Question['send']): Question {
  return {
    need: { kind: 'mfa_code', serial: 'arn:aws:iam::081278057606:mfa/troy-phone', role_arn: null, refused: null, shared: true },
    accountName: 'acme-prod', colour: 'red', roleName: 'R', action: 'Switch role', send
  };
}

describe('asking', () => {
  it('stops asking a YubiKey for a question that was given up', async () => {
    const waits = question(vi.fn(async () => needs(null)));
    status.value = { ...(await host.call('status')), yubikeys: [waits.need.serial] };
    let answer = (_: string) => {};
    window.fake.world.devices.key = new Promise((done) => (answer = done));
    const before = window.fake.calls.length;
    const named = () => window.fake.calls.slice(before).map((c) => c.name);
    void mfaAsk.ask(waits);
    await vi.waitFor(() => expect(named()).toEqual(['yubikey_code']));
    mfaAsk.cancel();
    expect(window.fake.calls.slice(before)).toEqual([
      { name: 'yubikey_code', request: { serial: waits.need.serial } },
      { name: 'cancel_yubikey_code', request: { serial: waits.need.serial } }
    ]);
    answer('409173');
    status.value = { ...status.value, yubikeys: [] };
    // Nothing to give up where the key was not asked.
    void mfaAsk.ask(waits);
    mfaAsk.cancel();
    expect(named()).toHaveLength(2);
  });

  it('b19: a refused code is cleared, said, and never sent again by itself', async () => {
    const send = vi.fn(async () => needs('refused'));
    void mfaAsk.ask(question(send));
    mfaAsk.code = typed('111111');
    await mfaAsk.submit();
    expect(send).toHaveBeenCalledTimes(1);
    expect(mfaAsk.refused).toBe('refused');
    expect(mfaAsk.code.digits).toBe('');
    mfaAsk.cancel();
  });

  it('ends with whatever else AWS answers', async () => {
    const asked = mfaAsk.ask(question(async () => denied));
    mfaAsk.code = typed('409173');
    await mfaAsk.submit();
    expect(await asked).toEqual(denied);
    expect(mfaAsk.question).toBeNull();
  });

  it('ends with nothing when cancelled, and drops a late answer', async () => {
    let answer: (outcome: SwitchOutcome) => void = () => undefined;
    const asked = mfaAsk.ask(question(() => new Promise((done) => (answer = done))));
    mfaAsk.code = typed('409173');
    const sent = mfaAsk.submit();
    mfaAsk.cancel();
    expect(await asked).toBeNull();
    answer(needs('late'));
    await sent;
    expect(mfaAsk.refused).toBeNull();
    expect(mfaAsk.checking).toBe(false);
  });

  it('a code still under way holds up no later question, nor ends it', async () => {
    let answer: (outcome: SwitchOutcome) => void = () => undefined;
    void mfaAsk.ask(question(() => new Promise((done) => (answer = done))));
    mfaAsk.code = typed('409173');
    const sent = mfaAsk.submit();
    const later = mfaAsk.ask(question(async () => denied));
    expect(mfaAsk.checking).toBe(false);
    answer(needs('late'));
    await sent;
    expect(mfaAsk.refused).toBeNull();
    mfaAsk.code = typed('409174');
    await mfaAsk.submit();
    expect(await later).toEqual(denied);
  });

  it('sends nothing before six digits', async () => {
    const send = vi.fn(async () => denied);
    void mfaAsk.ask(question(send));
    mfaAsk.code = typed('40917');
    await mfaAsk.submit();
    expect(send).not.toHaveBeenCalled();
    mfaAsk.cancel();
  });
});
