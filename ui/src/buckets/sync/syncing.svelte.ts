/** Comparing two places and making the one hold what the other does: what the dialog asks, and how far it is. */
import { host } from '#host';
import { messageOf } from '../../host/host';
import { sessions } from '../../session/sessions.svelte';
import { sheets } from '../../shell/sheets.svelte';
import type { PickedView } from '../../wire/PickedView';
import type { SessionView } from '../../wire/SessionView';
import type { SyncGroup } from '../../wire/SyncGroup';
import type { SyncKind } from '../../wire/SyncKind';
import type { SyncPlace } from '../../wire/SyncPlace';
import type { SyncPlanView } from '../../wire/SyncPlanView';
import type { SyncProgress } from '../../wire/SyncProgress';
import { meantInProduction } from '../uploading.svelte';

/** From here to a folder, from a folder to here, from here to another bucket. */
export type Way = 'down' | 'up' | 'across';

/** From so many objects on, a job of AWS's is offered. */
export const MANY = 1000;
/** Between two looks at how far a comparison is. */
const LOOK_EVERY = 400;

let made = 0;

const words = (text: string) => text.split(/[\s,]+/).filter((word) => word !== '');

export class Syncing {
  way = $state<Way>('down');
  folder = $state<PickedView | null>(null);
  toSession = $state('');
  toBucket = $state('');
  toPrefix = $state('');
  checksum = $state(false);
  include = $state('');
  exclude = $state('');
  comparing = $state(false);
  progress = $state<SyncProgress | null>(null);
  plan = $state<SyncPlanView | null>(null);
  remove = $state(false);
  byJob = $state(false);
  jobRole = $state('');
  busy = $state(false);
  error = $state<string | null>(null);
  #name = '';

  constructor(
    readonly session: SessionView,
    readonly bucket: string,
    readonly prefix: string
  ) {
    this.toPrefix = prefix;
    this.toSession = (sessions.live.find((s) => s.id !== session.id && s.account_id !== session.account_id) ?? session).id;
  }

  get here(): string {
    return `s3://${this.bucket}/${this.prefix}`;
  }

  get writer(): SessionView {
    return this.way === 'across' ? (sessions.byId(this.toSession) ?? this.session) : this.session;
  }

  group(kind: SyncKind): SyncGroup | undefined {
    return this.plan?.groups.find((g) => g.kind === kind);
  }

  count(kind: SyncKind): number {
    return this.group(kind)?.count ?? 0;
  }

  get copies(): number {
    return this.count('new') + this.count('changed');
  }

  get canJob(): boolean {
    return this.way === 'across' && this.copies > MANY;
  }

  get acts(): boolean {
    return this.copies > 0 || (this.remove && this.count('missing') > 0);
  }

  async pick(): Promise<void> {
    try {
      this.folder = (await host.call('pick_sync_folder')) ?? this.folder;
    } catch (error) {
      this.error = messageOf(error);
    }
  }

  async compare(): Promise<void> {
    if (this.comparing) return;
    const other = this.#other();
    if (typeof other === 'string') {
      this.error = other;
      return;
    }
    const here: SyncPlace = { kind: 'bucket', session_id: this.session.id, bucket: this.bucket, prefix: this.prefix };
    const [from, to] = this.way === 'up' ? [other, here] : [here, other];
    this.comparing = true;
    this.error = null;
    this.#name = `compare-${(made += 1)}`;
    this.progress = null;
    const name = this.#name;
    const looking = setInterval(() => void this.#look(name), LOOK_EVERY);
    try {
      const plan = await host.call('compare_places', {
        name, from, to, checksum: this.checksum, include: words(this.include), exclude: words(this.exclude)
      });
      if (name === this.#name) this.plan = plan;
    } catch (error) {
      if (name === this.#name) this.error = messageOf(error);
    } finally {
      clearInterval(looking);
      if (name === this.#name) this.comparing = false;
    }
  }

  async go(): Promise<void> {
    if (this.busy || !this.plan || !this.acts) return;
    if (this.byJob && this.jobRole.trim() === '') {
      this.error = 'Give the ARN of the role that the job copies as.';
      return;
    }
    this.busy = true;
    this.error = null;
    try {
      if (this.way !== 'down' && !(await meantInProduction(this.writer, 'Sync'))) return;
      await host.call('sync_places', {
        id: this.plan.id, delete: this.remove, batch_role: this.canJob && this.byJob ? this.jobRole.trim() : null
      });
      sheets.close();
    } catch (error) {
      this.plan = null;
      this.error = messageOf(error);
    } finally {
      this.busy = false;
    }
  }

  /** Back to what is compared. */
  back(): void {
    this.plan = null;
    this.remove = false;
    this.byJob = false;
    this.error = null;
  }

  close(): void {
    if (this.comparing) void host.call('stop_compare', { name: this.#name });
    this.#name = '';
    sheets.close();
  }

  async #look(name: string): Promise<void> {
    try {
      const progress = await host.call('compare_progress', { name });
      if (name === this.#name && progress) this.progress = progress;
    } catch {
      // It is told once the comparison itself fails.
    }
  }

  #other(): SyncPlace | string {
    if (this.way !== 'across') return this.folder ? { kind: 'folder', picked: this.folder.id } : 'Choose a folder.';
    if (this.toBucket.trim() === '') return 'Name the bucket to compare with.';
    return { kind: 'bucket', session_id: this.toSession, bucket: this.toBucket.trim(), prefix: this.toPrefix };
  }
}
