import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { host } from '#host';
import { catalog } from '../roles/catalog.svelte';
import { AddingDevice } from './adding.svelte';
import { devices } from './devices.svelte';
import { shownCode } from './shown.svelte';

describe('adding', () => {
  it('offers the devices that roles ask for and nobody answers for', async () => {
    await Promise.all([catalog.load(), devices.load()]);
    const [serial] = devices.unanswered;
    expect(new AddingDevice().serial).toBe(serial);
    expect(serial).toMatch(/:mfa\//);
  });

  it('forgets the secret once it is sent, and once it is given up', async () => {
    const adding = new AddingDevice();
    adding.serial = 'GAHT12345678';
    adding.secret = 'JBSWY3DPEHPK3PXP';
    await adding.add();
    expect(adding.error).toBeNull();
    expect(adding.secret).toBe('');
    expect(devices.view.totp.map((d) => d.serial)).toContain('GAHT12345678');
    const other = new AddingDevice();
    other.secret = 'JBSWY3DPEHPK3PXP';
    other.cancel();
    expect(other.secret).toBe('');
  });

  it('says what is missing', () => {
    const adding = new AddingDevice();
    adding.serial = 'GAHT12345678';
    expect(adding.missing).toBe('Secret is missing');
    adding.from = 'yubikey';
    expect(adding.missing).toBe('Account is missing');
    adding.serial = ' ';
    expect(adding.missing).toBe('Device is missing');
  });
});

describe('a shown code', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    shownCode.hide();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('goes when the device shows another', async () => {
    vi.spyOn(host, 'call').mockResolvedValue({ code: '409173', seconds_left: 3 });
    await shownCode.show('GAHT12345678');
    expect(shownCode.code).toBe('409173');
    vi.advanceTimersByTime(2000);
    expect(shownCode.left).toBe(1);
    vi.advanceTimersByTime(1000);
    expect(shownCode.code).toBeNull();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('of a second device is shown while the first is still waited for', async () => {
    const waiting: ((shown: unknown) => void)[] = [];
    vi.spyOn(host, 'call').mockImplementation(() => new Promise((done) => waiting.push(done)) as never);
    const first = shownCode.show('GAHT12345678');
    const second = shownCode.show('GAHT87654321');
    waiting[1]?.({ code: '409173', seconds_left: 3 });
    await second;
    waiting[0]?.({ code: '000000', seconds_left: 3 });
    await first;
    expect([shownCode.serial, shownCode.code, shownCode.busy]).toEqual(['GAHT87654321', '409173', false]);
  });

  it('that comes after it was put away is not shown', async () => {
    let answer: (shown: { code: string; seconds_left: number }) => void = () => undefined;
    const later = new Promise<{ code: string; seconds_left: number }>((done) => (answer = done));
    vi.spyOn(host, 'call').mockReturnValue(later as Promise<never>);
    const showing = shownCode.show('GAHT12345678');
    shownCode.hide();
    answer({ code: '409173', seconds_left: 30 });
    await showing;
    expect(shownCode.code).toBeNull();
    expect(vi.getTimerCount()).toBe(0);
  });
});
