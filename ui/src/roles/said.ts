/** What the person has said of a role: its note, and what its sessions start with. */
import type { RoleView } from '../wire/RoleView';

export const saysAnything = (role: RoleView) => [role.notes, ...Object.values(role.said)].some((value) => value !== null);

/**
 * Whether its sessions start with a duration and a name that are remembered: the last AssumeRole takes them. What a
 * sign-in, a token or a certificate is exchanged for has its own.
 */
export const takesDefaults = (role: RoleView) => role.hops.length > 0;

/** What is wrong with a template of a session name, or nothing. A place becomes two characters at least. */
export function templateFault(text: string): string | null {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  const filled = trimmed.replace(/\{(user|account|role)\}/g, 'xx');
  if (/[{}]/.test(filled)) return 'The places to fill in are {user}, {account} and {role}.';
  if (filled.length < 2 || filled.length > 64) return 'A session name has 2 to 64 characters.';
  return /^[\w+=,.@-]+$/.test(filled) ? null : 'A session name has letters, digits and + = , . @ - _ only.';
}
