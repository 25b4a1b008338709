/** What a transfer puts into the place that is open is shown there once it is done. */
import type { TransferView } from '../wire/TransferView';
import { browser } from './browser.svelte';
import { selection } from './selection.svelte';

export function landed(transfer: TransferView): void {
  if (transfer.state.kind !== 'done' || transfer.kind === 'download' || browser.bucket === null) return;
  if (transfer.to !== `s3://${browser.bucket}/${browser.prefix}`) return;
  // What is selected is about to be acted on: it stays.
  if (selection.count > 0 || browser.listing.read > 1000) return;
  const cursor = browser.cursorKey;
  browser.reload();
  browser.cursorKey = cursor;
}
