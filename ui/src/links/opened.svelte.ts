/** Links that the desktop has handed over. Each waits for the person; none acts by itself. */
import { tick } from 'svelte';
import { host } from '#host';
import { isThere, messageOf } from '../host/host';
import { accounts } from '../roles/accounts.svelte';
import { catalog } from '../roles/catalog.svelte';
import { roleList } from '../roles/list.svelte';
import { switching } from '../roles/switching.svelte';
import { focusList } from '../shell/panes';
import { toasts } from '../shell/toasts.svelte';
import { place } from '../shell/view.svelte';
import type { HatColour } from '../wire/HatColour';
import type { LinkView } from '../wire/LinkView';
import type { RoleView } from '../wire/RoleView';

export class OpenedLink {
  /** What it names, once that is read. */
  view = $state.raw<LinkView | null>(null);
  error = $state<string | null>(null);
  /** What adding it would change of a role that the person has added, once that was tried. */
  replaces = $state<string | null>(null);
  busy = $state<'add' | 'switch' | null>(null);
  #identity = $state<string | null>(null);
  #close: (link: OpenedLink) => void;

  constructor(
    readonly text: string,
    close: (link: OpenedLink) => void
  ) {
    this.#close = close;
    void this.#read();
  }

  async #read(): Promise<void> {
    try {
      this.view = await host.call('read_link', { link: this.text });
    } catch (error) {
      this.error = messageOf(error);
    }
  }

  /** What the role starts from. */
  get identity(): string | null {
    return this.#identity ?? catalog.mainIdentity?.profile ?? null;
  }

  set identity(profile: string | null) {
    this.#identity = profile;
    // From there it is another role.
    this.replaces = null;
  }

  /** The account's hat; the link's only where the account has none yet. */
  get colour(): HatColour | null {
    const { view } = this;
    return view === null ? null : (accounts.of(view.account_id)?.colour ?? view.colour);
  }

  /** The role where it is listed already, by whichever way it is reached with the same external ID. */
  get listed(): RoleView | undefined {
    const { view } = this;
    return view === null ? undefined : catalog.roles.find((r) => r.arn === view.arn && r.external_id === view.external_id);
  }

  /** Adds the role where it is not listed, and shows it; switches to it where that was asked for as well. */
  async go(andSwitch: boolean): Promise<void> {
    const { view } = this;
    if (view === null || this.busy !== null) return;
    this.busy = andSwitch ? 'switch' : 'add';
    this.error = null;
    try {
      const role = this.listed ?? (await this.#add(view));
      this.close();
      place.go('roles');
      place.adding = false;
      if (!role) return;
      roleList.show(role.key);
      await tick();
      focusList();
      if (andSwitch) await switching.run(role);
    } catch (error) {
      if (isThere(error)) this.replaces = messageOf(error);
      else this.error = messageOf(error);
    } finally {
      this.busy = null;
    }
  }

  async #add(view: LinkView): Promise<RoleView | undefined> {
    const key = await host.call('add_role', {
      account_id: view.account_id,
      role_name: view.role_name,
      partition: view.partition,
      display_name: view.display_name,
      colour: accounts.of(view.account_id) ? null : view.colour,
      identity_profile: this.identity ?? '',
      external_id: view.external_id,
      mfa_serial: null,
      region: null,
      replace: this.replaces !== null,
      recolour: false
    });
    await catalog.load();
    toasts.show(`Added ${view.role_name.split('/').at(-1)}`);
    return catalog.role(key) ?? this.listed;
  }

  close(): void {
    this.#close(this);
  }
}

/** More questions in a row than this nobody answers with care. */
const MOST_WAITING = 4;

class OpenedLinks {
  #waiting = $state.raw<OpenedLink[]>([]);

  /** The one to show. */
  get open(): OpenedLink | null {
    return this.#waiting[0] ?? null;
  }

  /** The same link opened twice is one question. Any page may open links: of many at once only the first few are asked. */
  take(text: string): void {
    if (this.#waiting.length >= MOST_WAITING || this.#waiting.some((l) => l.text === text)) return;
    const link = new OpenedLink(text, (done) => (this.#waiting = this.#waiting.filter((l) => l !== done)));
    this.#waiting = [...this.#waiting, link];
  }
}

export const openedLinks = new OpenedLinks();
