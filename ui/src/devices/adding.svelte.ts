/** Leaving a device with Hatrack: its secret in the vault, or the name of its account on a YubiKey. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { deviceName } from '../mfa/ask.svelte';
import { sheets } from '../shell/sheets.svelte';
import { status } from '../shell/status.svelte';
import { toasts } from '../shell/toasts.svelte';
import { devices } from './devices.svelte';

export type From = 'secret' | 'yubikey';

export class AddingDevice {
  serial = $state(devices.unanswered[0] ?? '');
  from = $state<From>('secret');
  /** Never shown; gone as soon as it was sent. */
  secret = $state('');
  account = $state('');
  busy = $state(false);
  error = $state<string | null>(null);

  /** Why it cannot be sent yet. */
  get missing(): string | null {
    if (this.serial.trim() === '') return 'Device is missing';
    if (this.from === 'secret') return this.secret.trim() === '' ? 'Secret is missing' : null;
    return this.account.trim() === '' ? 'Account is missing' : null;
  }

  async add(): Promise<void> {
    if (this.busy || this.missing !== null) return;
    this.busy = true;
    this.error = null;
    const serial = this.serial.trim();
    try {
      if (this.from === 'secret') await host.call('add_totp', { serial, secret: this.secret.trim() });
      else await host.call('set_yubikey', { serial, account: this.account.trim() });
      this.secret = '';
      sheets.close();
      toasts.show(`Added ${deviceName(serial)}`);
      await Promise.all([devices.load(), status.load()]);
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      this.busy = false;
    }
  }

  cancel(): void {
    this.secret = '';
    sheets.close();
  }
}
