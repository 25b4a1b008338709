import type { IdentityView } from '../wire/IdentityView';

/** What an identity is and where it belongs: `IAM user keys, 081278057606`. */
export function identityText(identity: IdentityView): string {
  return identity.account_id === null ? identity.label : `${identity.label}, ${identity.account_id}`;
}
