/** Keys of the object table. */
import { keyboard } from '../shell/platform.svelte';
import { actByKeys } from './acts';
import { browser, type S3Row } from './browser.svelte';
import { preview } from './preview.svelte';
import { selection } from './selection.svelte';

const PAGE = 15;

export function openRow(row: S3Row | undefined): void {
  if (!row || browser.bucket === null) return;
  if (row.kind === 'folder') browser.open(browser.bucket, row.folder.prefix);
  else preview.open = true;
}

export function tableKey(event: KeyboardEvent): void {
  const command = keyboard.mac ? event.metaKey : event.ctrlKey;
  if (event.altKey || (keyboard.mac ? event.ctrlKey : event.metaKey)) return;
  if (!performed(event, command)) return;
  event.preventDefault();
  event.stopPropagation();
}

function performed({ key, shiftKey }: KeyboardEvent, command: boolean): boolean {
  if (command && key === 'a' && !shiftKey) return did(() => selection.takeAll());
  if (command && key === ' ') return did(() => selection.toggle(browser.index));
  if (!command && key === 'Escape' && selection.count > 0) return did(() => selection.clear());
  const step = command ? undefined : STEPS[key];
  if (step !== undefined) return did(() => move(step, shiftKey));
  const act = command || shiftKey ? undefined : ACTS[key];
  if (act) return did(act);
  const held = [...(command ? ['Ctrl'] : []), ...(shiftKey ? ['Shift'] : [])];
  // Letters alone are for finding.
  if (!command && key.length === 1) return false;
  return actByKeys([...held, key.length === 1 ? key.toUpperCase() : key]);
}

function move(by: number, stretching: boolean): void {
  browser.step(by);
  if (stretching) selection.stretch(browser.index);
  else selection.begin(browser.index);
}

function did(what: () => unknown): true {
  what();
  return true;
}

const STEPS: Record<string, number> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: PAGE,
  PageUp: -PAGE,
  Home: -Infinity,
  End: Infinity
};

const ACTS: Record<string, () => void> = {
  Enter: () => openRow(browser.current),
  ' ': () => (preview.open = !preview.open)
};
