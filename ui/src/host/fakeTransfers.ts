/** Transfers of the fake worlds: they stand still until a test moves them on. */
import type { SessionView } from '../wire/SessionView';
import type { TransferParty } from '../wire/TransferParty';
import type { TransferView } from '../wire/TransferView';
import type { UnfinishedUploadView } from '../wire/UnfinishedUploadView';
import type { UploadPlan } from '../wire/UploadPlan';
import type { Answers } from './fakeWorld';
import type { Events } from './host';

type Emit = <E extends keyof Events>(event: E, payload: Events[E]) => void;
type Named =
  | 'download' | 'pick_uploads' | 'plan_upload' | 'upload' | 'copy_objects' | 'transfers' | 'pause_transfer' | 'pause_transfers' | 'resume_transfer'
  | 'cancel_transfer' | 'clear_transfers' | 'show_transfer' | 'unfinished_uploads' | 'remove_unfinished';

const last = (key: string) => key.replace(/\/$/, '').split('/').at(-1) ?? key;

export class FakeTransfers {
  list: TransferView[] = [];
  /** What the next upload would replace. */
  plan: UploadPlan = { files: 2, bytes: 614_000_000, there: 0, keys: [], unknown: null };
  unfinished: UnfinishedUploadView[] = [
    { key: 'exports/2026-06/rds-snapshot.tar.zst', upload_id: 'u-1', began_at: '2026-06-02T08:11:00Z', ours: true, running: false },
    { key: 'exports/left.bin', upload_id: 'u-2', began_at: '2026-05-20T17:40:00Z', ours: false, running: false }
  ];
  #made = 0;

  constructor(
    readonly emit: Emit,
    readonly session: (id: string) => SessionView,
    readonly sizeOf: (bucket: string, key: string) => number
  ) {}

  /** Moves one on; tests drive this. */
  move(id: string, more: Partial<TransferView>): void {
    this.list = this.list.map((t) => (t.id === id ? { ...t, ...more } : t));
    const moved = this.list.find((t) => t.id === id);
    if (moved) this.emit('transfer', moved);
  }

  add(more: Partial<TransferView> & Pick<TransferView, 'kind' | 'party' | 'name' | 'from' | 'to'>): TransferView {
    this.#made += 1;
    const transfer: TransferView = {
      id: `t-${this.#made}`, writer: null, target: null, many: false, done: 0, total: null, files_done: 0, files: 0, counted: false, rate: 0,
      seconds_to_go: null, way: null, state: { kind: 'running' }, ...more
    };
    this.list = [...this.list, transfer];
    this.emit('transfer', transfer);
    return transfer;
  }

  party(id: string): TransferParty {
    const session = this.session(id);
    return { session_id: id, role_key: session.role_key, name: `${session.account_name} / ${session.role_name}` };
  }

  get answers(): Pick<Answers, Named> {
    const state = (id: string, kind: 'running' | 'paused' | 'cancelled') => {
      this.move(id, { state: { kind }, rate: 0, seconds_to_go: null });
      return null;
    };
    return {
      download: (r) => {
        const party = this.party(r.session_id);
        const to = r.ask_where ? '/home/troy/elsewhere' : '/home/troy/Downloads';
        const folders = r.prefixes.map((prefix) =>
          this.add({ kind: 'download', party, name: `${last(prefix)}/`, from: `s3://${r.bucket}/${prefix}`, to, many: true }));
        if (r.keys.length > 8) {
          const from = `s3://${r.bucket}/`;
          return [...folders, this.add({ kind: 'download', party, name: `${r.keys.length} objects`, from, to, many: true, files: r.keys.length })];
        }
        const ones = r.keys.map((key) =>
          this.add({
            kind: 'download', party, name: last(key), from: `s3://${r.bucket}/${key}`, to, total: this.sizeOf(r.bucket, key), files: 1, counted: true
          }));
        return [...folders, ...ones];
      },
      pick_uploads: (r) => ({ id: 1, names: r.folder ? ['release/'] : ['release-2026.06.2.tar.zst', 'notes.txt'], count: r.folder ? 1 : 2 }),
      plan_upload: () => this.plan,
      upload: (r) => [
        this.add({
          kind: 'upload', party: this.party(r.session_id), name: 'release-2026.06.2.tar.zst', from: '/home/troy/release-2026.06.2.tar.zst',
          to: `s3://${r.bucket}/${r.prefix}`, total: 614_000_000, files: 1, counted: true
        })
      ],
      copy_objects: (r) =>
        [...r.prefixes, ...r.keys].map((key) =>
          this.add({
            kind: 'copy', party: this.party(r.session_id), writer: this.party(r.to_session_id), name: last(key), from: `s3://${r.bucket}/${key}`,
            to: `s3://${r.to_bucket}/${r.to_prefix}`, many: key.endsWith('/'), total: this.sizeOf(r.bucket, key)
          })),
      transfers: () => this.list,
      pause_transfer: (r) => state(r.id, 'paused'),
      pause_transfers: () => {
        for (const t of this.list) if (t.state.kind === 'running') state(t.id, 'paused');
        return null;
      },
      resume_transfer: (r) => state(r.id, 'running'),
      cancel_transfer: (r) => state(r.id, 'cancelled'),
      clear_transfers: () => {
        this.list = this.list.filter((t) => !['done', 'cancelled', 'failed'].includes(t.state.kind));
        return this.list;
      },
      show_transfer: () => null,
      unfinished_uploads: () => this.unfinished,
      remove_unfinished: (r) => {
        this.unfinished = this.unfinished.filter((u) => !r.uploads.some((gone) => gone.upload_id === u.upload_id));
        return null;
      }
    };
  }
}
