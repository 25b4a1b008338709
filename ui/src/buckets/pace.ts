/** The speed of a transfer, smoothed so that the digits can be read. */
export interface Pace {
  done: number;
  at: number;
  speed: number;
}

const WEIGHT = 0.3;

/** `at` in milliseconds on a monotonic clock, `done` in bytes. */
export function measure(before: Pace | undefined, done: number, at: number): Pace {
  if (!before) return { done, at, speed: 0 };
  const seconds = (at - before.at) / 1000;
  if (seconds < 0.2) return before;
  const now = Math.max(0, done - before.done) / seconds;
  return { done, at, speed: before.speed === 0 ? now : before.speed * (1 - WEIGHT) + now * WEIGHT };
}

/** Seconds until all bytes are there, or nothing where it cannot be told. */
export function secondsToGo(done: number, total: number | null, speed: number): number | null {
  return total === null || speed <= 0 ? null : Math.ceil((total - done) / speed);
}
