/** What was found, in words. */
import type { DiscoveryReport } from '../wire/DiscoveryReport';
import type { UnreadView } from '../wire/UnreadView';

/** The names of roles that were typed: with commas, blanks or lines between them. */
export const namesIn = (text: string): string[] => text.split(/[\s,;]+/).filter((name) => name !== '');

const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

/** `2 roles named, 12 that may exist`. */
export function summary(report: DiscoveryReport): string {
  const { policies, organization } = report;
  const candidates = (policies?.candidates ?? 0) + (organization?.candidates ?? 0);
  const named = policies?.roles ?? 0;
  if (named === 0 && candidates === 0) return 'No roles found.';
  const parts = [];
  if (named > 0) parts.push(`${count(named, 'role', 'roles')} named by policies`);
  if (candidates > 0) parts.push(`${count(candidates, 'role', 'roles')} that may exist`);
  return `${parts.join(', ')}.`;
}

/** `8 policies read. 30 accounts, 28 active.` */
export function readWhat(report: DiscoveryReport): string {
  const { policies, organization } = report;
  const parts = [];
  if (policies) parts.push(`${count(policies.policies, 'policy', 'policies')} read.`);
  if (organization?.read_at) parts.push(`${count(organization.accounts, 'account', 'accounts')}, ${organization.active} active.`);
  return parts.join(' ');
}

export const unreadOf = (report: DiscoveryReport): UnreadView[] => [
  ...(report.policies?.unread ?? []),
  ...(report.organization?.unread ? [report.organization.unread] : [])
];

/** The last time that anything of it was read. */
export function readAt(report: DiscoveryReport): Date | null {
  const times = [report.policies?.read_at, report.organization?.read_at].filter((t): t is string => typeof t === 'string');
  return times.length === 0 ? null : new Date(Math.max(...times.map((t) => Date.parse(t))));
}
