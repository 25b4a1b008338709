/** Downloads of rows of the table. */
import { host } from '#host';
import { report } from '../shell/status.svelte';
import { toasts } from '../shell/toasts.svelte';
import { browser } from './browser.svelte';
import { keyOf, type S3Row } from './listing.svelte';

export interface Batch {
  keys: string[];
  prefixes: string[];
}

/** Bytes of keys in one request: the program refuses larger ones. */
const MOST = 100_000;

/** What transfers take, whole folders and objects as they are now, in requests of a size that the program takes. */
export function batchesOf(rows: S3Row[]): Batch[] {
  const batches: Batch[] = [];
  let room = 0;
  for (const row of rows) {
    if (row.kind === 'version') continue;
    const key = keyOf(row);
    // A character is three bytes at most: two of UTF-16 make four.
    const size = key.length * 3 + 8;
    if (batches.length === 0 || size > room) {
      batches.push({ keys: [], prefixes: [] });
      room = MOST;
    }
    room -= size;
    const batch = batches.at(-1);
    (row.kind === 'folder' ? batch?.prefixes : batch?.keys)?.push(key);
  }
  return batches;
}

export async function downloadRows(rows: S3Row[], askWhere: boolean): Promise<void> {
  const session = browser.session;
  const bucket = browser.bucket;
  if (!session || bucket === null) return;
  const batches = batchesOf(rows);
  if (askWhere && batches.length > 1) {
    toasts.show('Too many are selected to ask for a folder. Select fewer.');
    return;
  }
  try {
    // The list of transfers is told of each by itself.
    for (const batch of batches) await host.call('download', { session_id: session.id, bucket, ...batch, ask_where: askWhere });
  } catch (error) {
    report(error);
  }
}
