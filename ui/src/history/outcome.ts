/** How a row's event and outcome are called, and how they look. */
import Ban from '@lucide/svelte/icons/ban';
import Check from '@lucide/svelte/icons/check';
import Clipboard from '@lucide/svelte/icons/clipboard';
import Clock from '@lucide/svelte/icons/clock';
import Download from '@lucide/svelte/icons/download';
import ExternalLink from '@lucide/svelte/icons/external-link';
import FilePen from '@lucide/svelte/icons/file-pen';
import KeyRound from '@lucide/svelte/icons/key-round';
import LogIn from '@lucide/svelte/icons/log-in';
import LogOut from '@lucide/svelte/icons/log-out';
import Plug from '@lucide/svelte/icons/plug';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import Search from '@lucide/svelte/icons/search';
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

export function outcomeOf(row: Pick<HistoryRow, 'event' | 'outcome'>): Outcome {
  if (row.outcome === 'denied') return { word: 'Denied', tone: 'bad', icon: Ban };
  if (row.outcome === 'failed') return { word: 'Failed', tone: 'bad', icon: TriangleAlert };
  return EVENTS[row.event] ?? { word: row.event, tone: '', icon: Check };
}

const CLIENTS: Record<string, string> = { window: 'Window', tray: 'Tray', hat: 'hat', agent: 'Agent' };

export const clientName = (client: string) => CLIENTS[client] ?? client;
