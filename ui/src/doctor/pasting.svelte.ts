/** Policies that the person has at hand, to complete what can be seen. */
import { sheets } from '../shell/sheets.svelte';
import type { GivenPolicies } from '../wire/GivenPolicies';
import { doctor } from './doctor.svelte';

export type Slot = keyof GivenPolicies;

export const SLOTS: { slot: Slot; label: string; note: string }[] = [
  { slot: 'trust', label: 'Trust policy', note: 'Of the role, in A' },
  { slot: 'permissions', label: 'Permissions', note: 'Of the role, in A' },
  { slot: 'bucket_policy', label: 'Bucket policy', note: 'Of the bucket' },
  { slot: 'identity', label: 'Your policies', note: 'Of who asks, in B' },
  { slot: 'scp', label: 'Service control', note: 'Of the organization' }
];

export class Pasting {
  slot = $state<Slot>('trust');
  text = $state<Record<Slot, string>>({
    identity: doctor.given.identity ?? '',
    trust: doctor.given.trust ?? '',
    permissions: doctor.given.permissions ?? '',
    bucket_policy: doctor.given.bucket_policy ?? '',
    scp: doctor.given.scp ?? ''
  });

  get policies(): GivenPolicies {
    const given = (slot: Slot) => this.text[slot].trim() || null;
    return { identity: given('identity'), trust: given('trust'), permissions: given('permissions'), bucket_policy: given('bucket_policy'), scp: given('scp') };
  }

  take(): void {
    sheets.close();
    void doctor.complete(this.policies);
  }
}
