/** The Identity Center portals of the shared config, and how one stands with each. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { Latest } from '../host/latest';
import type { IdentityView } from '../wire/IdentityView';
import type { PortalStateView } from '../wire/PortalStateView';

/** Requests name a portal by its name alone, so a second one of a name could not be meant. */
const unique = (states: PortalStateView[]) => [...new Map(states.map((s) => [s.portal.name, s])).values()];

class Portals {
  all = $state.raw<PortalStateView[]>([]);
  loaded = $state(false);
  /** Why the last read failed; what was read before stands. */
  error = $state<string | null>(null);
  #latest = new Latest();

  async load(): Promise<void> {
    try {
      const read = await this.#latest.of(() => host.call('portals'));
      if (!read) return;
      this.all = unique(read.value);
      this.error = null;
      this.loaded = true;
    } catch (error) {
      this.error = messageOf(error);
      throw error;
    }
  }

  #byName = $derived(new Map(this.all.map((s) => [s.portal.name, s])));

  /** Where the identity signs in, if that is at a portal that is known. */
  of(identity: IdentityView): PortalStateView | undefined {
    return identity.portal === null ? undefined : this.#byName.get(identity.portal);
  }
}

export const portals = new Portals();
