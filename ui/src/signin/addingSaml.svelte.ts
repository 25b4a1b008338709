/** Naming a SAML provider. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { sheets } from '../shell/sheets.svelte';
import { portals } from './portals.svelte';

export class AddingSaml {
  name = $state('');
  address = $state('');
  region = $state('');
  busy = $state(false);
  error = $state<string | null>(null);

  /** Why it cannot go on yet. */
  get missing(): string | null {
    if (this.name.trim() === '') return 'Name is missing';
    return this.address.trim() === '' ? 'Address is missing' : null;
  }

  async add(): Promise<void> {
    if (this.busy || this.missing !== null) return;
    this.busy = true;
    this.error = null;
    try {
      const region = this.region.trim();
      await host.call('add_saml', { name: this.name.trim(), start_url: this.address.trim(), region: region === '' ? null : region });
      sheets.close();
      await portals.load();
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      this.busy = false;
    }
  }
}
