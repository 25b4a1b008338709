/** Time left in a session, and lengths of time, as people read them. All take whole seconds. */

export type Tone = 'ok' | 'warn' | 'crit' | 'off';

const MINUTE = 60;
const HOUR = 3600;

/** The marks at which the colour changes and a reminder is due, in seconds before the end. */
export const MARKS = { warn: 15 * MINUTE, crit: 5 * MINUTE } as const;

export function toneOf(seconds: number): Tone {
  if (seconds <= 0) return 'off';
  if (seconds <= MARKS.crit) return 'crit';
  return seconds <= MARKS.warn ? 'warn' : 'ok';
}

const two = (n: number) => String(n).padStart(2, '0');

/** `6h 38m` over an hour, else `42:17`. */
export function formatLeft(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s > HOUR) return `${Math.floor(s / HOUR)}h ${Math.floor((s % HOUR) / MINUTE)}m`;
  return `${Math.floor(s / MINUTE)}:${two(s % MINUTE)}`;
}

const count = (n: number, unit: string) => `${n} ${unit}${n === 1 ? '' : 's'}`;

/** What a screen reader says for a countdown. */
export function spokenLeft(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s === 0) return 'Ended';
  if (s > HOUR) return `${count(Math.floor(s / HOUR), 'hour')} ${count(Math.floor((s % HOUR) / MINUTE), 'minute')} left`;
  const parts = [];
  if (s >= MINUTE) parts.push(count(Math.floor(s / MINUTE), 'minute'));
  if (s % MINUTE > 0) parts.push(count(s % MINUTE, 'second'));
  return `${parts.join(' ')} left`;
}

/** `1 h`, `1 h 30 min`, `52 min`, `40 s`. */
export function formatLength(seconds: number): string {
  if (seconds < MINUTE) return `${seconds} s`;
  const minutes = Math.round(seconds / MINUTE);
  const h = Math.floor(minutes / 60);
  const m = minutes % 60;
  if (h === 0) return `${m} min`;
  return m === 0 ? `${h} h` : `${h} h ${m} min`;
}

/** The label of a choice of durations: `45m`, `1h`, `1h30`. */
export function formatChoice(seconds: number): string {
  const minutes = Math.round(seconds / MINUTE);
  const h = Math.floor(minutes / 60);
  const m = minutes % 60;
  if (h === 0) return `${m}m`;
  return m === 0 ? `${h}h` : `${h}h${two(m)}`;
}
