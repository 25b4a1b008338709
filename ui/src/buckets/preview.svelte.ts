/** The head of the object under the cursor, while the preview stands open. */
import { host } from '#host';
import { messageOf } from '../host/host';
import type { Preview } from '../wire/Preview';
import { browser } from './browser.svelte';
import { transfers } from './transfers.svelte';
import { report } from '../shell/status.svelte';

const WIDE = typeof matchMedia === 'function' ? matchMedia('(min-width: 1100px)') : undefined;

class ObjectPreview {
  /** Beside the list where there is room; over it, on request, where there is not. */
  open = $state(WIDE?.matches ?? true);
  value = $state.raw<Preview | null>(null);
  error = $state<string | null>(null);
  loading = $state(false);
  #question = 0;

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

  async read(sessionId: string, bucket: string, key: string): Promise<void> {
    const question = (this.#question += 1);
    this.value = null;
    this.error = null;
    this.loading = true;
    try {
      const value = await host.call('preview', { session_id: sessionId, bucket, key });
      if (question === this.#question) this.value = value;
    } catch (error) {
      if (question === this.#question) this.error = messageOf(error);
    } finally {
      if (question === this.#question) this.loading = false;
    }
  }

  forget(): void {
    this.#question += 1;
    this.value = null;
    this.error = null;
    this.loading = false;
  }
}

export const preview = new ObjectPreview();

/** Downloads the object under the cursor. */
export async function download(askWhere: boolean): Promise<void> {
  const object = preview.object;
  const session = browser.session;
  if (!object || !session || browser.bucket === null) return;
  try {
    const started = await host.call('download', {
      session_id: session.id,
      bucket: browser.bucket,
      key: object.key,
      ask_where: askWhere
    });
    if (started) transfers.take(started);
  } catch (error) {
    report(error);
  }
}
