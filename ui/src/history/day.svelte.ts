/** The day that History shows. */
import { clock } from '../time/clock.svelte';
import { dayStart, daysAgo } from '../time/when';

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

  show(day: Date): void {
    this.#back = Math.max(0, daysAgo(day, clock.minute));
  }
}

export const historyDay = new HistoryDay();
