/** The MFA devices that answer for the person: their secret in the vault, or a YubiKey. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { Latest } from '../host/latest';
import { catalog } from '../roles/catalog.svelte';
import type { DevicesView } from '../wire/DevicesView';

const NONE: DevicesView = { totp: [], yubikeys: [] };

class Devices {
  view = $state.raw<DevicesView>(NONE);
  loaded = $state(false);
  /** Why the last read failed; what was read before stands. */
  error = $state<string | null>(null);
  #latest = new Latest();

  async load(): Promise<void> {
    try {
      const read = await this.#latest.of(() => host.call('devices'));
      if (!read) return;
      this.view = read.value;
      this.error = null;
      this.loaded = true;
    } catch (error) {
      this.error = messageOf(error);
    }
  }

  /** Reads again what is shown somewhere. */
  async refresh(): Promise<void> {
    if (this.loaded) await this.load();
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
