/** A new access, as the person describes it, and what was written for it. */
import { host } from '#host';
import { messageOf } from '../host/host';
import type { Composed } from '../wire/Composed';
import { EMPTY, missingOf, wishOf, type Draft } from './draft';

class Composing {
  draft = $state<Draft>({ ...EMPTY });
  result = $state.raw<Composed | null>(null);
  error = $state<string | null>(null);
  busy = $state(false);

  /** Why it cannot be written yet. */
  missing = $derived(missingOf(this.draft));

  /** Something was changed: what was written no longer belongs to it. */
  changed(): void {
    this.result = null;
    this.error = null;
  }

  async run(): Promise<void> {
    if (this.busy || this.missing !== null) return;
    this.busy = true;
    this.error = null;
    try {
      this.result = await host.call('compose_access', wishOf($state.snapshot(this.draft)));
    } catch (error) {
      this.result = null;
      this.error = messageOf(error);
    } finally {
      this.busy = false;
    }
  }
}

export const composing = new Composing();
