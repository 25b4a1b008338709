/** The denials of late, and which of them nobody has looked at. */
import { host } from '#host';
import { Read } from '../host/read.svelte';
import { remembered } from '../settings/remembered.svelte';
import type { HistoryRow } from '../wire/HistoryRow';
import { historyQuery } from '../history/query';
import { openDenials } from './open';

const RECENT = 100;
/** As many as are remembered to have been looked at: more than are ever counted. */
const REMEMBERED = 2 * RECENT;

class Denials {
  #recent = new Read<HistoryRow[]>([], async () => (await host.call('history', { query: historyQuery({ limit: RECENT }) })).rows);
  #denied = new Read<HistoryRow[]>([], async () => (await host.call('history', { query: historyQuery({ outcome: 'denied', limit: RECENT }) })).rows);
  #seen = remembered<number[]>('denialsSeen', []);

  rows = $derived(this.#denied.value);
  loaded = $derived(this.#denied.loaded);
  error = $derived(this.#denied.error);
  #open = $derived(new Set(openDenials(this.#recent.value, this.#seen.value).map((r) => r.id)));
  unseen = $derived(this.#open.size);
  words = $derived(this.unseen === 1 ? '1 denial to look at' : `${this.unseen} denials to look at`);

  isNew(row: HistoryRow): boolean {
    return this.#open.has(row.id);
  }

  look(id: number): void {
    if (!this.#seen.value.includes(id)) this.#seen.value = [...this.#seen.value, id].slice(-REMEMBERED);
  }

  async load(): Promise<void> {
    await Promise.all([this.#recent.load(), this.#denied.load()]);
  }

  async refresh(): Promise<void> {
    await Promise.all([this.#recent.refresh(), this.#denied.refresh()]);
  }
}

export const denials = new Denials();
