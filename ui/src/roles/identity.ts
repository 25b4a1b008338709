import type { IdentityView } from '../wire/IdentityView';

/** What an identity is and where it belongs: `IAM user keys, 081278057606`. */
export function identityText(identity: IdentityView): string {
  const label = identity.in_vault ? `${identity.label} in the vault` : identity.label;
  return identity.account_id === null ? label : `${label}, ${identity.account_id}`;
}
