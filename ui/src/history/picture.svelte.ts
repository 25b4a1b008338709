/** What the picture of a day or a week is drawn from: what begins and ends sessions, and what was refused. */
import { host } from '#host';
import { Latest } from '../host/latest';
import type { HistoryRow } from '../wire/HistoryRow';
import { historyQuery } from './query';

/** A session may have begun the evening before, and the longest lasts twelve hours. */
const BEFORE_MS = 12 * 3_600_000;
const MOST = 1000;
const LIVES = ['switch', 'renew', 'expire', 'switch_back', 'switch_back_undo'];

class HistoryPicture {
  rows = $state.raw<HistoryRow[]>([]);
  /** There was more than is drawn. */
  cut = $state(false);
  #latest = new Latest();

  async read(from: Date, to: Date): Promise<void> {
    const until = to.toISOString();
    const since = new Date(from.getTime() - BEFORE_MS).toISOString();
    const ask = () =>
      Promise.all([
        host.call('history', { query: historyQuery({ since, until, events: LIVES, outcome: 'ok', limit: MOST }) }),
        host.call('history', { query: historyQuery({ since: from.toISOString(), until, outcome: 'denied', limit: MOST }) })
      ]);
    try {
      const read = await this.#latest.of(ask);
      if (!read) return;
      const [lives, denials] = read.value;
      this.rows = [...lives.rows, ...denials.rows];
      this.cut = lives.next !== null || denials.next !== null;
    } catch {
      this.rows = []; // The table below says what is wrong.
      this.cut = false;
    }
  }

  row(id: number): HistoryRow | undefined {
    return this.rows.find((r) => r.id === id);
  }
}

export const historyPicture = new HistoryPicture();
