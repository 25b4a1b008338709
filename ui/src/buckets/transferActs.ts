/** Downloads, uploads and copies, as acts. */
import CopyPlus from '@lucide/svelte/icons/copy-plus';
import Download from '@lucide/svelte/icons/download';
import FolderDown from '@lucide/svelte/icons/folder-down';
import FolderUp from '@lucide/svelte/icons/folder-up';
import Hourglass from '@lucide/svelte/icons/hourglass';
import Upload from '@lucide/svelte/icons/upload';
import { sessions } from '../session/sessions.svelte';
import { sheets } from '../shell/sheets.svelte';
import type { Act, PlaceAct } from './acts';
import { browser } from './browser.svelte';
import CopyDialog from './CopyDialog.svelte';
import { Copying } from './copying.svelte';
import { downloadRows } from './downloading';
import type { S3Row } from './listing.svelte';
import { Unfinished } from './unfinished.svelte';
import UnfinishedDialog from './UnfinishedDialog.svelte';
import { mayUpload, pickUploads } from './uploading.svelte';

function mayTransfer(rows: S3Row[]): true | string {
  if (rows.length === 0) return 'Nothing is selected';
  if (!browser.session || sessions.left(browser.session) === 0) return 'The session has ended';
  return rows.some((r) => r.kind === 'version') ? 'A past version has to be brought back first' : true;
}

function copyTo(rows: S3Row[]): void {
  const { session, bucket } = browser;
  if (session && bucket !== null) sheets.show(CopyDialog, { copying: new Copying(rows, session, bucket) });
}

function showUnfinished(): void {
  const { session, bucket } = browser;
  if (session && bucket !== null) sheets.show(UnfinishedDialog, { unfinished: new Unfinished(session, bucket) });
}

export const transferActs: Act[] = [
  {
    id: 'download',
    label: 'Download',
    icon: Download,
    keys: ['Ctrl', 'D'],
    action: 's3:GetObject',
    inBar: true,
    enabled: mayTransfer,
    run: (rows) => void downloadRows(rows, false)
  },
  {
    id: 'download-to',
    label: 'Download to…',
    icon: FolderDown,
    action: 's3:GetObject',
    enabled: mayTransfer,
    run: (rows) => void downloadRows(rows, true)
  },
  { id: 'copy-to', label: 'Copy to account…', icon: CopyPlus, action: 's3:GetObject', inBar: true, enabled: mayTransfer, run: copyTo }
];

export const transferPlaceActs: PlaceAct[] = [
  {
    id: 'upload',
    label: 'Upload',
    icon: Upload,
    keys: ['Ctrl', 'U'],
    action: 's3:PutObject',
    inBar: true,
    enabled: mayUpload,
    run: () => void pickUploads(false)
  },
  {
    id: 'upload-folder',
    label: 'Upload a folder…',
    icon: FolderUp,
    action: 's3:PutObject',
    enabled: mayUpload,
    run: () => void pickUploads(true)
  },
  {
    id: 'unfinished',
    label: 'Unfinished uploads…',
    icon: Hourglass,
    action: 's3:ListBucketMultipartUploads',
    enabled: mayUpload,
    run: showUnfinished
  }
];
