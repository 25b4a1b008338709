/** How much of the history is kept. */
import { host } from '#host';
import { Read } from '../host/read.svelte';
import { formatCount } from '../parts/sizes';
import type { HistoryKeep } from '../wire/HistoryKeep';

export const historyKeep = new Read<HistoryKeep>('all', () => host.call('history_keep'));

/** The choices of the dialog, by the words that they are remembered by. */
export const KEEPS: { value: string; label: string; keep: HistoryKeep }[] = [
  { value: 'all', label: 'Everything', keep: 'all' },
  { value: 'd30', label: '30 days', keep: { days: 30 } },
  { value: 'd90', label: '90 days', keep: { days: 90 } },
  { value: 'd365', label: '1 year', keep: { days: 365 } },
  { value: 'r100000', label: '100,000 entries', keep: { rows: 100_000 } }
];

/** Goes on from `Kept on this computer`. */
export function keptWords(keep: HistoryKeep): string {
  if (keep === 'all') return '';
  if ('days' in keep) return keep.days === 365 ? ' for 1 year' : ` for ${formatCount(keep.days)} ${keep.days === 1 ? 'day' : 'days'}`;
  return `: the newest ${formatCount(keep.rows)} ${keep.rows === 1 ? 'entry' : 'entries'}`;
}

export const keepValue = (keep: HistoryKeep) => (keep === 'all' ? 'all' : 'days' in keep ? `d${keep.days}` : `r${keep.rows}`);

/** Whether the second choice removes something that the first one keeps, for all that can be known without counting. */
export function removes(was: HistoryKeep, becomes: HistoryKeep): boolean {
  if (becomes === 'all') return false;
  if (was === 'all') return true;
  if ('days' in was && 'days' in becomes) return becomes.days < was.days;
  if ('rows' in was && 'rows' in becomes) return becomes.rows < was.rows;
  return true;
}
