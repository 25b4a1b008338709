/** F6: from one pane of the window to the next. */
import { tick } from 'svelte';
import { place } from './view.svelte';

const FOCUSABLE = 'button:not([disabled]), input:not([disabled]), [tabindex="0"]';

export function focusPane(by: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')].filter((p) => p.offsetParent !== null);
  if (panes.length === 0) return;
  const now = panes.findIndex((p) => p.contains(document.activeElement));
  const pane = panes[(now + by + panes.length) % panes.length] ?? panes[0];
  const to =
    pane?.querySelector<HTMLElement>('[data-pane-focus]') ??
    pane?.querySelector<HTMLElement>('[aria-current="page"], [aria-current="true"]') ??
    pane?.querySelector<HTMLElement>(FOCUSABLE);
  to?.focus();
}

/** Gives the view's list the focus, unless something has it. */
export function focusList(): void {
  if (document.activeElement !== document.body && document.activeElement !== null) return;
  document.querySelector<HTMLElement>('.main [data-pane-focus]')?.focus();
}

/** Closes the add-role form and goes back to the list. */
export async function leaveForm(): Promise<void> {
  place.adding = false;
  await tick();
  focusList();
}
