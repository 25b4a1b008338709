import type { HistoryRow } from '../wire/HistoryRow';

/** Denials among the rows, newest first, that nobody has looked at and no later success of the same role has settled. */
export function openDenials(rows: readonly HistoryRow[], seen: readonly number[]): HistoryRow[] {
  const looked = new Set(seen);
  const settled = new Set<string>();
  return rows.filter((row) => {
    const of = row.arn === null ? null : `${row.event} ${row.arn}`;
    if (row.outcome === 'ok' && of !== null) settled.add(of);
    return row.outcome === 'denied' && !looked.has(row.id) && (of === null || !settled.has(of));
  });
}
