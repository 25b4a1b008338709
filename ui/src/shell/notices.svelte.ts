/** What the person should know until they close it: faults and states that last. */
import { remembered } from '../settings/remembered.svelte';

export type Level = 'info' | 'warn' | 'bad';

export interface Notice {
  key: string;
  level: Level;
  message: string;
  /** Whether it holds until something changes, rather than tells of something that happened. */
  standing: boolean;
}

class Notices {
  list = $state<Notice[]>([]);
  /** What stands and was read: put away for good, so that it is said once. */
  #dismissed = remembered<string[]>('dismissed', []);

  /** One notice per key: a later one replaces an earlier. A standing state that was dismissed stays away. */
  show(level: Level, message: string, key: string = message, standing = false): void {
    if (standing && this.#dismissed.value.includes(key + message)) return;
    this.list = [...this.list.filter((n) => n.key !== key), { key, level, message, standing }];
  }

  /** It no longer holds. */
  close(key: string): void {
    this.list = this.list.filter((n) => n.key !== key);
  }

  /** The person has read it. */
  dismiss(notice: Notice): void {
    if (notice.standing) this.#dismissed.value = [...this.#dismissed.value.slice(-19), notice.key + notice.message];
    this.close(notice.key);
  }
}

export const notices = new Notices();
