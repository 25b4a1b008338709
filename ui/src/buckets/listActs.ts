/** Acts of the list itself: sizes of folders, versions, who pays, bookmarks. */
import Bookmark from '@lucide/svelte/icons/bookmark';
import Coins from '@lucide/svelte/icons/coins';
import History from '@lucide/svelte/icons/history';
import RotateCw from '@lucide/svelte/icons/rotate-cw';
import Scale from '@lucide/svelte/icons/scale';
import { sheets } from '../shell/sheets.svelte';
import type { Act, PlaceAct } from './acts';
import BookmarkDialog from './BookmarkDialog.svelte';
import { browser } from './browser.svelte';
import PayerDialog from './PayerDialog.svelte';
import { places } from './places.svelte';
import { sizes } from './sizes.svelte';

const open = (): true | string => (browser.bucket === null ? 'Open a bucket first.' : true);

export const listActs: Act[] = [
  {
    id: 'measure',
    label: 'Measure size',
    icon: Scale,
    enabled: (rows) => (rows.some((r) => r.kind === 'folder') ? true : 'Folders are measured. An object shows its size.'),
    run: (rows) => {
      for (const row of rows) if (row.kind === 'folder') void sizes.measure(row.folder.prefix);
    }
  }
];

export const listPlaceActs = (): PlaceAct[] => [
  { id: 'reload', label: 'List again', icon: RotateCw, enabled: open, run: () => browser.reload() },
  {
    id: 'versions',
    label: browser.versions ? 'Hide versions and delete markers' : 'Show versions and delete markers',
    icon: History,
    action: browser.versions ? undefined : 's3:ListBucketVersions',
    enabled: open,
    run: () => browser.showVersions(!browser.versions)
  },
  { id: 'measure-here', label: 'Measure all of this', icon: Scale, enabled: open, run: () => void sizes.measure(browser.prefix) },
  { id: 'bookmark', label: 'Bookmark…', icon: Bookmark, enabled: open, run: () => bookmarkHere() },
  {
    id: 'payer',
    label: places.pays(browser.bucket) ? 'Do not pay for requests' : 'Pay for requests…',
    icon: Coins,
    enabled: open,
    run: () => payHere()
  }
];

export function bookmarkHere(): void {
  if (browser.bucket !== null && browser.session) {
    sheets.show(BookmarkDialog, { session: browser.session, bucket: browser.bucket, prefix: browser.prefix });
  }
}

/** Paying costs: it is asked. Not paying any more is not. */
export function payHere(): void {
  const { bucket, session } = browser;
  if (bucket === null || !session) return;
  if (!places.pays(bucket)) sheets.show(PayerDialog, { session, bucket });
  else void places.note(session.id, { kind: 'pays', bucket, on: false });
}
