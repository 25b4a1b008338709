/** Naming a SAML provider. */
import { host } from '#host';
import { isThere, messageOf } from '../host/host';
import { sheets } from '../shell/sheets.svelte';
import { portals } from './portals.svelte';

export class AddingSaml {
  name = $state('');
  address = $state('');
  region = $state('');
  busy = $state(false);
  error = $state<string | null>(null);
  /** Which provider of that name it would replace, and by which answers that was found out. */
  #replaces = $state.raw<{ text: string; by: string } | null>(null);

  get #answers() {
    const region = this.region.trim();
    return { name: this.name.trim(), start_url: this.address.trim(), region: region === '' ? null : region };
  }

  /** What takes its place is asked about first, and once more where an answer has changed since. */
  get replaces(): string | null {
    return this.#replaces?.by === JSON.stringify(this.#answers) ? this.#replaces.text : null;
  }

  /** Why it cannot go on yet. */
  get missing(): string | null {
    if (this.name.trim() === '') return 'Name is missing';
    return this.address.trim() === '' ? 'Address is missing' : null;
  }

  async add(): Promise<void> {
    if (this.busy || this.missing !== null) return;
    this.busy = true;
    this.error = null;
    const asked = this.#answers;
    try {
      await host.call('add_saml', { ...asked, replace: this.replaces !== null });
      sheets.close();
      await portals.load();
    } catch (error) {
      if (isThere(error)) this.#replaces = { text: messageOf(error), by: JSON.stringify(asked) };
      else this.error = messageOf(error);
    } finally {
      this.busy = false;
    }
  }
}
