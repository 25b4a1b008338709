/** The day that History shows, alone or in its week or month. */
import { clock } from '../time/clock.svelte';
import { dayStart, daysAgo } from '../time/when';
import { moved, periodName, periodOf, type Scale } from './calendar';

class HistoryDay {
  /** Days before today. */
  #back = $state(0);
  scale = $state<Scale>('day');

  start = $derived(dayStart(clock.minute, -this.#back));
  #period = $derived(periodOf(this.start, this.scale));
  /** The first midnight of what is shown. */
  from = $derived(this.#period[0]);
  /** The midnight that ends it. */
  to = $derived(this.#period[1]);
  name = $derived(periodName(this.start, this.scale, clock.minute));
  /** Whether it is today, this week or this month: there is nothing after it. */
  isToday = $derived(this.to > clock.minute);

  /** So many days, weeks or months on. */
  step(by: number): void {
    this.go(moved(this.start, this.scale, by));
  }

  /** Shows this day, or today where it is still to come. */
  go(day: Date): void {
    this.#back = Math.max(0, daysAgo(day, clock.minute));
  }

  today(): void {
    this.#back = 0;
  }
}

export const historyDay = new HistoryDay();
