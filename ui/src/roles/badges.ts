import type { RoleView } from '../wire/RoleView';

export interface Badge {
  text: string;
  title: string;
}

/** The traits that decide what a switch will ask for or allow. */
export function badgesOf(role: RoleView): Badge[] {
  const badges: Badge[] = [];
  if (role.kind === 'service' || role.kind === 'service_linked') badges.push({ text: 'Service', title: 'Only a service can use it' });
  if (role.found?.candidate) badges.push({ text: 'May exist', title: 'Found by its name alone' });
  if (role.external_id !== null) badges.push({ text: 'Ext ID', title: 'Sends an external ID' });
  if (role.mfa) badges.push({ text: 'MFA', title: 'Asks for an MFA code' });
  if (role.hops.length > 1) badges.push({ text: 'Chained', title: 'Reached through another role' });
  if (role.identity.kind === 'identity_center') badges.push({ text: 'SSO', title: 'From Identity Center' });
  return badges;
}
