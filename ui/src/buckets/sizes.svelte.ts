/** How much lies in folders, measured when the person asks. */
import { host } from '#host';
import { formatCount, formatSize } from '../parts/sizes';
import { report } from '../shell/status.svelte';
import { browser } from './browser.svelte';

interface Measured {
  objects: number;
  bytes: number;
  /** Names the walk while it runs. */
  walk: string | null;
}

class Sizes {
  #known = $state.raw<Record<string, Measured>>({});
  #of: string | null = null;

  constructor() {
    browser.onclear.push(() => this.#place());
  }

  /** For the row of a folder. */
  of(prefix: string): { size: string; words: string; running: boolean } | null {
    const m = this.#known[prefix];
    if (!m) return null;
    const running = m.walk !== null;
    const size = formatSize(m.bytes);
    return {
      size: running ? `${size}…` : size,
      words: `${formatCount(m.objects)} ${m.objects === 1 ? 'object' : 'objects'}${running ? ' so far' : ''}`,
      running
    };
  }

  /** Adds up what is below a prefix. A measure that runs is stopped by a second call. */
  async measure(prefix: string): Promise<void> {
    const { session, bucket } = browser;
    if (!session || bucket === null) return;
    this.#place();
    const running = this.#known[prefix]?.walk;
    if (running) {
      this.#stop(prefix);
      return;
    }
    const here = this.#of;
    try {
      const id = await host.call('walk_start', { session_id: session.id, bucket, prefix, text: null });
      this.#take(prefix, { objects: 0, bytes: 0, walk: id });
      for (;;) {
        const view = await host.call('walk_next', { id });
        if (this.#of !== here || this.#known[prefix]?.walk !== id) return;
        this.#take(prefix, { objects: view.read, bytes: view.bytes, walk: view.done ? null : id });
        if (view.done) return;
      }
    } catch (error) {
      if (this.#of === here) {
        const { [prefix]: _, ...rest } = this.#known;
        this.#known = rest;
        report(error);
      }
    }
  }

  #take(prefix: string, measured: Measured): void {
    this.#known = { ...this.#known, [prefix]: measured };
  }

  #stop(prefix: string): void {
    const walk = this.#known[prefix]?.walk;
    const { [prefix]: _, ...rest } = this.#known;
    this.#known = rest;
    if (walk) void host.call('walk_stop', { id: walk });
  }

  /** Sizes belong to the bucket and session that are open; another's are forgotten. */
  #place(): void {
    const now = `${browser.session?.id} ${browser.bucket}`;
    if (this.#of === now) return;
    for (const prefix of Object.keys(this.#known)) this.#stop(prefix);
    this.#of = now;
  }
}

export const sizes = new Sizes();
