/** Keys of the object table. */
import { browser, type S3Row } from './browser.svelte';
import { preview } from './preview.svelte';

const PAGE = 15;

export function openRow(row: S3Row | undefined): void {
  if (!row || browser.bucket === null) return;
  if (row.kind === 'folder') browser.open(browser.bucket, row.folder.prefix);
  else preview.open = true;
}

export function tableKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const act = ACTS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

const ACTS: Record<string, () => void> = {
  ArrowDown: () => browser.step(1),
  ArrowUp: () => browser.step(-1),
  PageDown: () => browser.step(PAGE),
  PageUp: () => browser.step(-PAGE),
  Home: () => browser.step(-Infinity),
  End: () => browser.step(Infinity),
  Enter: () => openRow(browser.current),
  ' ': () => (preview.open = !preview.open)
};
