/** What the log of the fake worlds comes to, its export, and how much of it is kept. */
import type { AccountDay } from '../wire/AccountDay';
import type { HistoryKeep } from '../wire/HistoryKeep';
import type { HistoryRow } from '../wire/HistoryRow';
import type { RoleUse } from '../wire/RoleUse';
import { pageOfHistory } from './fakeHistory';
import type { Commands } from './host';

type Names = 'history_days' | 'role_use' | 'export_history' | 'history_keep' | 'set_history_keep';
type Part = { [N in Names]: (request: Commands[N]['request']) => Commands[N]['reply'] };

export class FakeHistorySums {
  keep: HistoryKeep = 'all';
  answers: Part;

  constructor(rows: () => HistoryRow[]) {
    this.answers = {
      history_days: ({ starts }) =>
        starts.slice(0, -1).map((start, i) => ({
          start,
          accounts: accountsOf(rows().filter((r) => Date.parse(r.at) >= Date.parse(start) && Date.parse(r.at) < Date.parse(starts[i + 1] ?? start)))
        })),
      role_use: ({ query }) =>
        usesOf(rows().filter((r) => (query.since === null || r.at >= query.since) && (query.until === null || r.at < query.until))),
      export_history: ({ query, format }) => ({
        rows: pageOfHistory(rows(), { ...query, before: null, limit: 1_000_000 }).rows.length,
        path: `/home/troy/hatrack-history.${format}`
      }),
      history_keep: () => this.keep,
      set_history_keep: ({ keep }) => {
        this.keep = keep;
        return null;
      }
    };
  }
}

const count = (rows: HistoryRow[], event: string | null, outcome: string) =>
  rows.filter((r) => (event === null || r.event === event) && r.outcome === outcome).length;

function grouped(rows: HistoryRow[], key: (r: HistoryRow) => string): HistoryRow[][] {
  const groups = new Map<string, HistoryRow[]>();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return [...groups.values()];
}

function accountsOf(rows: HistoryRow[]): AccountDay[] {
  const days = grouped(rows, (r) => r.account_id ?? '').map((of) => ({
    account_id: of[0]?.account_id ?? null,
    account_name: of[0]?.account_name ?? null,
    sessions: count(of, 'switch', 'ok'),
    denials: count(of, null, 'denied'),
    entries: of.length
  }));
  return days.sort((a, b) => (a.account_name ?? '').localeCompare(b.account_name ?? ''));
}

function usesOf(rows: HistoryRow[]): RoleUse[] {
  const named = rows.filter((r) => r.role_name !== null);
  return grouped(named, (r) => `${r.account_id}/${r.role_name}`).map((of) => ({
    account_id: of[0]?.account_id ?? null,
    account_name: of[0]?.account_name ?? null,
    role_name: of[0]?.role_name ?? '',
    arn: of[0]?.arn ?? null,
    switches: count(of, 'switch', 'ok'),
    denials: count(of, null, 'denied'),
    held_s: of.filter((r) => r.event === 'expire' || r.event === 'switch_back').reduce((s, r) => s + (r.duration_s ?? 0), 0),
    last_use: of[0]?.at ?? ''
  }));
}
