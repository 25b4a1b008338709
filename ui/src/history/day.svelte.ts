/** The day that History shows. */
import { clock } from '../time/clock.svelte';
import { dayStart } from '../time/when';

class HistoryDay {
  /** Days before today. */
  #back = $state(0);

  start = $derived(dayStart(clock.minute, -this.#back));
  isToday = $derived(this.#back === 0);

  step(by: 1 | -1): void {
    this.#back = Math.max(0, this.#back - by);
  }

  today(): void {
    this.#back = 0;
  }
}

export const historyDay = new HistoryDay();
