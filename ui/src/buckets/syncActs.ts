/** Comparing and syncing, as acts. */
import ArrowRightLeft from '@lucide/svelte/icons/arrow-right-left';
import { sessions } from '../session/sessions.svelte';
import { sheets } from '../shell/sheets.svelte';
import type { Act, PlaceAct } from './acts';
import { browser } from './browser.svelte';
import { keyOf, type S3Row } from './listing.svelte';
import SyncDialog from './sync/SyncDialog.svelte';
import { Syncing } from './sync/syncing.svelte';

function open(prefix: string): void {
  const { session, bucket } = browser;
  if (session && bucket !== null) sheets.show(SyncDialog, { syncing: new Syncing(session, bucket, prefix) });
}

function maySync(): true | string {
  if (browser.bucket === null) return 'Open a bucket first';
  return browser.session && sessions.left(browser.session) > 0 ? true : 'The session has ended';
}

function mayFolder(rows: S3Row[]): true | string {
  const [row] = rows;
  return rows.length === 1 && row?.kind === 'folder' ? maySync() : 'Select one folder';
}

export const syncActs: Act[] = [
  {
    id: 'sync-folder',
    label: 'Compare and sync…',
    icon: ArrowRightLeft,
    action: 's3:ListBucket',
    enabled: mayFolder,
    run: ([row]) => { if (row) open(keyOf(row)); }
  }
];

export const syncPlaceActs: PlaceAct[] = [
  { id: 'sync', label: 'Compare and sync…', icon: ArrowRightLeft, action: 's3:ListBucket', enabled: maySync, run: () => open(browser.prefix) }
];
