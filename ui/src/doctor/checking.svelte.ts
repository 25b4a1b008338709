/** A policy that somebody wants looked over. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { Latest } from '../host/latest';
import type { PolicyCheckView } from '../wire/PolicyCheckView';

class Checking {
  text = $state('');
  result = $state.raw<PolicyCheckView | null>(null);
  /** The text that the result is of. */
  of = $state('');
  error = $state<string | null>(null);
  busy = $state(false);
  #latest = new Latest();

  async run(): Promise<void> {
    const { text } = this;
    if (text.trim() === '') return;
    this.busy = true;
    this.error = null;
    try {
      const read = await this.#latest.of(() => host.call('check_policy', { text }));
      if (!read) return;
      this.result = read.value;
      this.of = text;
    } catch (error) {
      this.error = messageOf(error);
      this.result = null;
    } finally {
      this.busy = false;
    }
  }

  /** Takes the mended text and looks it over. */
  async mend(): Promise<void> {
    const mended = this.result?.report.mended;
    if (!mended) return;
    this.text = mended;
    await this.run();
  }
}

export const checking = new Checking();
