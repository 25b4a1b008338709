/** What is known of a role beyond how it is reached, in words. */
import { formatLength } from '../time/left';
import type { RoleView } from '../wire/RoleView';

const KINDS: Record<string, string> = {
  custom: 'For users, roles and accounts',
  identity_center: 'Identity Center permission set',
  saml: 'For a SAML provider',
  web_identity: 'For web identity tokens',
  roles_anywhere: 'For Roles Anywhere certificates',
  service: 'For AWS services',
  service_linked: 'Service-linked'
};

export const kindText = (kind: string | undefined): string | null => (kind === undefined ? null : (KINDS[kind] ?? null));

export interface Fact {
  label: string;
  lines: string[];
}

/** The lines of the detail pane, those that there are. */
export function factsOf(role: RoleView): Fact[] {
  const { facts, found } = role;
  const kind = kindText(role.kind);
  const all: [string, string[]][] = [
    ['Kind', kind === null ? [] : [kind]],
    ['About', facts?.description ? [facts.description] : []],
    ['Maximum', facts?.maximum ? [formatLength(facts.maximum)] : []],
    ['Trusts', facts?.trusts ?? []],
    ['Asks for', facts ? [...(facts.external_id ? ['an external ID'] : []), ...(facts.mfa ? ['MFA'] : [])] : []],
    ['Path', facts && facts.path !== '/' ? [facts.path] : []],
    ['Tags', facts?.tags.map((t) => (t.value === '' ? t.key : `${t.key}: ${t.value}`)) ?? []],
    ['Also in', role.also_in],
    ['Found', [...(found?.candidate ? ['By its name alone: it may not exist.'] : []), ...(found?.remarks ?? [])]]
  ];
  return all.filter(([, lines]) => lines.length > 0).map(([label, lines]) => ({ label, lines }));
}
