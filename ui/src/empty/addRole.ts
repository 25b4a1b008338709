/** The add-role form: what may stand in it, and what is still wrong with it. Pure. */
import type { Partition } from '../wire/Partition';

export interface RoleText {
  account: string | null;
  partition: Partition | null;
  /** With its path, without a leading slash. */
  name: string;
}

const ARN = /^arn:(aws|aws-cn|aws-us-gov|aws-eusc):iam::(\d{12}):role\/(.+)$/;

/** A role's name, or a whole ARN, which says its account as well. */
export function parseRole(text: string): RoleText {
  const trimmed = text.trim();
  const found = ARN.exec(trimmed);
  if (!found) return { account: null, partition: null, name: trimmed.replace(/^\//, '') };
  return { account: found[2] ?? null, partition: found[1] as Partition, name: found[3] ?? '' };
}

/** The digits of an account ID; the console shows them with dashes. */
export const accountDigits = (text: string) => text.replace(/[\s-]/g, '');

/** What is wrong with an account ID, or nothing. */
export function accountFault(text: string): string | null {
  const digits = accountDigits(text);
  if (digits === '') return null;
  if (/\D/.test(digits)) return 'An account ID has only digits.';
  const short = 12 - digits.length;
  if (short === 0) return null;
  const many = (n: number) => (n === 1 ? 'One digit' : `${n} digits`);
  return short > 0 ? `${many(short)} short. An account ID has 12.` : `${many(-short)} too many. An account ID has 12.`;
}

/** IAM's rule for role names, each part of a path included (IAM API Reference, CreateRole). */
export function roleFault(text: string): string | null {
  const { name } = parseRole(text);
  if (name === '') return null;
  const last = name.split('/').at(-1) ?? '';
  if (text.trim().startsWith('arn:') && parseRole(text).account === null) return 'This is not the ARN of a role.';
  if (!/^[\w+=,.@/-]+$/.test(name)) return 'A role name has letters, digits and + = , . @ - _ only.';
  if (last === '' || last.length > 64) return 'A role name has 1 to 64 characters.';
  return null;
}

/** IAM's rule for external IDs (STS API Reference, AssumeRole). */
export function externalIdFault(text: string): string | null {
  if (text === '') return null;
  if (text.length < 2 || text.length > 1224) return 'An external ID has 2 to 1,224 characters.';
  return /^[\w+=,.@:/-]+$/.test(text) ? null : 'An external ID has letters, digits and + = , . @ : / - _ only.';
}

export interface AddRoleFields {
  account: string;
  role: string;
  externalId: string;
  identity: string | null;
}

/** Why the form cannot be sent yet, in two or three words; nothing when it can. */
export function missing(fields: AddRoleFields): string | null {
  if (fields.identity === null) return 'No identity yet';
  const account = parseRole(fields.role).account ?? accountDigits(fields.account);
  if (account === '') return 'Account is missing';
  if (accountFault(account) !== null) return 'Account is not valid';
  if (parseRole(fields.role).name === '') return 'Role is missing';
  if (roleFault(fields.role) !== null) return 'Role is not valid';
  return externalIdFault(fields.externalId) === null ? null : 'External ID is not valid';
}
