/** Where the person is in S3: session, bucket, prefix, and the rows read so far. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { place } from '../shell/view.svelte';
import { sessions } from '../session/sessions.svelte';
import type { BucketList } from '../wire/BucketList';
import type { FolderView } from '../wire/FolderView';
import type { ObjectView } from '../wire/ObjectView';
import type { SessionView } from '../wire/SessionView';

export type S3Row = { kind: 'folder'; folder: FolderView } | { kind: 'object'; object: ObjectView };

export const rowKey = (row: S3Row) => (row.kind === 'folder' ? row.folder.prefix : row.object.key);

class Browser {
  list = $state.raw<BucketList | null>(null);
  listError = $state<string | null>(null);
  #listedFor = $state<string | null>(null);
  /** Buckets opened by name, which no list names. */
  byName = $state<string[]>([]);

  bucket = $state<string | null>(null);
  region = $state<string | null>(null);
  prefix = $state('');
  /** Typed after the prefix: asks S3 for keys that begin so. */
  filter = $state('');
  #folders = $state.raw<FolderView[]>([]);
  #objects = $state.raw<ObjectView[]>([]);
  #next: string | null = null;
  more = $state(false);
  loading = $state(false);
  loaded = $state(false);
  error = $state<string | null>(null);
  cursorKey = $state<string | null>(null);
  /** Replies to an older question are dropped. */
  #question = 0;

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

  rows: S3Row[] = $derived([
    ...this.#folders.map((folder) => ({ kind: 'folder' as const, folder })),
    ...this.#objects.map((object) => ({ kind: 'object' as const, object }))
  ]);
  counts = $derived({ folders: this.#folders.length, objects: this.#objects.length });
  bytes = $derived(this.#objects.reduce((sum, o) => sum + o.size, 0));

  #index = $derived(new Map(this.rows.map((r, i) => [rowKey(r), i])));
  index = $derived(this.cursorKey === null ? -1 : (this.#index.get(this.cursorKey) ?? -1));
  current = $derived(this.rows[this.index]);

  /** Lists the buckets of the session once; again when another session is taken. */
  async listBuckets(session: SessionView): Promise<void> {
    if (this.#listedFor === session.id) return;
    this.#listedFor = session.id;
    this.list = null;
    this.listError = null;
    this.byName = [];
    this.close();
    try {
      const list = await host.call('buckets', { session_id: session.id });
      if (this.#listedFor === session.id) this.list = list;
    } catch (error) {
      if (this.#listedFor === session.id) this.listError = messageOf(error);
    }
  }

  relist(): void {
    // Taken first: one that has ended is ours only as long as it is the one listed for.
    const session = this.session;
    this.#listedFor = null;
    if (session) void this.listBuckets(session);
  }

  close(): void {
    this.#question += 1;
    this.bucket = null;
    this.loading = false;
    this.#clear();
  }

  /** Opens a bucket from the list or by name; `s3://bucket/prefix` does as well. */
  openNamed(text: string): void {
    const [name = '', ...rest] = text.trim().replace(/^s3:\/\//, '').split('/');
    if (name === '') return;
    const listed = this.list?.buckets.some((b) => b.name === name) ?? false;
    if (!listed && !this.byName.includes(name)) this.byName = [...this.byName, name];
    this.open(name, rest.join('/'));
  }

  open(bucket: string, prefix = ''): void {
    if (bucket !== this.bucket) this.region = null;
    this.bucket = bucket;
    this.prefix = prefix;
    this.filter = '';
    this.#clear();
    void this.#read();
  }

  search(filter: string): void {
    this.filter = filter;
    this.#clear();
    void this.#read();
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

  /** Reads on while the person scrolls. */
  readMore(): void {
    if (this.#next !== null && !this.loading && this.error === null) void this.#read();
  }

  retry(): void {
    this.error = null;
    void this.#read();
  }

  step(by: number): void {
    if (this.rows.length === 0) return;
    const from = this.index < 0 ? (by > 0 ? -1 : this.rows.length) : this.index;
    const row = this.rows[Math.min(this.rows.length - 1, Math.max(0, from + by))];
    if (row) this.cursorKey = rowKey(row);
  }

  #clear(): void {
    this.#folders = [];
    this.#objects = [];
    this.#next = null;
    this.more = false;
    this.loaded = false;
    this.error = null;
    this.cursorKey = null;
  }

  async #read(): Promise<void> {
    const session = this.session;
    if (!session || this.bucket === null) return;
    const question = (this.#question += 1);
    this.loading = true;
    try {
      const page = await host.call('objects', {
        session_id: session.id,
        bucket: this.bucket,
        prefix: this.prefix + this.filter,
        next: this.#next
      });
      if (question !== this.#question) return;
      this.region = page.region;
      this.#folders = [...this.#folders, ...page.folders];
      this.#objects = [...this.#objects, ...page.objects];
      this.#next = page.next;
      this.more = page.next !== null;
      this.loaded = true;
    } catch (error) {
      if (question !== this.#question) return;
      this.error = messageOf(error);
    } finally {
      if (question === this.#question) this.loading = false;
    }
  }
}

export const browser = new Browser();
