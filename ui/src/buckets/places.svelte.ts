/** What this computer remembers of the role's buckets: bookmarks, buckets shared with it, refusals, who pays. */
import { host } from '#host';
import { report } from '../shell/status.svelte';
import type { BookmarkView } from '../wire/BookmarkView';
import type { PlaceNote } from '../wire/PlaceNote';
import type { PlacesView } from '../wire/PlacesView';
import { refusals } from './refusals.svelte';

const NONE: PlacesView = { bookmarks: [], shared: [], refused: [], payers: [] };

class Places {
  #known = $state.raw<PlacesView>(NONE);
  #session: string | null = null;

  get bookmarks(): BookmarkView[] {
    return this.#known.bookmarks;
  }

  /** Buckets that no list names, the last used first. */
  get shared(): string[] {
    return this.#known.shared.map((s) => s.bucket);
  }

  pays(bucket: string | null): boolean {
    return bucket !== null && this.#known.payers.includes(bucket);
  }

  bookmarkOf(bucket: string | null, prefix: string): BookmarkView | undefined {
    return this.#known.bookmarks.find((b) => b.bucket === bucket && b.prefix === prefix);
  }

  /** Reads what is remembered for the session's role. A failure takes nothing away but what was remembered. */
  async load(session_id: string): Promise<void> {
    if (this.#session !== session_id) {
      this.#take(NONE);
      refusals.forget();
    }
    this.#session = session_id;
    try {
      const known = await host.call('places', { session_id });
      if (this.#session === session_id) this.#take(known);
    } catch (error) {
      report(error);
    }
  }

  async note(session_id: string, note: PlaceNote): Promise<void> {
    try {
      const known = await host.call('note_place', { session_id, note });
      if (this.#session === session_id) this.#take(known);
    } catch (error) {
      report(error);
    }
  }

  /** A bucket was opened that the account's list does not name. */
  async used(session_id: string, bucket: string): Promise<void> {
    if (this.shared[0] !== bucket) await this.note(session_id, { kind: 'used', bucket });
  }

  #take(known: PlacesView): void {
    this.#known = known;
    refusals.take(known.refused);
  }
}

export const places = new Places();
