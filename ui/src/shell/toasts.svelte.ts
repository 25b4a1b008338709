/** Short words about something that worked. Errors never come this way. */
export interface Toast {
  id: number;
  text: string;
  more: string | null;
  undo: (() => void) | null;
}

const PLAIN_MS = 4000;
const UNDO_MS = 8000;

class Toasts {
  list = $state<Toast[]>([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  show(text: string, more: string | null = null, undo: (() => void) | null = null): void {
    const toast = { id: this.#next++, text, more, undo };
    this.list = [...this.list.slice(-2), toast];
    this.resume(toast);
  }

  /** The clock of a toast stands still while the pointer or the focus is on it. */
  pause(toast: Toast): void {
    clearTimeout(this.#timers.get(toast.id));
  }

  resume(toast: Toast): void {
    this.pause(toast);
    this.#timers.set(
      toast.id,
      setTimeout(() => this.close(toast.id), toast.undo ? UNDO_MS : PLAIN_MS)
    );
  }

  close(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.list = this.list.filter((t) => t.id !== id);
  }
}

export const toasts = new Toasts();
