/** Taking over roles of another tool: from where, what that would add, and taking it back. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { Latest } from '../host/latest';
import { catalog } from '../roles/catalog.svelte';
import { roleList } from '../roles/list.svelte';
import type { ChosenFile } from '../wire/ChosenFile';
import type { ImportedView } from '../wire/ImportedView';
import type { ImportFrom } from '../wire/ImportFrom';
import { roleCount } from './rows';

export type Step = 'source' | 'preview' | 'done';

export class Importing {
  step = $state<Step>('source');
  pasted = $state('');
  file = $state.raw<ChosenFile | null>(null);
  /** What roles start from whose own start is not known here. */
  from = $state<string | null>(catalog.mainIdentity?.profile ?? null);
  result = $state.raw<ImportedView | null>(null);
  /** How many were taken back, once that was done. */
  undone = $state<number | null>(null);
  busy = $state(false);
  error = $state<string | null>(null);
  #removed = 0;
  #running: Promise<void> = Promise.resolve();
  #latest = new Latest();

  get source(): ImportFrom | null {
    if (this.file) return { kind: 'file', id: this.file.id };
    return this.pasted.trim() === '' ? null : { kind: 'text', text: this.pasted };
  }

  async choose(): Promise<void> {
    await this.#doing(async () => {
      const file = await host.call('choose_file', { purpose: 'roles' });
      if (!file) return;
      this.file = file;
      await this.#look();
    });
  }

  /** Looks at what was pasted. */
  async look(): Promise<void> {
    this.file = null;
    if (this.source !== null) await this.#doing(() => this.#look());
  }

  startFrom(profile: string): Promise<void> {
    this.from = profile;
    return this.#doing(() => this.#look());
  }

  async #look(): Promise<void> {
    const { source } = this;
    if (source === null) return;
    const looked = await this.#latest.of(() => host.call('import_roles', { source, from: this.from, seen: null }));
    if (!looked) return;
    this.result = looked.value;
    this.step = 'preview';
  }

  async run(): Promise<void> {
    const { source, result } = this;
    if (source === null || result === null || result.added.length === 0) return;
    await this.#doing(async () => {
      // What was shown and nothing else.
      this.result = await host.call('import_roles', { source, from: this.from, seen: result.sha256 });
      this.undone = null;
      this.#removed = 0;
      this.step = 'done';
      await catalog.load();
      const first = this.result.added[0];
      if (first && catalog.role(first.key)) roleList.show(first.key);
    });
  }

  async undo(): Promise<void> {
    await this.#doing(async () => {
      const undone = await host.call('undo_import');
      this.#removed += undone.removed;
      await catalog.load();
      // Until all are gone, it is not undone, and can be tried again.
      if (undone.left > 0) throw new Error(`${roleCount(undone.left)} could not be removed again. ${undone.why ?? ''}`.trim());
      this.undone = this.#removed;
    });
  }

  back(): void {
    this.step = 'source';
    this.file = null;
    this.result = null;
    this.error = null;
  }

  /** Whether the dialog may close: waits for what runs, so that its failure is seen. */
  async settled(): Promise<boolean> {
    if (!this.busy) return true;
    await this.#running;
    return this.error === null;
  }

  async #doing(what: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.#running = this.#do(what);
    await this.#running;
  }

  async #do(what: () => Promise<void>): Promise<void> {
    this.error = null;
    try {
      await what();
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      this.busy = false;
    }
  }
}
