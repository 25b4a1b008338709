/** Choosing a page of the console, and the browser for this once. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { opening } from '../session/console.svelte';
import { sheets } from '../shell/sheets.svelte';
import { report } from '../shell/status.svelte';
import type { ConsolePageChoice } from '../wire/ConsolePageChoice';
import type { ConsoleServiceView } from '../wire/ConsoleServiceView';
import type { SessionView } from '../wire/SessionView';
import { browsers } from './browsers.svelte';

/** What the list offers: a page, and what to call it. */
export interface Offer {
  id: string;
  label: string;
  dim: string;
  page: ConsolePageChoice;
}

const HOME: Offer = { id: 'home', label: 'Where the console starts', dim: '', page: { kind: 'home' } };

const isAddress = (text: string) => /^https?:\/\//i.test(text);

/** The pages that `text` asks for: those whose name begins with it before those that only hold it. */
export function offers(services: ConsoleServiceView[], text: string): Offer[] {
  const asked = text.trim().toLowerCase();
  if (isAddress(asked)) return [{ id: 'url', label: 'This address', dim: text.trim(), page: { kind: 'url', url: text.trim() } }];
  const rank = ({ name, label }: ConsoleServiceView) => {
    const names = [name, label.toLowerCase()];
    if (names.some((n) => n.startsWith(asked))) return 0;
    return names.some((n) => n.includes(asked)) ? 1 : 2;
  };
  const found = services
    .map((service) => ({ service, rank: rank(service) }))
    .filter((s) => s.rank < 2)
    .sort((a, b) => a.rank - b.rank)
    .map(({ service: { name, label } }): Offer => ({ id: name, label, dim: name, page: { kind: 'service', name } }));
  return asked === '' ? [HOME, ...found] : found;
}

export class PageChoosing {
  text = $state('');
  active = $state(0);
  services = $state.raw<ConsoleServiceView[]>([]);
  error = $state<string | null>(null);
  busy = $state(false);
  #browser = $state<string | null>(null);

  constructor(readonly session: SessionView) {}

  get offers(): Offer[] {
    return offers(this.services, this.text);
  }

  get browser(): string {
    return this.#browser ?? browsers.chosen;
  }

  set browser(name: string) {
    this.#browser = name;
  }

  async start(): Promise<void> {
    try {
      const [services] = await Promise.all([host.call('console_services'), browsers.load()]);
      this.services = services;
    } catch (error) {
      this.error = messageOf(error);
    }
  }

  move(to: number): void {
    this.active = Math.max(0, Math.min(this.offers.length - 1, to));
  }

  /** The dialog may be closed by now, and another one open. */
  get #isShown(): boolean {
    return sheets.open?.props['choosing'] === this;
  }

  async go(offer: Offer | undefined = this.offers[this.active]): Promise<void> {
    if (this.busy || !offer) return;
    this.busy = true;
    this.error = null;
    try {
      // Only what differs from the settings is asked for: those may name more than a browser.
      const browser = this.browser === browsers.chosen ? null : this.browser;
      await opening.page(this.session, offer.page, browser);
      if (this.#isShown) sheets.close();
    } catch (error) {
      this.error = messageOf(error);
      if (!this.#isShown) report(error);
    } finally {
      this.busy = false;
    }
  }
}
