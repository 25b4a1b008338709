/** A session's past and what is ahead of it, latest first. */
import type { HistoryRow } from '../wire/HistoryRow';
import { formatLength, MARKS } from '../time/left';

export interface TimelineEntry {
  key: string;
  at: Date;
  text: string;
  next: boolean;
  bad: boolean;
}

/** The time left, rounded down to just above the mark that comes next: all that the timeline has to know of it. */
export function markBelow(left: number): number {
  if (left <= 0) return 0;
  const next = [MARKS.warn, MARKS.crit, 0].find((m) => m < left) ?? 0;
  return next + 1;
}

/** A mark not below the session's life is skipped, and a session renewed by itself reminds nobody. */
export function ahead(expiresAt: Date, life: number, left: number, autoRenew: boolean): TimelineEntry[] {
  if (left <= 0) return [];
  const entry = (before: number, text: string): TimelineEntry => ({
    key: `ahead-${before}`,
    at: new Date(expiresAt.getTime() - before * 1000),
    text,
    next: true,
    bad: false
  });
  const marks = autoRenew ? [] : [MARKS.crit, MARKS.warn].filter((m) => m < life && m < left);
  return [
    entry(0, autoRenew ? 'Expires, renewed before that' : 'Expires'),
    ...marks.map((m) => entry(m, `Reminder, ${formatLength(m)} left`))
  ];
}

export function behind(rows: readonly HistoryRow[]): TimelineEntry[] {
  return rows.map((row) => ({
    key: String(row.id),
    at: new Date(row.at),
    text: words(row),
    next: false,
    bad: row.outcome !== 'ok'
  }));
}

const DONE: Record<string, string> = {
  switch: 'Role assumed',
  renew: 'Renewed',
  expire: 'Expired',
  switch_back: 'Switched back',
  switch_back_undo: 'Brought back',
  export: 'Copied env',
  console: 'Opened the console',
  hand_out: 'Handed out',
  download: 'Downloaded',
  upload: 'Uploaded'
};

/** What a history row says of itself, else what its event is called. */
export function words(row: HistoryRow): string {
  const what = row.detail ?? DONE[row.event] ?? row.event;
  if (row.outcome === 'denied') return `Denied: ${row.event.replace('_', ' ')}`;
  if (row.outcome === 'failed') return `Failed: ${row.event.replace('_', ' ')}`;
  return row.call_ms === null ? what : `${what} in ${row.call_ms} ms`;
}
