/** Reads rows of S3 into a list: a prefix's pages, its versions', or what a search finds. */
import { host } from '#host';
import { codeOf, messageOf } from '../host/host';
import type { VersionMark } from '../wire/VersionMark';
import type { Listing } from './listing.svelte';

export type What = { session_id: string; bucket: string; prefix: string } & (
  | { kind: 'objects' | 'versions' }
  | { kind: 'search'; text: string }
);

export class Reading {
  #listing: Listing;
  #what: What | null = null;
  #next: string | VersionMark | null = null;
  region = $state<string | null>(null);
  more = $state(false);
  loading = $state(false);
  loaded = $state(false);
  error = $state<string | null>(null);
  /** What kind of error it is. */
  code = $state<string | null>(null);
  /** Keys that a search has read. */
  looked = $state(0);
  /** Whether one page is asked for after the other. */
  all = $state(false);
  /** Replies to an older question are dropped. */
  #question = 0;
  #walk: string | null = null;

  constructor(listing: Listing) {
    this.#listing = listing;
  }

  /** Forgets what was read. */
  clear(): void {
    this.#question += 1;
    this.#endWalk();
    this.#what = null;
    this.#next = null;
    this.more = false;
    this.loading = false;
    this.loaded = false;
    this.error = null;
    this.code = null;
    this.looked = 0;
    this.all = false;
  }

  /** Reads the first page, or goes on where it failed. */
  async start(what: What): Promise<void> {
    this.#what = what;
    this.error = null;
    this.code = null;
    if (what.kind === 'search') await this.#search(what);
    else await this.#page();
  }

  /** The next page, unless one is on its way. */
  async readOn(): Promise<void> {
    if (this.#next !== null && !this.loading && this.error === null) await this.#page();
  }

  async readAll(): Promise<void> {
    this.all = true;
    await this.readOn();
  }

  /** What was read stays. */
  stop(): void {
    this.all = false;
    if (this.#walk !== null) {
      this.#question += 1;
      this.#endWalk();
      this.loading = false;
      this.more = true;
    }
  }

  /** Shows a refusal from before, without asking. */
  refuse(why: string): void {
    this.error = why;
    this.code = 'denied';
  }

  fail(error: unknown): void {
    this.error = messageOf(error);
    this.code = codeOf(error);
    this.all = false;
  }

  async #page(): Promise<void> {
    const what = this.#what;
    if (!what || what.kind === 'search') return;
    const question = (this.#question += 1);
    this.loading = true;
    try {
      do {
        const page = await this.#ask(what);
        if (question !== this.#question) return;
        this.region = page.region;
        this.#next = page.next;
        this.more = page.next !== null;
        this.loaded = true;
      } while (this.all && this.more);
      this.all = false;
    } catch (error) {
      if (question === this.#question) this.fail(error);
    } finally {
      if (question === this.#question) this.loading = false;
    }
  }

  async #ask(what: What): Promise<{ region: string; next: string | VersionMark | null }> {
    const { session_id, bucket, prefix } = what;
    const question = this.#question;
    if (what.kind === 'versions') {
      const next = typeof this.#next === 'string' ? null : this.#next;
      const page = await host.call('versions', { session_id, bucket, prefix, next });
      if (question === this.#question) {
        this.#listing.add(page.folders.map((folder) => ({ kind: 'folder', folder })));
        this.#listing.add(page.versions.map((version) => ({ kind: 'version', version })));
      }
      return page;
    }
    const next = typeof this.#next === 'string' ? this.#next : null;
    const page = await host.call('objects', { session_id, bucket, prefix, next });
    if (question === this.#question) {
      this.#listing.add(page.folders.map((folder) => ({ kind: 'folder', folder })));
      this.#listing.add(page.objects.map((object) => ({ kind: 'object', object })));
    }
    return page;
  }

  async #search(what: What & { kind: 'search' }): Promise<void> {
    const question = (this.#question += 1);
    const { session_id, bucket, prefix, text } = what;
    this.loading = true;
    try {
      const id = await host.call('walk_start', { session_id, bucket, prefix, text });
      if (question !== this.#question) {
        void host.call('walk_stop', { id });
        return;
      }
      this.#walk = id;
      for (;;) {
        const found = await host.call('walk_next', { id });
        if (question !== this.#question) return;
        this.#listing.add(found.found.map((object) => ({ kind: 'object', object })));
        this.looked = found.read;
        this.loaded = true;
        if (found.done) break;
      }
      this.#walk = null;
    } catch (error) {
      if (question === this.#question) {
        this.#walk = null;
        this.fail(error);
      }
    } finally {
      if (question === this.#question) this.loading = false;
    }
  }

  #endWalk(): void {
    if (this.#walk !== null) void host.call('walk_stop', { id: this.#walk });
    this.#walk = null;
  }
}
