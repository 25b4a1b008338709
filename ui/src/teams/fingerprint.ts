/** Hashes and keys as people compare them. */
import { formatCount } from '../parts/sizes';
import { dayAndTime } from '../time/when';
import type { TeamStateView } from '../wire/TeamStateView';

/** In groups of four, as one reads a hash aloud. */
export const groups = (hash: string) => hash.match(/.{1,4}/g) ?? [];

/** `Pinned, SHA-256 3f1c0de2…`, `Signed, key RWSOtEDw…`. The agent writes `sha256 …` or `key …`. */
export function trustText(trust: string): string {
  const at = trust.indexOf(' ');
  const value = trust.slice(at + 1);
  const short = value.length > 12 ? `${value.slice(0, 12)}…` : value;
  return trust.startsWith('key ') ? `Signed by ${short}` : `Pinned to SHA-256 ${short}`;
}

const count = (n: number, what: string) => `${formatCount(n)} ${what}${n === 1 ? '' : 's'}`;

/** `12 accounts, 31 roles`. */
export const teamCounts = (team: { accounts: number; roles: number }) => `${count(team.accounts, 'account')}, ${count(team.roles, 'role')}`;

/** When it was last looked for, and what is listed came. */
export function teamTimes(team: TeamStateView, now: Date): string {
  const at = (text: string) => dayAndTime(new Date(text), now).replace(/^(Today|Yesterday)/, (day) => day.toLowerCase());
  const looked = team.checked_at === null ? 'Not looked for yet since Hatrack started' : `Last read ${at(team.checked_at)}`;
  return team.checked_at === team.fetched_at ? looked : `${looked}, changed ${at(team.fetched_at)}`;
}
