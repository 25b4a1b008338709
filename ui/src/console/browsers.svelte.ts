/** In which browser the console opens. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { Read } from '../host/read.svelte';
import type { AccountPart } from '../wire/AccountPart';
import type { BrowserSettings } from '../wire/BrowserSettings';
import type { SetBrowserRequest } from '../wire/SetBrowserRequest';

/** What stands for the desktop's own. */
export const SYSTEM = 'default';

const NOTHING: SetBrowserRequest = { browser: null, separate: null, log_out_first: null, part: null };

class Browsers extends Read<BrowserSettings | null> {
  failed = $state<string | null>(null);
  #changes: Promise<void> = Promise.resolve();

  constructor() {
    super(null, () => host.call('browser_settings'));
  }

  get options(): { value: string; label: string; dim?: string }[] {
    const now = this.value;
    if (!now) return [];
    const found = now.found.map((b) => ({ value: b.name, label: b.label }));
    const { browser } = now;
    // One that was chosen and is gone stays in sight.
    if (browser !== null && !found.some((b) => b.value === browser)) found.push({ value: browser, label: `${browser}, not found` });
    return [{ value: SYSTEM, label: 'System', dim: now.system?.label ?? '' }, ...found];
  }

  get chosen(): string {
    return this.value?.browser ?? SYSTEM;
  }

  /** How the browser that is chosen keeps accounts apart; `null` where it is not known to. */
  get parts(): 'containers' | 'profiles' | null {
    const now = this.value;
    const here = now?.browser == null ? now?.system : now.found.find((b) => b.name === now.browser);
    return here?.parts ?? null;
  }

  partOf(account: string): string {
    return this.value?.parts.find((p) => p.account_id === account)?.name ?? '';
  }

  /** One after the other: each is made of what stands. A name that is left for a switch changes both at once. */
  set(change: Partial<SetBrowserRequest>): Promise<void> {
    this.#changes = this.#changes.then(() => this.#set(change));
    return this.#changes;
  }

  async #set(change: Partial<SetBrowserRequest>): Promise<void> {
    this.failed = null;
    try {
      await host.call('set_browser', { ...NOTHING, ...change });
    } catch (error) {
      this.failed = messageOf(error);
    } finally {
      await this.load();
    }
  }

  setPart(part: AccountPart): Promise<void> {
    return this.set({ part });
  }
}

export const browsers = new Browsers();
