/** The teams whose catalogs are listed, as last read. */
import { host } from '#host';
import { Read } from '../host/read.svelte';
import type { TeamStateView } from '../wire/TeamStateView';

class Teams extends Read<TeamStateView[]> {
  constructor() {
    super([], () => host.call('teams'));
  }

  get all(): TeamStateView[] {
    return this.value;
  }

  of(name: string): TeamStateView | undefined {
    return this.all.find((t) => t.name === name);
  }
}

export const teams = new Teams();
