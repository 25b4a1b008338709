/** Keeps the focus in a list when the row that has it goes away. */
import { tick } from 'svelte';

/**
 * To be asked before the row goes. What it gives, called once the row is gone, puts the focus on a button of the row
 * that came next, else of the one before; only where nothing else has taken it.
 */
export function focusAfter(row: HTMLElement): () => Promise<void> {
  const near = [row.nextElementSibling, row.previousElementSibling, row.parentElement];
  return async () => {
    await tick();
    if (document.activeElement !== document.body) return;
    const buttons = near.filter((e) => e?.isConnected).map((e) => e?.querySelector<HTMLElement>('button:not(:disabled)'));
    buttons.find((button) => button)?.focus();
  };
}
