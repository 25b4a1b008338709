/** Taking over roles of another tool: from where, what that would add, and taking it back. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { Latest } from '../host/latest';
import { catalog } from '../roles/catalog.svelte';
import { roleList } from '../roles/list.svelte';
import type { ChosenFile } from '../wire/ChosenFile';
import type { ImportedView } from '../wire/ImportedView';
import type { ImportFrom } from '../wire/ImportFrom';

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
    const looked = await this.#latest.of(() => host.call('import_roles', { source, from: this.from, dry_run: true }));
    if (!looked) return;
    this.result = looked.value;
    this.step = 'preview';
  }

  async run(): Promise<void> {
    const { source } = this;
    if (source === null || this.result?.added.length === 0) return;
    await this.#doing(async () => {
      this.result = await host.call('import_roles', { source, from: this.from, dry_run: false });
      this.undone = null;
      this.step = 'done';
      await catalog.load();
      const first = this.result.added[0];
      if (first && catalog.role(first.key)) roleList.show(first.key);
    });
  }

  async undo(): Promise<void> {
    await this.#doing(async () => {
      this.undone = await host.call('undo_import');
      await catalog.load();
    });
  }

  back(): void {
    this.step = 'source';
    this.file = null;
    this.result = null;
    this.error = null;
  }

  async #doing(what: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
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
