/** The accounts that the catalog's roles belong to, for views that only have an ID. */
import type { HatColour } from '../wire/HatColour';
import { catalog } from './catalog.svelte';

export interface Account {
  id: string;
  name: string;
  colour: HatColour;
  production: boolean;
  roles: number;
}

class Accounts {
  #byId = $derived.by(() => {
    const map = new Map<string, Account>();
    for (const r of catalog.roles) {
      const known = map.get(r.account_id);
      if (known) known.roles += 1;
      else map.set(r.account_id, { id: r.account_id, name: r.account_name, colour: r.colour, production: r.production, roles: 1 });
    }
    return map;
  });

  all = $derived([...this.#byId.values()]);

  of(id: string | null): Account | undefined {
    return id === null ? undefined : this.#byId.get(id);
  }
}

export const accounts = new Accounts();

export const colourOf = (id: string | null): HatColour => accounts.of(id)?.colour ?? 'slate';
export const nameOf = (id: string | null): string | undefined => accounts.of(id)?.name;
