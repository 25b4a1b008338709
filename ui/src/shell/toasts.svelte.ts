/** Short words about something that worked. Errors never come this way. */
export interface Toast {
  id: number;
  text: string;
  more: string | null;
  undo: Undo | null;
}

/** What can be taken back, for a moment that the program counts, too: it does not stand still under the pointer. */
export interface Undo {
  act: () => void;
  seconds: number;
  /** What is not taken back by what was done. */
  keep: string | null;
}

const PLAIN_MS = 4000;

class Toasts {
  list = $state<Toast[]>([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  show(text: string, more: string | null = null, undo: Undo | null = null): void {
    const toast = { id: this.#next++, text, more, undo };
    this.list = [...this.list.slice(-2), toast];
    this.#closeIn(toast, undo ? undo.seconds * 1000 : PLAIN_MS);
  }

  /** The clock of a toast stands still while the pointer or the focus is on it. */
  pause(toast: Toast): void {
    if (!toast.undo) clearTimeout(this.#timers.get(toast.id));
  }

  resume(toast: Toast): void {
    if (!toast.undo) this.#closeIn(toast, PLAIN_MS);
  }

  close(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.list = this.list.filter((t) => t.id !== id);
  }

  #closeIn(toast: Toast, ms: number): void {
    clearTimeout(this.#timers.get(toast.id));
    this.#timers.set(
      toast.id,
      setTimeout(() => this.close(toast.id), ms)
    );
  }
}

export const toasts = new Toasts();
