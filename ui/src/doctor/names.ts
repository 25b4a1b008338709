import { plain } from '../parts/plain';
import { nameOf } from '../roles/accounts.svelte';
import type { DoctorAccountView } from '../wire/DoctorAccountView';

/** The last part of an ARN: the user's, role's or session's name. */
export const lastOf = (arn: string | null): string => arn?.split(/[:/]/).at(-1) ?? '';

/** What the person calls an account, else what the program knows, else its number. */
export const nameOfAccount = (account: DoctorAccountView): string => nameOf(account.id) ?? account.name ?? account.id;

/** `Acme’s admin`, or whose account is not known by name. */
export function adminOf(accountId: string | null): string {
  const name = nameOf(accountId);
  return name === undefined ? 'the admin' : `${plain(name)}’s admin`;
}
