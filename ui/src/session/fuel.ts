/** Where things stand on a session's bar, in shares of its life from 0 (issue) to 1 (expiry). */
import { MARKS } from '../time/left';

export interface Fuel {
  /** What is gone. */
  gone: number;
  /** Marks still ahead. */
  notches: number[];
  /** Times to write below, each far enough from the others to be read. */
  labels: { at: number; date: Date; now: boolean }[];
}

/** Two times need this much of the bar between them. */
const APART = 0.07;

export function fuelOf(life: number, left: number, expiresAt: Date): Fuel {
  const total = Math.max(1, life);
  const gone = Math.min(1, Math.max(0, 1 - left / total));
  const marks = [MARKS.warn, MARKS.crit].filter((m) => m < total).map((m) => 1 - m / total);
  const notches = marks.filter((m) => m > gone);
  const date = (at: number) => new Date(expiresAt.getTime() - (1 - at) * total * 1000);
  const labels: Fuel['labels'] = [];
  const add = (at: number, now = false) => {
    if (labels.every((l) => Math.abs(l.at - at) >= APART)) labels.push({ at, date: date(at), now });
  };
  // Now matters most, then the ends, then the marks, the later first.
  if (left > 0) add(gone, true);
  add(1);
  add(0);
  for (const mark of notches.toReversed()) add(mark);
  labels.sort((a, b) => a.at - b.at);
  return { gone, notches, labels };
}
