/** What is asked of the host in one piece. What was read before stands while it is read again, and where that fails. */
import { messageOf } from './host';
import { Latest } from './latest';

export class Read<T> {
  value = $state.raw() as T;
  loaded = $state(false);
  /** Why the last read failed. */
  error = $state<string | null>(null);
  #ask: () => Promise<T>;
  #latest = new Latest();

  constructor(before: T, ask: () => Promise<T>) {
    this.value = before;
    this.#ask = ask;
  }

  async load(): Promise<void> {
    try {
      const read = await this.#latest.of(this.#ask);
      if (!read) return;
      this.value = read.value;
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
}
