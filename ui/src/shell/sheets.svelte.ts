/** The dialog that a view has opened. What is entered in it lives in its props, so that a question in between loses nothing. */
import type { Component } from 'svelte';

interface Sheet {
  component: Component<Record<string, unknown>>;
  props: Record<string, unknown>;
}

class Sheets {
  open = $state.raw<Sheet | null>(null);

  show<P extends Record<string, unknown>>(component: Component<P>, props: P): void {
    this.open = { component: component as unknown as Sheet['component'], props };
  }

  close(): void {
    this.open = null;
  }
}

export const sheets = new Sheets();
