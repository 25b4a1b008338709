/** Keys of the roles tree that are not keys of the whole window. */
import { roleList } from './list.svelte';

const PAGE = 12;

export function treeKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const act = ACTS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

/** The first field of the shown role: its duration, or what follows where that is not asked. */
function focusForm(): void {
  const form = document.querySelector('[data-testid="role-detail"] .form');
  const field = form?.querySelector<HTMLElement>('[role="radio"][tabindex="0"]') ?? form?.querySelector<HTMLElement>('button');
  field?.focus();
}

const ACTS: Record<string, () => void> = {
  ArrowDown: () => roleList.step(1),
  ArrowUp: () => roleList.step(-1),
  PageDown: () => roleList.step(PAGE),
  PageUp: () => roleList.step(-PAGE),
  Home: () => roleList.step(-Infinity),
  End: () => roleList.step(Infinity),
  ArrowLeft: () => roleList.arrow('left'),
  ArrowRight: () => roleList.arrow('right'),
  Enter: () => {
    const line = roleList.lines[roleList.index];
    if (line?.kind === 'head') roleList.fold(line.id, !line.folded);
    else focusForm();
  }
};
