/** Taking an imported key out of its file, once the person has seen what that changes. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { sheets } from '../shell/sheets.svelte';
import type { FileChange } from '../wire/FileChange';
import { accessKeys } from './keys.svelte';

export class Removing {
  busy = $state(false);
  error = $state<string | null>(null);
  /** Where the files were copied to; then it is done. */
  backups = $state.raw<string[] | null>(null);

  constructor(
    readonly profile: string,
    readonly changes: FileChange[]
  ) {}

  async go(): Promise<void> {
    if (this.backups !== null) return sheets.close();
    if (this.busy) return;
    this.busy = true;
    this.error = null;
    try {
      this.backups = await host.call('remove_key_from_file', { profile: this.profile });
      await accessKeys.refresh();
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      this.busy = false;
    }
  }

  /** The key stays in both places. */
  close(): void {
    sheets.close();
  }
}
