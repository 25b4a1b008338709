/** The log of the fake worlds, filtered as the program filters it. */
import type { HistoryPage } from '../wire/HistoryPage';
import type { HistoryQuery } from '../wire/HistoryQuery';
import type { HistoryRow } from '../wire/HistoryRow';
import { arnOf, DEV, PROD, STAGING, STUZIO, type FakeAccount } from './fakeRoles';

export const DENIED_TEXT =
  'AccessDenied: User: arn:aws:iam::081278057606:user/troy is not authorized to perform: sts:AssumeRole on resource: ' +
  'arn:aws:iam::183438944504:role/readonly-asi-production-bucket';

export function historyRow(account: FakeAccount | null, roleName: string | null, more: Partial<HistoryRow>): HistoryRow {
  return {
    id: 0,
    at: '',
    event: 'switch',
    outcome: 'ok',
    account_id: account?.id ?? null,
    account_name: account?.name ?? null,
    role_name: roleName,
    arn: account && roleName ? arnOf(account, roleName) : null,
    profile: null,
    session_id: null,
    duration_s: null,
    call_ms: null,
    request_id: null,
    error: null,
    client: 'window',
    detail: null,
    ...more
  };
}

const CONSULTANT = 'StuzioAcmeConsultantRole';

/** Rows newest first, with IDs that grow with time. `ago` in minutes. */
export function specHistory(ago: (minutes: number) => string): HistoryRow[] {
  const H = 60;
  const DAY = 1440;
  const pair = (a: FakeAccount, r: string, from: number, life: number, end: 'expire' | 'switch_back', used: number, id: string) => [
    historyRow(a, r, { at: ago(from), duration_s: life * 60, call_ms: 240, session_id: id, request_id: `req-${id}` }),
    historyRow(a, r, { at: ago(from - used), event: end, duration_s: used * 60, session_id: id, client: 'agent' })
  ];
  const rows = [
    historyRow(PROD, 'readonly-asi-production-bucket', {
      at: ago(1), outcome: 'denied', call_ms: 187, request_id: '6f0c2b1e-5d0a-4c47-9a53-2f1f0c7be1d4', error: DENIED_TEXT
    }),
    historyRow(PROD, CONSULTANT, { at: ago(2), event: 'export', session_id: 's-prod', detail: 'Copied env for zsh' }),
    historyRow(PROD, CONSULTANT, { at: ago(6), event: 'hand_out', session_id: 's-prod', detail: 'Listed buckets' }),
    historyRow(PROD, CONSULTANT, { at: ago(17), event: 'export', session_id: 's-prod', detail: 'Copied env for zsh', client: 'tray' }),
    historyRow(PROD, CONSULTANT, { at: ago(18), duration_s: 3600, call_ms: 312, session_id: 's-prod', request_id: 'req-prod' }),
    historyRow(DEV, 'AWSIAMRoleForRDS', { at: ago(26), duration_s: 1800, call_ms: 260, session_id: 's-dev' }),
    historyRow(STUZIO, 'AdministratorAccess', { at: ago(82), duration_s: 28_800, call_ms: 280, session_id: 's-stuzio', client: 'hat' }),
    historyRow(STAGING, CONSULTANT, { at: ago(108), event: 'renew', duration_s: 7200, call_ms: 221, session_id: 's-staging', client: 'agent' }),
    ...pair(DEV, CONSULTANT, 205, 60, 'switch_back', 52, 'h1'),
    ...pair(PROD, CONSULTANT, 245, 60, 'expire', 60, 'h2'),
    ...pair(STAGING, 'DeployPipelineRole', 297, 60, 'switch_back', 18, 'h3'),
    ...pair(DEV, 'PowerUserAccess', 5 * H + 15, 120, 'expire', 120, 'h4'),
    historyRow(PROD, CONSULTANT, {
      at: ago(5 * H + 28), outcome: 'denied', call_ms: 143, request_id: 'a1b2c3d4-0852', client: 'hat',
      error: 'AccessDenied: MultiFactorAuthentication failed with invalid MFA one time pass code.'
    }),
    ...pair(STAGING, CONSULTANT, DAY - 160, 60, 'switch_back', 41, 'y1'),
    ...pair(PROD, 'AWSIAMRoleForRDS', DAY - 110, 60, 'switch_back', 60, 'y2'),
    ...pair(STUZIO, 'AdministratorAccess', DAY - 10, 480, 'expire', 480, 'y3'),
    historyRow(DEV, 'PowerUserAccess', { at: ago(DAY + 75), event: 'renew', duration_s: 10_800, session_id: 'y4', client: 'agent' })
  ].sort((a, b) => (a.at < b.at ? 1 : -1));
  return rows.map((row, i) => ({ ...row, id: rows.length - i }));
}

export function pageOfHistory(rows: HistoryRow[], query: HistoryQuery): HistoryPage {
  const words = (query.text ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const hits = rows.filter((r) => {
    const text = [r.account_id, r.account_name, r.role_name, r.arn, r.profile, r.error, r.request_id].join('\n').toLowerCase();
    return (
      (query.since === null || r.at >= query.since) &&
      (query.until === null || r.at < query.until) &&
      (query.account_id === null || r.account_id === query.account_id) &&
      (query.outcome === null || r.outcome === query.outcome) &&
      (query.event === null || r.event === query.event) &&
      (query.events.length === 0 || query.events.includes(r.event)) &&
      (query.role_name === null || r.role_name === query.role_name) &&
      (query.session_id === null || r.session_id === query.session_id) &&
      (query.before === null || r.id < query.before) &&
      words.every((w) => text.includes(w))
    );
  });
  const limit = query.limit === 0 ? 100 : query.limit;
  const page = hits.slice(0, limit);
  return { rows: page, next: hits.length > limit ? (page.at(-1)?.id ?? null) : null };
}
