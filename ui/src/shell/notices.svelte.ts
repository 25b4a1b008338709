/** What the person should know until they close it: faults and states that last. */
export type Level = 'info' | 'warn' | 'bad';

export interface Notice {
  key: string;
  level: Level;
  message: string;
}

class Notices {
  list = $state<Notice[]>([]);
  #dismissed = new Set<string>();

  /** One notice per key: a later one replaces an earlier. A standing state that was dismissed stays away. */
  show(level: Level, message: string, key: string = message, standing = false): void {
    if (standing && this.#dismissed.has(key + message)) return;
    this.list = [...this.list.filter((n) => n.key !== key), { key, level, message }];
  }

  /** It no longer holds. */
  close(key: string): void {
    this.list = this.list.filter((n) => n.key !== key);
  }

  /** The person has read it. */
  dismiss(notice: Notice): void {
    this.#dismissed.add(notice.key + notice.message);
    this.close(notice.key);
  }
}

export const notices = new Notices();
