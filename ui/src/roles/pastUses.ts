/** The last few times a role was switched to, and how each ended. */
import { host } from '#host';
import { historyQuery } from '../history/query';
import type { HistoryRow } from '../wire/HistoryRow';
import type { RoleView } from '../wire/RoleView';

export interface PastUse {
  id: number;
  at: Date;
  seconds: number | null;
  outcome: 'Active' | 'Ended' | 'Expired' | 'Denied' | 'Failed';
}

const SHOWN = 3;
const READ = 40;

export async function pastUses(role: RoleView): Promise<PastUse[]> {
  try {
    const page = await host.call('history', {
      query: historyQuery({ account_id: role.account_id, text: role.role_name, limit: READ })
    });
    return usesIn(page.rows.filter((r) => r.role_name === role.role_name));
  } catch {
    return []; // The list is an aside; the History view says what is wrong.
  }
}

/** Pairs each switch with what ended its session. */
export function usesIn(rows: readonly HistoryRow[]): PastUse[] {
  const ends = new Map<string, PastUse['outcome']>();
  const brought = new Set<string>();
  for (const row of rows) {
    if (row.session_id === null) continue;
    if (row.event === 'expire') ends.set(row.session_id, 'Expired');
    if (row.event === 'switch_back_undo') brought.add(row.session_id);
    // The rows come latest first.
    if (row.event === 'switch_back' && !brought.delete(row.session_id)) ends.set(row.session_id, 'Ended');
  }
  return rows
    .filter((r) => r.event === 'switch')
    .slice(0, SHOWN)
    .map((r) => ({ id: r.id, at: new Date(r.at), seconds: r.duration_s, outcome: outcomeOf(r, ends) }));
}

function outcomeOf(row: HistoryRow, ends: Map<string, PastUse['outcome']>): PastUse['outcome'] {
  if (row.outcome === 'denied') return 'Denied';
  if (row.outcome === 'failed') return 'Failed';
  return (row.session_id === null ? undefined : ends.get(row.session_id)) ?? 'Active';
}
