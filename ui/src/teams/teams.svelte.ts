/** The teams whose catalogs are listed, as last read. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { Latest } from '../host/latest';
import type { TeamStateView } from '../wire/TeamStateView';

class Teams {
  all = $state.raw<TeamStateView[]>([]);
  loaded = $state(false);
  /** Why the last read failed; what was read before stands. */
  error = $state<string | null>(null);
  #latest = new Latest();

  async load(): Promise<void> {
    try {
      const read = await this.#latest.of(() => host.call('teams'));
      if (!read) return;
      this.all = read.value;
      this.error = null;
      this.loaded = true;
    } catch (error) {
      this.error = messageOf(error);
    }
  }

  /** Reads again what is shown somewhere; nobody waits for what is not. */
  async refresh(): Promise<void> {
    if (this.loaded) await this.load();
  }

  of(name: string): TeamStateView | undefined {
    return this.all.find((t) => t.name === name);
  }
}

export const teams = new Teams();
