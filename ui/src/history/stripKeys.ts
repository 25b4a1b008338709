/** The keys of the strips: one stop of Tab, arrows along the marks, left and right through time. */
import { tick } from 'svelte';
import { historyDay } from './day.svelte';

const MARKS = '[data-mark]';

/** Whether the key meant something here. */
export function stripKey(root: HTMLElement, event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return false;
  const marks = [...root.querySelectorAll<HTMLElement>(MARKS)];
  const at = marks.indexOf(document.activeElement as HTMLElement);
  switch (event.key) {
    case 'ArrowLeft':
    case 'ArrowRight':
      historyDay.step(event.key === 'ArrowLeft' ? -1 : 1);
      // What had the focus may be gone with its day.
      void tick().then(() => root.focus());
      return true;
    case 'ArrowDown':
      marks[Math.min(at + 1, marks.length - 1)]?.focus();
      return true;
    case 'ArrowUp':
      (at > 0 ? marks[at - 1] : root)?.focus();
      return true;
    case 'Home':
      marks[0]?.focus();
      return true;
    case 'End':
      marks.at(-1)?.focus();
      return true;
    case 'Escape':
      if (at < 0) return false;
      root.focus();
      return true;
    default:
      return false;
  }
}

/** Puts the focus into the log, on the row that was picked. */
export async function toLog(): Promise<void> {
  await tick();
  document.querySelector<HTMLElement>('[data-testid="history-table"]')?.focus();
}
