/** What the person has said of a role: its note, and what its sessions start with. */
import type { DescribeRoleRequest } from '../wire/DescribeRoleRequest';
import type { RoleView } from '../wire/RoleView';

export type Said = Omit<DescribeRoleRequest, 'role_key'>;

export function saidOf(role: RoleView): Said {
  const { duration, region, session_name } = role.said;
  return { notes: role.notes, duration, region, session_name };
}

export const saysAnything = (role: RoleView) => Object.values(saidOf(role)).some((value) => value !== null);

/** What is wrong with a template of a session name, or nothing. A place becomes two characters at least. */
export function templateFault(text: string): string | null {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  const filled = trimmed.replace(/\{(user|account|role)\}/g, 'xx');
  if (/[{}]/.test(filled)) return 'The places to fill in are {user}, {account} and {role}.';
  if (filled.length < 2 || filled.length > 64) return 'A session name has 2 to 64 characters.';
  return /^[\w+=,.@-]+$/.test(filled) ? null : 'A session name has letters, digits and + = , . @ - _ only.';
}
