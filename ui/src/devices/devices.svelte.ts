/** The MFA devices that answer for the person: their secret in the vault, or a YubiKey. */
import { host } from '#host';
import { Read } from '../host/read.svelte';
import { catalog } from '../roles/catalog.svelte';
import type { DevicesView } from '../wire/DevicesView';

const NONE: DevicesView = { totp: [], yubikeys: [] };

class Devices extends Read<DevicesView> {
  constructor() {
    super(NONE, () => host.call('devices'));
  }

  get view(): DevicesView {
    return this.value;
  }

  /** The devices that roles ask for and that the person still answers for. */
  get unanswered(): string[] {
    const { totp, yubikeys } = this.view;
    const known = new Set([...totp, ...yubikeys].map((d) => d.serial));
    const asked = catalog.roles.flatMap((r) => r.hops.map((h) => h.mfa_serial)).filter((s) => s !== null);
    return [...new Set(asked)].filter((s) => !known.has(s));
  }
}

export const devices = new Devices();
