/** Renaming or moving a row, and making a folder: what the dialogs ask and do. */
import { host } from '#host';
import { messageOf } from '../../host/host';
import { formatCount } from '../../parts/sizes';
import { sheets } from '../../shell/sheets.svelte';
import { report } from '../../shell/status.svelte';
import { toasts } from '../../shell/toasts.svelte';
import type { NotDone } from '../../wire/NotDone';
import type { SessionView } from '../../wire/SessionView';
import { browser } from '../browser.svelte';
import { keyOf, type S3Row } from '../listing.svelte';
import { selection } from '../selection.svelte';
import { meantInProduction } from '../uploading.svelte';
import { actName } from './act';

export class Renaming {
  readonly act = actName();
  readonly from: string;
  readonly folder: boolean;
  toBucket = $state('');
  /** The whole new key; of a folder without its last slash. */
  to = $state('');
  replace = $state(false);
  busy = $state(false);
  error = $state<string | null>(null);
  failed = $state.raw<NotDone[]>([]);
  failures = $state(0);

  constructor(
    row: S3Row,
    readonly session: SessionView,
    readonly bucket: string
  ) {
    this.from = keyOf(row);
    this.folder = row.kind === 'folder';
    this.toBucket = bucket;
    this.to = this.folder ? this.from.replace(/\/$/, '') : this.from;
  }

  get ready(): boolean {
    return this.to.trim() !== '' && this.toBucket.trim() !== '' && (this.#target !== this.from || this.toBucket.trim() !== this.bucket);
  }

  get #target(): string {
    return this.folder && !this.to.endsWith('/') ? `${this.to}/` : this.to;
  }

  async go(): Promise<void> {
    if (this.busy || !this.ready) return;
    this.busy = true;
    this.error = null;
    this.failed = [];
    this.failures = 0;
    try {
      if (!(await meantInProduction(this.session, this.folder ? 'Move the folder' : 'Rename'))) return;
      const done = await host.call('rename_object', {
        session_id: this.session.id,
        act: this.act,
        bucket: this.bucket,
        from: this.from,
        to_bucket: this.toBucket.trim(),
        to: this.#target,
        folder: this.folder,
        replace: this.replace
      });
      this.failed = done.failed;
      this.failures = done.failures;
      selection.clear();
      if (browser.bucket !== null) browser.reload();
      if (done.failures > 0) return;
      if (sheets.open?.props['renaming'] === this) sheets.close();
      if (done.stopped) toasts.show('Stopped. Nothing is lost: copies may be at both places');
      else toasts.show(this.folder ? `Moved ${formatCount(done.count)} object${done.count === 1 ? '' : 's'}` : 'Renamed', this.#target);
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      this.busy = false;
    }
  }

  stop(): void {
    if (this.busy) void host.call('stop_act', { act: this.act }).catch(report);
    else sheets.close();
  }
}

export class MakingFolder {
  name = $state('');
  busy = $state(false);
  error = $state<string | null>(null);

  constructor(
    readonly session: SessionView,
    readonly bucket: string,
    readonly prefix: string
  ) {}

  async go(): Promise<void> {
    const name = this.name.replace(/^\/+|\/+$/g, '');
    if (this.busy || name === '') return;
    this.busy = true;
    this.error = null;
    try {
      const made = await host.call('new_folder', { session_id: this.session.id, bucket: this.bucket, prefix: `${this.prefix}${name}/` });
      if (sheets.open?.props['making'] === this) sheets.close();
      if (browser.bucket === this.bucket && browser.prefix === this.prefix) browser.reload();
      toasts.show('Made a folder', made);
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      this.busy = false;
    }
  }
}
