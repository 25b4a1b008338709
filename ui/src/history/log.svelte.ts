/** The log: what is asked for, the rows read so far, and the row the person is on. */
import { host } from '#host';
import { messageOf } from '../host/host';
import type { HistoryQuery } from '../wire/HistoryQuery';
import type { HistoryRow } from '../wire/HistoryRow';
import { historyDay } from './day.svelte';
import { NO_FILTERS, type Filters } from './filters';
import { historyQuery } from './query';

const PAGE = 100;
/** How far a row is looked for. */
const MOST_PAGES = 20;

class HistoryLog {
  rows = $state.raw<HistoryRow[]>([]);
  more = $state(false);
  loading = $state(false);
  loaded = $state(false);
  error = $state<string | null>(null);
  filters = $state<Filters>({ ...NO_FILTERS });
  cursorId = $state<number | null>(null);
  #next: number | null = null;
  #question = 0;

  #index = $derived(new Map(this.rows.map((r, i) => [r.id, i])));
  index = $derived(this.cursorId === null ? -1 : (this.#index.get(this.cursorId) ?? -1));
  /** A row of the strip, which filters may keep out of the list. */
  #picked = $state.raw<HistoryRow | null>(null);
  /** The row whose details show: the one under the cursor, else the one picked in the strip, else the latest. */
  current = $derived(this.rows[this.index] ?? (this.#picked?.id === this.cursorId ? this.#picked : null) ?? this.rows[0]);
  filtered = $derived(Object.values(this.filters).some((f) => f.trim() !== ''));

  /** What the list shows, or would if all of it were read. */
  get asked(): HistoryQuery {
    const { text, outcome, account, role, event } = this.filters;
    return historyQuery({
      until: historyDay.to.toISOString(),
      text: text.trim() || null,
      outcome: outcome || null,
      account_id: account || null,
      role_name: role || null,
      event: event || null
    });
  }

  #query(before: number | null): HistoryQuery {
    return { ...this.asked, before, limit: PAGE };
  }

  clear(): void {
    this.filters = { ...NO_FILTERS };
  }

  /** Reads from the top. */
  async read(): Promise<void> {
    const question = (this.#question += 1);
    this.loading = true;
    try {
      const page = await host.call('history', { query: this.#query(null) });
      if (question !== this.#question) return;
      this.rows = page.rows;
      this.#turn(page.next);
      this.error = null;
      this.loaded = true;
    } catch (error) {
      if (question === this.#question) this.error = messageOf(error);
    } finally {
      if (question === this.#question) this.loading = false;
    }
  }

  async readMore(): Promise<void> {
    if (this.#next === null || this.loading) return;
    const question = (this.#question += 1);
    this.loading = true;
    try {
      const page = await host.call('history', { query: this.#query(this.#next) });
      if (question !== this.#question) return;
      this.rows = [...this.rows, ...page.rows];
      this.#turn(page.next);
    } catch (error) {
      if (question === this.#question) this.error = messageOf(error);
    } finally {
      if (question === this.#question) this.loading = false;
    }
  }

  /** Something was written: puts what is new on top and leaves the person where they are. */
  async refresh(): Promise<void> {
    if (!this.loaded || this.loading) return this.read();
    const question = this.#question;
    const page = await host.call('history', { query: this.#query(null) }).catch(() => null);
    if (page === null || question !== this.#question) return;
    const top = this.rows[0]?.id ?? -1;
    const fresh = page.rows.filter((r) => r.id > top);
    if (fresh.length < page.rows.length) this.rows = [...fresh, ...this.rows];
    else {
      this.rows = page.rows;
      this.#turn(page.next);
    }
  }

  pick(row: HistoryRow): void {
    this.#picked = row;
    this.cursorId = row.id;
  }

  /** Goes to the row, reading on as far as it takes within reason; its details show in any case. */
  async reveal(row: HistoryRow): Promise<void> {
    this.pick(row);
    for (let pages = 0; pages < MOST_PAGES && this.index < 0 && this.#next !== null && this.#next > row.id; pages += 1) {
      const before = this.#next;
      await this.readMore();
      if (this.#next === before) return;
    }
  }

  step(by: number): void {
    const from = this.index < 0 ? 0 : this.index;
    const row = this.rows[Math.min(this.rows.length - 1, Math.max(0, from + by))];
    if (row) this.cursorId = row.id;
  }

  #turn(next: number | null): void {
    this.#next = next;
    this.more = next !== null;
  }
}

export const historyLog = new HistoryLog();
