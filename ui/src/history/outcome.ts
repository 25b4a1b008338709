/** How a row's event and outcome are called, and how they look. */
import ArrowRightLeft from '@lucide/svelte/icons/arrow-right-left';
import Ban from '@lucide/svelte/icons/ban';
import Check from '@lucide/svelte/icons/check';
import Clipboard from '@lucide/svelte/icons/clipboard';
import Clock from '@lucide/svelte/icons/clock';
import CopyPlus from '@lucide/svelte/icons/copy-plus';
import Download from '@lucide/svelte/icons/download';
import ExternalLink from '@lucide/svelte/icons/external-link';
import FilePen from '@lucide/svelte/icons/file-pen';
import FolderPlus from '@lucide/svelte/icons/folder-plus';
import KeyRound from '@lucide/svelte/icons/key-round';
import Link from '@lucide/svelte/icons/link';
import LogIn from '@lucide/svelte/icons/log-in';
import LogOut from '@lucide/svelte/icons/log-out';
import Plug from '@lucide/svelte/icons/plug';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import Search from '@lucide/svelte/icons/search';
import Trash2 from '@lucide/svelte/icons/trash-2';
import TriangleAlert from '@lucide/svelte/icons/triangle-alert';
import Upload from '@lucide/svelte/icons/upload';
import type { HistoryRow } from '../wire/HistoryRow';

export interface Outcome {
  word: string;
  tone: '' | 'ok' | 'info' | 'warn' | 'bad';
  icon: typeof Check;
}

const EVENTS: Record<string, Outcome> = {
  switch: { word: 'Assumed', tone: 'ok', icon: Check },
  renew: { word: 'Renewed', tone: 'info', icon: RefreshCw },
  expire: { word: 'Expired', tone: '', icon: Clock },
  switch_back: { word: 'Ended', tone: '', icon: LogOut },
  switch_back_undo: { word: 'Brought back', tone: '', icon: RefreshCw },
  export: { word: 'Copied', tone: '', icon: Clipboard },
  console: { word: 'Console', tone: '', icon: ExternalLink },
  hand_out: { word: 'Handed out', tone: '', icon: KeyRound },
  download: { word: 'Download', tone: '', icon: Download },
  upload: { word: 'Upload', tone: '', icon: Upload },
  copy: { word: 'Copy', tone: '', icon: CopyPlus },
  sync: { word: 'Sync', tone: '', icon: ArrowRightLeft },
  delete: { word: 'Deleted', tone: 'warn', icon: Trash2 },
  undelete: { word: 'Undeleted', tone: '', icon: RefreshCw },
  rename: { word: 'Renamed', tone: '', icon: FilePen },
  new_folder: { word: 'New folder', tone: '', icon: FolderPlus },
  object_change: { word: 'Changed', tone: '', icon: FilePen },
  restore: { word: 'Restore asked', tone: '', icon: RefreshCw },
  presign: { word: 'Link made', tone: '', icon: Link },
  sign_in: { word: 'Signed in', tone: '', icon: LogIn },
  sign_out: { word: 'Signed out', tone: '', icon: LogOut },
  discover: { word: 'Looked for roles', tone: '', icon: Search },
  key_import: { word: 'Key taken in', tone: '', icon: KeyRound },
  key_rotate: { word: 'Key rotated', tone: 'ok', icon: RefreshCw },
  key_give_up: { word: 'Rotation given up', tone: '', icon: KeyRound },
  key_remove: { word: 'Key moved', tone: '', icon: KeyRound },
  profile_write: { word: 'Profile written', tone: '', icon: FilePen },
  profile_remove: { word: 'Profile removed', tone: '', icon: FilePen },
  revoke: { word: 'Sessions revoked', tone: 'warn', icon: Ban },
  revoke_undo: { word: 'Revocation undone', tone: '', icon: RefreshCw },
  endpoint_open: { word: 'Endpoint opened', tone: '', icon: Plug },
  endpoint_close: { word: 'Endpoint closed', tone: '', icon: Plug }
};

/** What each event is called. */
export const EVENT_WORDS: Record<string, string> = Object.fromEntries(Object.entries(EVENTS).map(([event, { word }]) => [event, word]));

export function outcomeOf(row: Pick<HistoryRow, 'event' | 'outcome'>): Outcome {
  if (row.outcome === 'denied') return { word: 'Denied', tone: 'bad', icon: Ban };
  if (row.outcome === 'failed') return { word: 'Failed', tone: 'bad', icon: TriangleAlert };
  return EVENTS[row.event] ?? { word: row.event, tone: '', icon: Check };
}

const CLIENTS: Record<string, string> = { window: 'Window', tray: 'Tray', hat: 'hat', agent: 'Agent' };

export const clientName = (client: string) => CLIENTS[client] ?? client;
