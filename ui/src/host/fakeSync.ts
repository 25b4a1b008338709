/** Comparisons of the fake worlds: a plan with something of each kind. */
import type { SyncGroup } from '../wire/SyncGroup';
import type { SyncPlace } from '../wire/SyncPlace';
import type { SyncPlanView } from '../wire/SyncPlanView';
import type { SyncStepView } from '../wire/SyncStepView';
import type { FakeTransfers } from './fakeTransfers';
import type { Answers } from './fakeWorld';
import type { Commands } from './host';

type Named = 'pick_sync_folder' | 'compare_places' | 'compare_progress' | 'stop_compare' | 'sync_places';

const step = (name: string, size: number, more: Partial<SyncStepView> = {}): SyncStepView => ({
  name, size, change: null, over_newer: false, why: null, ...more
});

function specGroups(): SyncGroup[] {
  return [
    { kind: 'new', count: 3, bytes: 7_400_000, first: [step('2026-06-01/a.csv', 2_100_000), step('2026-06-01/b.csv', 5_200_000), step('readme.md', 100_000)] },
    {
      kind: 'changed', count: 2, bytes: 1_300_000,
      first: [step('daily.csv', 900_000, { change: 'newer' }), step('notes.txt', 400_000, { change: 'size', over_newer: true })]
    },
    { kind: 'missing', count: 1, bytes: 52_000, first: [step('old/left-over.json', 52_000)] },
    { kind: 'conflict', count: 1, bytes: 0, first: [step('reports/x', 0, { why: '"reports" is a file and cannot be a folder too' })] },
    {
      kind: 'skipped', count: 1, bytes: 0,
      first: [step('2019.tar', 0, { why: 'it is archived (DEEP_ARCHIVE); restore it before reading it' })]
    },
    { kind: 'same', count: 1204, bytes: 88_000_000, first: [] }
  ];
}

export class FakeSync {
  groups = specGroups();
  /** What was carried out last. */
  last: Commands['sync_places']['request'] | null = null;
  /** What was compared last. */
  asked: Commands['compare_places']['request'] | null = null;
  #plan: SyncPlanView | null = null;
  #made = 0;

  constructor(
    readonly transfers: FakeTransfers,
    readonly failure: (message: string) => Error
  ) {}

  get answers(): Pick<Answers, Named> {
    return {
      pick_sync_folder: () => ({ id: 7, names: ['reports/'], count: 1 }),
      compare_places: (r) => {
        this.asked = r;
        this.#made += 1;
        this.#plan = {
          id: `p-${this.#made}`, from: shown(r.from), to: shown(r.to), groups: this.groups,
          over_newer: this.groups.flatMap((g) => g.first).filter((s) => s.over_newer).length,
          no_job: null
        };
        return this.#plan;
      },
      compare_progress: () => ({ compared: 400, to_copy: 3 }),
      stop_compare: () => null,
      sync_places: (r) => {
        const plan = this.#plan;
        if (plan === null || plan.id !== r.id) throw this.failure('This plan is not known any more. Compare again.');
        this.#plan = null;
        this.last = r;
        const asked = this.asked;
        const of = asked?.to.kind === 'bucket' ? asked.to : asked?.from;
        const session = of?.kind === 'bucket' ? of.session_id : '';
        const files = plan.groups.filter((g) => g.kind === 'new' || g.kind === 'changed').reduce((n, g) => n + g.count, 0);
        return this.transfers.add({
          kind: 'upload', party: this.transfers.party(session), name: 'Sync of reports/', from: plan.from, to: plan.to, many: true, files, counted: true
        });
      }
    };
  }
}

const shown = (place: SyncPlace) => (place.kind === 'folder' ? '/home/troy/reports' : `s3://${place.bucket}/${place.prefix}`);
