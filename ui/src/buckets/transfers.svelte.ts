/** Downloads that run or ran, and how fast. */
import { host } from '#host';
import { report } from '../shell/status.svelte';
import type { TransferView } from '../wire/TransferView';
import { measure, type Pace } from './pace';

class Transfers {
  #list = $state.raw<TransferView[]>([]);
  #paces = $state.raw<Record<string, Pace>>({});
  #cleared = $state.raw<ReadonlySet<string>>(new Set());
  /** Whether the drawer stands open. */
  open = $state(true);

  shown = $derived(this.#list.filter((t) => !this.#cleared.has(t.id)));
  running = $derived(this.#list.filter((t) => t.state.kind === 'running'));

  async load(): Promise<void> {
    const list = await host.call('transfers');
    for (const t of list) this.#pace(t);
    this.#list = list.map((t) => this.#ended(t.id) ?? t);
  }

  /** What has ended stays ended: the reply that tells of its start may come after the word of its end. */
  take(transfer: TransferView): void {
    if (this.#ended(transfer.id)) return;
    this.#pace(transfer);
    const known = this.#list.some((t) => t.id === transfer.id);
    this.#list = known ? this.#list.map((t) => (t.id === transfer.id ? transfer : t)) : [...this.#list, transfer];
    if (!known) this.open = true;
  }

  /** Bytes a second, 0 until it can be told. */
  speed(id: string): number {
    return this.#paces[id]?.speed ?? 0;
  }

  async cancel(id: string): Promise<void> {
    try {
      await host.call('cancel_transfer', { id });
    } catch (error) {
      report(error);
    }
  }

  async show(id: string): Promise<void> {
    try {
      await host.call('show_transfer', { id });
    } catch (error) {
      report(error);
    }
  }

  clearDone(): void {
    this.#cleared = new Set([...this.#cleared, ...this.#list.filter((t) => t.state.kind !== 'running').map((t) => t.id)]);
  }

  #ended(id: string): TransferView | undefined {
    return this.#list.find((t) => t.id === id && t.state.kind !== 'running');
  }

  #pace(transfer: TransferView): void {
    const now = performance.now();
    this.#paces = { ...this.#paces, [transfer.id]: measure(this.#paces[transfer.id], transfer.done, now) };
  }
}

export const transfers = new Transfers();
