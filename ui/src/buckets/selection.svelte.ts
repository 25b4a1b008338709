/** The rows that the next act is for. */
import { browser } from './browser.svelte';
import { rowKey, type S3Row } from './listing.svelte';

class Selection {
  /** In the order in which they were selected. Not reactive by itself: there may be a million. */
  #chosen = new Map<string, S3Row>();
  #bytes = 0;
  #changes = $state(0);
  /** Where a stretch of rows begins. */
  #anchor = -1;

  constructor() {
    browser.onclear.push(() => this.clear());
  }

  /** How many rows are selected; the row under the cursor alone is none. */
  get count(): number {
    void this.#changes;
    return this.#chosen.size;
  }

  /** Bytes of the selected objects; what lies in folders is not known. */
  get bytes(): number {
    void this.#changes;
    return this.#bytes;
  }

  /** The selected rows, or else the row under the cursor. */
  get rows(): S3Row[] {
    void this.#changes;
    if (this.#chosen.size > 0) return [...this.#chosen.values()];
    return browser.current ? [browser.current] : [];
  }

  /** Whether all rows shown are selected. */
  get all(): boolean {
    return this.count > 0 && this.count >= browser.listing.count;
  }

  has(row: S3Row): boolean {
    void this.#changes;
    return this.#chosen.has(rowKey(row));
  }

  clear(): void {
    this.#anchor = -1;
    if (this.#chosen.size === 0) return;
    this.#chosen.clear();
    this.#bytes = 0;
    this.#changes += 1;
  }

  /** Where the next stretch begins: the row that was pressed or moved to alone. */
  begin(index: number): void {
    this.#anchor = index;
  }

  toggle(index: number): void {
    const row = browser.listing.at(index);
    if (!row) return;
    if (this.#chosen.has(rowKey(row))) this.#drop(row);
    else this.#take(row);
    this.#anchor = index;
    this.#changes += 1;
  }

  /** Selects from where the stretch began to `index`, and nothing else. */
  stretch(index: number): void {
    if (this.#anchor < 0) this.#anchor = Math.max(0, browser.index);
    const [from, to] = this.#anchor < index ? [this.#anchor, index] : [index, this.#anchor];
    this.#chosen.clear();
    this.#bytes = 0;
    for (const row of browser.listing.slice(from, to + 1)) this.#take(row);
    this.#changes += 1;
  }

  /** Every row shown, or none if all are. */
  toggleAll(): void {
    if (this.all) this.clear();
    else this.takeAll();
  }

  takeAll(): void {
    this.#chosen.clear();
    this.#bytes = 0;
    for (const row of browser.listing.slice(0, browser.listing.count)) this.#take(row);
    this.#changes += 1;
  }

  #take(row: S3Row): void {
    if (this.#chosen.has(rowKey(row))) return;
    this.#chosen.set(rowKey(row), row);
    this.#bytes += bytesOf(row);
  }

  #drop(row: S3Row): void {
    if (this.#chosen.delete(rowKey(row))) this.#bytes -= bytesOf(row);
  }
}

const bytesOf = (row: S3Row) => (row.kind === 'object' ? row.object.size : row.kind === 'version' ? row.version.size : 0);

export const selection = new Selection();
