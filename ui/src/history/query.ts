import type { HistoryQuery } from '../wire/HistoryQuery';

/** A query with only these parts set. */
export function historyQuery(parts: Partial<HistoryQuery>): HistoryQuery {
  return {
    since: null,
    until: null,
    account_id: null,
    outcome: null,
    event: null,
    events: [],
    role_name: null,
    session_id: null,
    text: null,
    before: null,
    limit: 0,
    ...parts
  };
}
