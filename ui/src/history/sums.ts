/** What days come to, in numbers and words. Pure. */
import type { HistoryDay } from '../wire/HistoryDay';

export interface Sum {
  sessions: number;
  denials: number;
}

export function sumOf(days: readonly HistoryDay[]): Sum {
  const accounts = days.flatMap((d) => d.accounts);
  return {
    sessions: accounts.reduce((n, a) => n + a.sessions, 0),
    denials: accounts.reduce((n, a) => n + a.denials, 0)
  };
}

const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

/** `3 sessions, 1 denial`; what there was none of is not said, and `nothing` where there was neither. */
export function countWords({ sessions, denials }: Sum): string {
  const parts = [];
  if (sessions > 0) parts.push(count(sessions, 'session', 'sessions'));
  if (denials > 0) parts.push(count(denials, 'denial', 'denials'));
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}
