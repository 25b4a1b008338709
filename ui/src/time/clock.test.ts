import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { clock } from './clock.svelte';

let hidden = false;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_780_000_000_000 });
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
});
afterEach(() => vi.useRealTimers());

function show(is: boolean): void {
  hidden = !is;
  document.dispatchEvent(new Event('visibilitychange'));
}

it('ticks while seen, stands still while hidden, and asks again when seen or after a sleep', () => {
  const woke = vi.fn();
  clock.onWake(woke);
  clock.tick();
  woke.mockClear();
  clock.start();

  vi.advanceTimersByTime(2000);
  const before = clock.now;
  show(false);
  vi.advanceTimersByTime(60_000);
  expect(clock.now).toBe(before);
  expect(woke).not.toHaveBeenCalled();

  show(true);
  expect(clock.now).toBe(before + 60_000);
  expect(woke).toHaveBeenCalledTimes(1);

  // A monotonic clock that stands still in suspend falls behind the computer's.
  vi.setSystemTime(Date.now() + 600_000);
  vi.advanceTimersByTime(1000);
  expect(woke).toHaveBeenCalledTimes(2);
});
