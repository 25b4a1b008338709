/** Small things done to a role in the catalog. */
import { host } from '#host';
import { clipboard } from '../session/env.svelte';
import { report } from '../shell/status.svelte';
import { toasts } from '../shell/toasts.svelte';
import type { RoleView } from '../wire/RoleView';
import { catalog } from './catalog.svelte';

export async function copyArn(role: RoleView): Promise<void> {
  if (role.arn === null) return;
  try {
    await clipboard.copy(role.arn);
    toasts.show('Copied ARN');
  } catch (error) {
    report(error);
  }
}

/** Roles added in Hatrack, not those of a shared file. */
export const isOurs = (role: RoleView) => role.source === 'Hatrack';

export async function removeRole(role: RoleView): Promise<void> {
  try {
    await host.call('remove_role', { role_key: role.key });
    await catalog.load();
    toasts.show(`Removed ${role.role_name}`, null, { act: () => void putBack(role), seconds: 8, keep: null });
  } catch (error) {
    report(error);
  }
}

async function putBack(role: RoleView): Promise<void> {
  try {
    await host.call('add_role', {
      account_id: role.account_id,
      role_name: role.arn?.split(':role/')[1] ?? role.role_name,
      partition: role.partition,
      display_name: role.display_name,
      // The account has kept its hat.
      colour: null,
      identity_profile: role.identity.profile,
      external_id: role.external_id,
      mfa_serial: role.hops.at(-1)?.mfa_serial ?? null,
      region: role.region,
      replace: false,
      recolour: false
    });
    await catalog.load();
  } catch (error) {
    report(error);
  }
}
