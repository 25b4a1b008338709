/** The roles there are, as last read. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { Latest } from '../host/latest';
import { report } from '../shell/status.svelte';
import type { CatalogView } from '../wire/CatalogView';
import type { IdentityView } from '../wire/IdentityView';
import type { RoleView } from '../wire/RoleView';

const NONE: CatalogView = { revision: 0, roles: [], identities: [], problems: [], files: [] };

class Catalog {
  loaded = $state(false);
  /** Why the last read failed; what was read before stands. */
  error = $state<string | null>(null);
  #view = $state.raw<CatalogView>(NONE);
  #latest = new Latest();

  async load(): Promise<void> {
    try {
      const view = await this.#latest.of(() => host.call('catalog'));
      if (!view) return;
      this.#view = view.value;
      this.error = null;
      this.loaded = true;
    } catch (error) {
      this.error = messageOf(error);
      throw error;
    }
  }

  get view(): CatalogView {
    return this.#view;
  }

  get roles(): RoleView[] {
    return this.#view.roles;
  }

  favourites = $derived(this.#view.roles.filter((r) => r.favourite));

  #byKey = $derived(new Map(this.#view.roles.map((r) => [r.key, r])));

  role(key: string | null): RoleView | undefined {
    return key === null ? undefined : this.#byKey.get(key);
  }

  /** The identity that most roles start from. */
  mainIdentity: IdentityView | undefined = $derived.by(() => {
    const uses = new Map<string, number>();
    for (const r of this.#view.roles) uses.set(r.identity.profile, (uses.get(r.identity.profile) ?? 0) + 1);
    const most = [...uses].sort((a, b) => b[1] - a[1])[0]?.[0];
    const own = this.#view.identities;
    return own.find((i) => i.profile === most) ?? own[0] ?? this.#view.roles[0]?.identity;
  });

  /** Shows the star at once; the next read confirms it. */
  async setFavourite(role: RoleView, on: boolean): Promise<void> {
    this.#view = {
      ...this.#view,
      roles: this.#view.roles.map((r) => (r.key === role.key ? { ...r, favourite: on } : r))
    };
    await host.call('set_favourite', { role_key: role.key, on }).catch(report);
    await this.load().catch(report);
  }
}

export const catalog = new Catalog();
