/** The object under the cursor, as far as it is shown, while the preview stands open. */
import { host } from '#host';
import { codeOf, messageOf } from '../host/host';
import type { PreviewView } from '../wire/PreviewView';
import { browser } from './browser.svelte';
import { downloadRows } from './downloading';

const WIDE = typeof matchMedia === 'function' ? matchMedia('(min-width: 1100px)') : undefined;

/** What a row, or whoever wants to show something else, names. */
export interface Previewed {
  key: string;
  /** Below the prefix that is open. */
  name: string;
  size: number;
  modified_at: string | null;
  storage_class: string | null;
  etag: string | null;
  /** One of the past; `null` for what is there now. */
  version_id: string | null;
}

class ObjectPreview {
  /** Beside the list where there is room; over it, on request, where there is not. */
  open = $state(WIDE?.matches ?? true);
  /** Whether what is in the object stands over the whole window. */
  enlarged = $state(false);
  value = $state.raw<PreviewView | null>(null);
  error = $state<string | null>(null);
  loading = $state(false);
  /** A version that is shown in the place of what the row has. */
  #version = $state.raw<Previewed | null>(null);
  /** Names the preview to the program: what has a lower number is not wanted any more, from before a reload either. */
  #turn = Date.now();
  #asked = false;

  constructor() {
    WIDE?.addEventListener('change', (now) => (this.open = now.matches));
  }

  /** Closes what stands over the list. Returns whether there was something. */
  uncover(): boolean {
    if (!this.open || (WIDE?.matches ?? true)) return false;
    this.open = false;
    return true;
  }

  object = $derived(browser.current?.kind === 'object' ? browser.current.object : null);

  /** What is shown: the object under the cursor or a version of it. */
  shown: Previewed | null = $derived.by(() => {
    const row = browser.current;
    if (row?.kind === 'object') {
      const { object } = row;
      if (this.#version?.key === object.key) return this.#version;
      return { ...object, version_id: null };
    }
    return row?.kind === 'version' && !row.version.marker ? row.version : null;
  });

  get turn(): number {
    return this.#turn;
  }

  /** Shows a version of the object under the cursor; `null` for what is there now. */
  showVersion(version: Previewed | null): void {
    this.#version = version;
    if (version) this.open = true;
  }

  async read(sessionId: string, bucket: string, object: Previewed): Promise<void> {
    this.forget();
    const turn = (this.#turn += 1);
    this.#asked = true;
    this.loading = true;
    try {
      const value = await host.call('preview', {
        session_id: sessionId, bucket, key: object.key, version_id: object.version_id, turn
      });
      if (turn === this.#turn) this.value = value;
    } catch (error) {
      if (turn === this.#turn && codeOf(error) !== 'superseded') this.error = messageOf(error);
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  }

  /** Stops what is being read, and closes what was. */
  forget(): void {
    if (this.#asked) {
      this.#asked = false;
      // It answers nothing that anybody waits for.
      void host.call('close_preview', { turn: this.#turn }).catch(() => undefined);
    }
    this.#turn += 1;
    this.value = null;
    this.error = null;
    this.loading = false;
  }
}

export const preview = new ObjectPreview();

/** Downloads the object under the cursor. */
export async function download(askWhere: boolean): Promise<void> {
  if (preview.object) await downloadRows([{ kind: 'object', object: preview.object }], askWhere);
}
