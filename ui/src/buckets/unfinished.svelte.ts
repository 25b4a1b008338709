/** Uploads of a bucket that nobody has completed: their parts take room that is paid for. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { sheets } from '../shell/sheets.svelte';
import type { SessionView } from '../wire/SessionView';
import type { UnfinishedUploadView } from '../wire/UnfinishedUploadView';
import { meantInProduction } from './uploading.svelte';

export class Unfinished {
  list = $state.raw<UnfinishedUploadView[] | null>(null);
  chosen = $state.raw<ReadonlySet<string>>(new Set());
  busy = $state(false);
  error = $state<string | null>(null);

  constructor(
    readonly session: SessionView,
    readonly bucket: string
  ) {}

  async look(): Promise<void> {
    try {
      this.list = await host.call('unfinished_uploads', { session_id: this.session.id, bucket: this.bucket });
      this.chosen = new Set();
    } catch (error) {
      this.error = messageOf(error);
    }
  }

  toggle(uploadId: string, on: boolean): void {
    const chosen = new Set(this.chosen);
    if (on) chosen.add(uploadId);
    else chosen.delete(uploadId);
    this.chosen = chosen;
  }

  async remove(): Promise<void> {
    const uploads = (this.list ?? []).filter((u) => this.chosen.has(u.upload_id)).map(({ key, upload_id }) => ({ key, upload_id }));
    if (this.busy || uploads.length === 0) return;
    this.busy = true;
    this.error = null;
    try {
      if (!(await meantInProduction(this.session, 'Remove unfinished uploads'))) return;
      await host.call('remove_unfinished', { session_id: this.session.id, bucket: this.bucket, uploads });
      await this.look();
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      this.busy = false;
    }
  }

  close(): void {
    sheets.close();
  }
}
