/** A copy to another bucket: what the dialog asks. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { sessions } from '../session/sessions.svelte';
import { sheets } from '../shell/sheets.svelte';
import type { CopyEncryption } from '../wire/CopyEncryption';
import type { SessionView } from '../wire/SessionView';
import { batchesOf } from './downloading';
import type { S3Row } from './listing.svelte';
import { owners } from './owners.svelte';
import { meantInProduction } from './uploading.svelte';

export type EncryptionKind = CopyEncryption['kind'];

export class Copying {
  toSession = $state('');
  bucket = $state('');
  prefix = $state('');
  storageClass = $state('');
  encryption = $state<EncryptionKind>('bucket');
  kmsKey = $state('');
  replace = $state(false);
  /** The buckets that the writing role may list. */
  known = $state<string[]>([]);
  busy = $state(false);
  error = $state<string | null>(null);
  #listing = 0;

  constructor(
    readonly rows: S3Row[],
    readonly session: SessionView,
    readonly from: string
  ) {
    const other = sessions.live.find((s) => s.id !== session.id && s.account_id !== session.account_id);
    this.toSession = (other ?? sessions.live.find((s) => s.id !== session.id) ?? session).id;
  }

  get target(): SessionView | undefined {
    return sessions.byId(this.toSession);
  }

  /** Reads which buckets there are to choose from. A role that may not list them is no error: one types the name. */
  async list(): Promise<void> {
    const question = (this.#listing += 1);
    this.known = [];
    try {
      const list = await host.call('buckets', { session_id: this.toSession });
      owners.learn(this.target?.account_id ?? null, list.buckets);
      if (question === this.#listing) this.known = list.buckets.map((b) => b.name);
    } catch {
      if (question === this.#listing) this.known = [];
    }
  }

  take(sessionId: string): void {
    this.toSession = sessionId;
    void this.list();
  }

  async go(): Promise<void> {
    const target = this.target;
    if (this.busy) return;
    if (!target || this.bucket.trim() === '') {
      this.error = 'Name the bucket to copy to.';
      return;
    }
    this.busy = true;
    this.error = null;
    try {
      if (this.replace && !(await meantInProduction(target, 'Replace objects'))) return;
      for (const batch of batchesOf(this.rows)) {
        await host.call('copy_objects', { ...this.#order(target.id), ...batch });
      }
      sheets.close();
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      this.busy = false;
    }
  }

  #order(writer: string) {
    return {
      session_id: this.session.id,
      bucket: this.from,
      to_session_id: writer,
      to_bucket: this.bucket.trim(),
      to_prefix: this.prefix,
      storage_class: this.storageClass === '' ? null : this.storageClass,
      encryption: this.#encryption(),
      replace: this.replace
    };
  }

  close(): void {
    sheets.close();
  }

  #encryption(): CopyEncryption {
    if (this.encryption !== 'kms') return { kind: this.encryption };
    return { kind: 'kms', key: this.kmsKey.trim() === '' ? null : this.kmsKey.trim() };
  }
}
