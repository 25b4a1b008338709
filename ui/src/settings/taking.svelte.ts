/** Taking settings from one computer to another: one file without secrets. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { catalog } from '../roles/catalog.svelte';
import { report } from '../shell/status.svelte';
import { toasts } from '../shell/toasts.svelte';
import { sheets } from '../shell/sheets.svelte';
import type { ChosenFile } from '../wire/ChosenFile';
import type { SettingsChange } from '../wire/SettingsChange';
import type { SettingsChanges } from '../wire/SettingsChanges';

export async function exportSettings(): Promise<void> {
  try {
    const path = await host.call('export_settings');
    if (path !== null) toasts.show('Exported settings', path);
  } catch (error) {
    report(error);
  }
}

/** A file whose changes the person looks at before they are taken over. */
export class TakingOver {
  busy = $state(false);
  error = $state<string | null>(null);

  constructor(
    readonly file: ChosenFile,
    readonly looked: SettingsChanges
  ) {}

  get changes(): SettingsChange[] {
    return this.looked.changes;
  }

  /** Asks for a file; `null` where the person chose none. */
  static async choose(): Promise<TakingOver | null> {
    const file = await host.call('choose_file', { purpose: 'settings' });
    if (!file) return null;
    return new TakingOver(file, await host.call('import_settings', { file: file.id, seen: null }));
  }

  async run(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.error = null;
    try {
      const { changes: done } = await host.call('import_settings', { file: this.file.id, seen: this.looked.sha256 });
      sheets.close();
      toasts.show(`Took over ${done.length} ${done.length === 1 ? 'change' : 'changes'}`);
      await catalog.load();
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      this.busy = false;
    }
  }
}
