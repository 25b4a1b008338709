import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { clock } from '../time/clock.svelte';
import { fakeSession } from '../host/fakeSessions';
import { PROD, role } from '../host/fakeRoles';
import { sessions } from './sessions.svelte';

beforeEach(() => vi.useFakeTimers({ now: 1_780_000_000_000 }));
afterEach(() => vi.useRealTimers());

const made = (id: string, left: number) => fakeSession(role(PROD, id), { id, life: 3600, left, region: 'eu-west-1' });

it('counts down by itself from what was left at receipt', () => {
  sessions.take([made('a', 100)]);
  const [a] = sessions.all;
  expect(a && sessions.left(a)).toBe(100);
  vi.advanceTimersByTime(30_000);
  clock.tick();
  expect(a && sessions.left(a)).toBe(70);
  expect(a && sessions.share(a)).toBeCloseTo(70 / 3600);
  vi.advanceTimersByTime(3_600_000);
  clock.tick();
  expect(a && sessions.left(a)).toBe(0);
  expect(sessions.live).toEqual([]);
});

it('h73: a step of the computer clock moves no countdown', () => {
  sessions.take([made('a', 100)]);
  const [a] = sessions.all;
  vi.setSystemTime(Date.now() + 3_600_000);
  clock.tick();
  expect(a && sessions.left(a)).toBe(100);
  vi.setSystemTime(Date.now() - 7_200_000);
  clock.tick();
  expect(a && sessions.left(a)).toBe(100);
});

it('sorts by soonest to expire, ended ones last', () => {
  sessions.take([made('late', 3000), made('ended', 0), made('soon', 10)]);
  expect(sessions.all.map((s) => s.id)).toEqual(['soon', 'late', 'ended']);
  expect(sessions.live.map((s) => s.id)).toEqual(['soon', 'late']);
});

it('lists the live ones anew when one ends or another comes, and not at each tick', () => {
  sessions.take([made('short', 5), made('long', 100)]);
  const before = sessions.live;
  vi.advanceTimersByTime(1000);
  clock.tick();
  expect(sessions.live).toBe(before);
  vi.advanceTimersByTime(5000);
  clock.tick();
  expect(sessions.live.map((s) => s.id)).toEqual(['long']);
  sessions.take([made('other', 50)]);
  expect(sessions.live.map((s) => s.id)).toEqual(['other']);
});
