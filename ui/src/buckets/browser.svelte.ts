/** Where the person is in S3: session, bucket, prefix, and the rows read so far. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { place } from '../shell/view.svelte';
import { sessions } from '../session/sessions.svelte';
import type { BucketList } from '../wire/BucketList';
import type { SessionView } from '../wire/SessionView';
import { Listing, rowKey, type S3Row, type Sorting } from './listing.svelte';
import { owners } from './owners.svelte';
import { places } from './places.svelte';
import { Reading, type What } from './reading.svelte';
import { refusals } from './refusals.svelte';

export { keyOf, rowKey, type S3Row } from './listing.svelte';

export const LIST_BUCKETS = 's3:ListAllMyBuckets';
export const LIST = 's3:ListBucket';

class Browser {
  list = $state.raw<BucketList | null>(null);
  listError = $state<string | null>(null);
  #listedFor = $state<string | null>(null);

  bucket = $state<string | null>(null);
  prefix = $state('');
  /** Typed after the prefix: asks S3 for keys that begin so. */
  filter = $state('');
  /** What is looked for below the prefix; `null` where it is listed. */
  search = $state<string | null>(null);
  /** Whether versions and delete markers are listed. */
  versions = $state(false);
  /** The rows read so far. */
  readonly listing = new Listing();
  #reading = new Reading(this.listing);
  cursorKey = $state<string | null>(null);
  /** A key that was opened by its name, to be stood on when it is read. */
  #wanted: string | null = null;

  /**
   * The session whose credentials are used: the chosen one, else the one that lasts longest. One that ends while it is
   * in use stays, so that nobody goes on in another account unawares.
   */
  session: SessionView | undefined = $derived.by(() => {
    const chosen = sessions.byId(place.sessionId);
    if (chosen && (sessions.left(chosen) > 0 || chosen.id === this.#listedFor)) return chosen;
    return sessions.byId(this.#listedFor) ?? sessions.live.at(-1);
  });
  ended = $derived(this.session !== undefined && sessions.left(this.session) === 0);

  counts = $derived({ folders: this.listing.folders, objects: this.listing.read - this.listing.folders });

  /** Where the cursor was last: it is looked for there first. */
  #at = -1;
  index = $derived.by(() => {
    if (this.cursorKey === null) return -1;
    this.#at = this.listing.indexOf(this.cursorKey, this.#at);
    return this.#at;
  });
  /** The row under the cursor. */
  current: S3Row | undefined = $derived(this.index < 0 ? undefined : this.listing.at(this.index));

  get region(): string | null {
    return this.#reading.region;
  }

  get more(): boolean {
    return this.#reading.more;
  }

  get loading(): boolean {
    return this.#reading.loading;
  }

  get loaded(): boolean {
    return this.#reading.loaded;
  }

  get error(): string | null {
    return this.#reading.error;
  }

  /** Whether S3 refused what is shown as an error. */
  get denied(): boolean {
    return this.#reading.code === 'denied';
  }

  /** Keys that a search has read so far. */
  get looked(): number {
    return this.#reading.looked;
  }

  /** Whether everything is being read, whatever is scrolled to. */
  get readingAll(): boolean {
    return this.#reading.all;
  }

  /** Whether the bucket is in the list of the session's own account. */
  get #own(): boolean {
    return this.list?.buckets.some((b) => b.name === this.bucket) ?? false;
  }

  /** Lists the buckets of the session once; again when another session is taken. */
  async listBuckets(session: SessionView): Promise<void> {
    if (this.#listedFor === session.id) return;
    this.#listedFor = session.id;
    this.list = null;
    this.listError = null;
    this.close();
    const mine = () => this.#listedFor === session.id;
    try {
      await places.load(session.id);
      if (!mine()) return;
      const refused = refusals.why(LIST_BUCKETS, null);
      const list = refused === null ? await host.call('buckets', { session_id: session.id }) : { buckets: [], denied: null };
      owners.learn(session.account_id, list.buckets);
      if (mine()) this.list = list;
    } catch (error) {
      if (mine()) this.listError = messageOf(error);
    }
  }

  relist(): void {
    // Taken first: one that has ended is ours only as long as it is the one listed for.
    const session = this.session;
    this.#listedFor = null;
    if (session) void this.listBuckets(session);
  }

  /** Lists the buckets though S3 refused it before. */
  relistAnyway(): void {
    refusals.tryAgain(LIST_BUCKETS, null);
    this.relist();
  }

  close(): void {
    this.bucket = null;
    this.#reading.stop();
    this.#clear();
  }

  /** Opens what a person typed or pasted: a name, an ARN, an address. Rejects with why it leads nowhere. */
  async openNamed(text: string): Promise<void> {
    const { bucket, key } = await host.call('locate', { text });
    if (key === '' || key.endsWith('/')) this.open(bucket, key);
    else this.openKey(bucket, key);
  }

  open(bucket: string, prefix = ''): void {
    this.#go(bucket, prefix, '');
  }

  /** Opens a key by its name; where nothing may be listed, the object alone is asked for. */
  openKey(bucket: string, key: string): void {
    const folder = key.slice(0, key.lastIndexOf('/') + 1);
    this.#wanted = key;
    this.#go(bucket, folder, key.slice(folder.length));
  }

  /** Asks S3 for keys that begin so. */
  begin(filter: string): void {
    this.filter = filter;
    this.search = null;
    this.reload();
  }

  /** Looks for keys below the prefix; `null` lists it again. */
  lookFor(text: string | null): void {
    this.search = text === '' ? null : text;
    this.filter = '';
    this.reload();
  }

  showVersions(on: boolean): void {
    this.versions = on;
    this.search = null;
    this.reload();
  }

  reload(): void {
    this.#clear();
    void this.#read();
  }

  up(): void {
    if (this.bucket === null || this.prefix === '') return;
    const from = this.prefix;
    const parts = this.prefix.replace(/\/$/, '').split('/');
    this.open(this.bucket, parts.slice(0, -1).map((p) => `${p}/`).join(''));
    this.cursorKey = from;
  }

  /** Reads on while the person scrolls. A filter that leaves little would read everything that way, unasked. */
  readMore(): void {
    if (this.listing.filter === '') void this.#reading.readOn();
  }

  readAll(): void {
    void this.#reading.readAll();
  }

  stop(): void {
    this.#reading.stop();
  }

  retry(): void {
    // A search begins anew; pages go on.
    if (this.search !== null) this.reload();
    else void this.#read();
  }

  /** Lists though S3 refused it before. */
  tryAgain(): void {
    refusals.tryAgain(LIST, this.bucket);
    this.reload();
  }

  step(by: number): void {
    const count = this.listing.count;
    if (count === 0) return;
    const from = this.index < 0 ? (by > 0 ? -1 : count) : this.index;
    this.moveTo(Math.min(count - 1, Math.max(0, from + by)));
  }

  moveTo(index: number): void {
    const row = this.listing.at(index);
    if (!row) return;
    this.#at = index;
    this.cursorKey = rowKey(row);
  }

  sort(sorting: Sorting): void {
    this.listing.sort(sorting);
  }

  /** Called when the rows go: what was selected among them goes too. */
  readonly onclear: (() => void)[] = [];

  #go(bucket: string, prefix: string, filter: string): void {
    if (bucket !== this.bucket) {
      this.#reading.region = null;
      this.versions = false;
    }
    if (filter === '') this.#wanted = null;
    this.bucket = bucket;
    this.prefix = prefix;
    this.filter = filter;
    this.search = null;
    this.reload();
  }

  #clear(): void {
    for (const tell of this.onclear) tell();
    this.listing.clear();
    this.#reading.clear();
    this.cursorKey = null;
  }

  #what(session: SessionView, bucket: string): What {
    const at = { session_id: session.id, bucket };
    if (this.search !== null) return { ...at, kind: 'search', prefix: this.prefix, text: this.search };
    return { ...at, kind: this.versions ? 'versions' : 'objects', prefix: this.prefix + this.filter };
  }

  async #read(): Promise<void> {
    const session = this.session;
    const bucket = this.bucket;
    if (!session || bucket === null) return;
    const what = this.#what(session, bucket);
    const wanted = this.#wanted;
    const refused = what.kind === 'objects' ? refusals.why(LIST, bucket) : null;
    if (refused !== null) this.#reading.refuse(refused);
    else await this.#reading.start(what);
    if (this.bucket !== bucket) return;
    const denied = this.denied && refused === null;
    // The program has remembered it.
    if (denied) await places.load(session.id);
    // One that refuses is there.
    if (!this.#own && (this.error === null || denied)) void places.used(session.id, bucket);
    if (wanted !== null && wanted === this.#wanted) await this.#standOn(session.id, bucket, wanted);
  }

  /** Stands on a key that was opened by name; asks for it alone where no list names it. */
  async #standOn(session_id: string, bucket: string, key: string): Promise<void> {
    if (this.listing.indexOf(key) < 0) {
      try {
        const object = await host.call('object_head', { session_id, bucket, key });
        if (this.#wanted !== key || this.bucket !== bucket) return;
        if (this.listing.indexOf(key) < 0) this.listing.add([{ kind: 'object', object }]);
      } catch (error) {
        if (this.#wanted === key && this.error !== null) this.#reading.fail(error);
        return;
      }
    }
    this.#wanted = null;
    this.cursorKey = key;
  }
}

export const browser = new Browser();
