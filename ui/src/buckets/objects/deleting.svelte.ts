/** Deleting rows: what the dialog says and does. */
import { host } from '#host';
import { messageOf } from '../../host/host';
import { formatCount } from '../../parts/sizes';
import { sheets } from '../../shell/sheets.svelte';
import { report } from '../../shell/status.svelte';
import { toasts } from '../../shell/toasts.svelte';
import type { DeletionView } from '../../wire/DeletionView';
import type { Doomed } from '../../wire/Doomed';
import type { NotDone } from '../../wire/NotDone';
import type { SessionView } from '../../wire/SessionView';
import { browser } from '../browser.svelte';
import { keyOf, type S3Row } from '../listing.svelte';
import { selection } from '../selection.svelte';
import { meantInProduction } from '../uploading.svelte';
import { actName } from './act';

/** As long as switching back can be undone. */
const UNDO_SECONDS = 8;
const LOOK_EVERY = 500;

/** Room for keys in a request, by a wide margin. */
const ROOM = 150_000;

/** What all acts together did. */
interface Sum {
  count: number;
  failures: number;
  failed: NotDone[];
  /** Every act that can be undone; `null` where one cannot. */
  undo: string[] | null;
  stopped: boolean;
  /** What ended it before its end. */
  broke: string | null;
}

/** The objects and versions among the rows, in parts that a request has room for. One at least. */
function inParts(rows: S3Row[]): Doomed[][] {
  const parts: Doomed[][] = [[]];
  let room = ROOM;
  for (const row of rows) {
    if (row.kind === 'folder') continue;
    const key = keyOf(row);
    const cost = 150 + 3 * key.length;
    if (cost > room) {
      parts.push([]);
      room = ROOM;
    }
    room -= cost;
    parts.at(-1)?.push({ key, version_id: row.kind === 'version' ? row.version.version_id : null });
  }
  return parts;
}

export class Deleting {
  readonly act = actName();
  /** The one that runs now, and what those before it have done. */
  #act = this.act;
  #before = 0;
  view = $state.raw<DeletionView | null>(null);
  /** Of folders every version too. */
  allVersions = $state(false);
  busy = $state(false);
  done = $state(0);
  error = $state<string | null>(null);
  failed = $state.raw<NotDone[]>([]);
  failures = $state(0);

  constructor(
    readonly rows: S3Row[],
    readonly session: SessionView,
    readonly bucket: string
  ) {}

  get folders(): string[] {
    return this.rows.flatMap((r) => (r.kind === 'folder' ? [r.folder.prefix] : []));
  }

  /** Versions and markers chosen one by one: those go for good. */
  get versions(): boolean {
    return this.rows.some((r) => r.kind === 'version');
  }

  /** Whether nothing of it can be brought back. */
  get forGood(): boolean {
    return this.versions || this.allVersions || this.view === null || this.view.versioning !== 'enabled';
  }

  /** "report.csv", "3 objects and 1 folder". */
  get what(): string {
    const [only] = this.rows;
    if (only && this.rows.length === 1) return only.kind === 'folder' ? `the folder ${nameOf(only)}` : nameOf(only);
    const folders = this.folders.length;
    const others = this.rows.length - folders;
    const noun = this.versions ? 'version' : 'object';
    const parts = [];
    if (others > 0) parts.push(`${formatCount(others)} ${noun}${others === 1 ? '' : 's'}`);
    if (folders > 0) parts.push(`${formatCount(folders)} folder${folders === 1 ? '' : 's'}`);
    return parts.join(' and ');
  }

  async look(): Promise<void> {
    try {
      this.view = await host.call('deletion', { session_id: this.session.id, bucket: this.bucket });
    } catch (error) {
      this.error = messageOf(error);
    }
  }

  async go(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.error = null;
    this.failed = [];
    const watch = setInterval(() => void this.#look(), LOOK_EVERY);
    try {
      if (!(await meantInProduction(this.session, this.forGood ? 'Delete for good' : 'Delete'))) return;
      this.#take(await this.#deleteAll());
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      clearInterval(watch);
      this.busy = false;
    }
  }

  /** A request has a size: very many rows go in several, each an act of its own. */
  async #deleteAll(): Promise<Sum> {
    const sum: Sum = { count: 0, failures: 0, failed: [], undo: [], stopped: false, broke: null };
    const parts = inParts(this.rows);
    for (const [i, objects] of parts.entries()) {
      this.#act = i === 0 ? this.act : actName();
      const before = sum.count;
      this.#before = before;
      try {
        const done = await host.call('delete_objects', {
          session_id: this.session.id,
          bucket: this.bucket,
          act: this.#act,
          objects,
          prefixes: i === parts.length - 1 ? this.folders : [],
          all_versions: this.allVersions
        });
        sum.count += done.count;
        sum.failures += done.failures;
        sum.failed.push(...done.failed);
        if (done.undo !== null) sum.undo?.push(done.undo);
        else if (done.count > 0) sum.undo = null;
        sum.stopped = done.stopped;
        sum.broke = done.broke;
      } catch (error) {
        // What the parts before did is still told, and can be undone.
        sum.broke = messageOf(error);
      }
      if (sum.stopped || sum.broke !== null) break;
    }
    return sum;
  }

  /** What is deleted by then stays deleted. */
  stop(): void {
    if (this.busy) void host.call('stop_act', { act: this.#act }).catch(report);
    else sheets.close();
  }

  async #look(): Promise<void> {
    try {
      const { done } = await host.call('act_progress', { act: this.#act });
      this.done = Math.max(this.done, this.#before + done);
    } catch {
      // The next look tells.
    }
  }

  #take(done: Sum): void {
    this.failed = done.failed;
    this.failures = done.failures;
    if (done.count > 0 || done.stopped) {
      selection.clear();
      if (browser.bucket === this.bucket) browser.reload();
    }
    this.error = done.broke;
    const whole = done.failures === 0 && done.broke === null;
    if (whole && sheets.open?.props['deleting'] === this) sheets.close();
    if (done.count > 0 || whole) this.#tell(done, whole);
  }

  /** What is deleted by then can be brought back, however it ended. */
  #tell({ count, stopped, undo }: Sum, whole: boolean): void {
    const all = whole && !stopped && this.rows.length === 1 && this.folders.length === 0;
    const many = `${formatCount(count)} object${count === 1 ? '' : 's'}`;
    const said = all ? `Deleted ${this.what}` : stopped ? `Stopped. Deleted ${many}` : `Deleted ${many}`;
    const back = undo === null || undo.length === 0 ? null : { act: () => void bringBack(undo, this.bucket), seconds: UNDO_SECONDS, keep: null };
    toasts.show(said, null, back);
  }
}

async function bringBack(acts: string[], bucket: string): Promise<void> {
  const done: { count: number; failures: number; failed: NotDone[] } = { count: 0, failures: 0, failed: [] };
  try {
    for (const act of acts) {
      const part = await host.call('undo_delete', { act });
      done.count += part.count;
      done.failures += part.failures;
      done.failed.push(...part.failed);
    }
    if (browser.bucket === bucket) browser.reload();
    const [first] = done.failed;
    if (first) report(new Error(`${formatCount(done.failures)} could not be brought back. ${first.why}`));
    else toasts.show(done.count === 1 ? 'It is back' : `${formatCount(done.count)} objects are back`);
  } catch (error) {
    report(error);
  }
}

const nameOf = (row: S3Row) => (row.kind === 'folder' ? row.folder.name : row.kind === 'object' ? row.object.name : row.version.name);
