/** What was found from which identity, and what is being looked for now. */
import { host } from '#host';
import { Latest } from '../host/latest';
import type { DiscoveryView } from '../wire/DiscoveryView';

class Discoveries {
  all = $state.raw<DiscoveryView[]>([]);
  #wanted = false;
  #latest = new Latest();

  async load(): Promise<void> {
    this.#wanted = true;
    const read = await this.#latest.of(() => host.call('discoveries'));
    if (read) this.all = read.value;
  }

  /** Reads again what somebody has looked at. */
  async refresh(): Promise<void> {
    if (this.#wanted) await this.load();
  }

  of(start: string | null): DiscoveryView | undefined {
    return this.all.find((d) => d.start === start);
  }
}

export const discoveries = new Discoveries();
