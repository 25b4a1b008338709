/** What a row of the list of transfers says. */
import { formatCount, formatSize } from '../parts/sizes';
import { formatLeft } from '../time/left';
import type { TransferView } from '../wire/TransferView';

/** From 0 to 1: by bytes where their sum is known, else by files. */
export function shareOf(t: TransferView): number {
  if (t.state.kind === 'done') return 1;
  if (t.total !== null && t.total > 0) return Math.min(1, t.done / t.total);
  return t.many && t.files > 0 ? Math.min(1, t.files_done / t.files) : 0;
}

/** `1.14 of 1.84 GB`, `12 of 340 files`; the `whole` of it says bytes of several, too. */
export function amountOf(t: TransferView, whole = false): string {
  if (t.many && t.files > 0) {
    const all = t.state.kind === 'done' ? formatCount(t.files_done) : `${formatCount(t.files_done)} of ${formatCount(t.files)}${t.counted ? '' : '+'}`;
    return `${all} ${t.files === 1 ? 'file' : 'files'}${whole ? `, ${formatSize(t.done)}` : ''}`;
  }
  if (t.state.kind === 'done') return formatSize(t.total ?? t.done);
  return t.total === null ? (t.done > 0 ? formatSize(t.done) : '') : ofTotal(t.done, t.total);
}

/** The unit is said once where both have the same. */
export function ofTotal(done: number, total: number): string {
  const [part, all] = [formatSize(done), formatSize(total)];
  const unit = all.split(' ')[1] ?? '';
  return part.endsWith(` ${unit}`) ? `${part.slice(0, -unit.length - 1)} of ${all}` : `${part} of ${all}`;
}

export function stateWords(t: TransferView): string {
  switch (t.state.kind) {
    case 'waiting':
      return 'Waiting';
    case 'paused':
      return 'Paused';
    case 'done':
      return 'Done';
    case 'cancelled':
      return 'Cancelled';
    case 'running':
      return t.rate > 0 ? `${formatSize(t.rate)}/s` : '';
    default:
      return '';
  }
}

export function etaOf(t: TransferView): string {
  if (t.state.kind !== 'running' || t.seconds_to_go === null) return '';
  return t.seconds_to_go >= 3600 ? formatLeft(t.seconds_to_go) : t.seconds_to_go >= 600 ? `${Math.ceil(t.seconds_to_go / 60)} min` : formatLeft(t.seconds_to_go);
}

/** Short; the row's title says all of it. */
export function whereTo(t: TransferView): string {
  if (t.kind === 'download') return t.to.replace(/[\\/]$/, '').split(/[\\/]/).at(-1) || t.to;
  const place = t.to.replace(/^s3:\/\//, '').replace(/(.)\/$/, '$1');
  return t.kind === 'copy' && t.writer ? `${t.writer.name.split(' / ')[0] ?? ''}, ${place}` : place;
}

/** Which way the bytes of a copy go. */
export function wayWords(t: TransferView): string | null {
  if (t.kind !== 'copy' || t.way === null) return null;
  return t.way.kind === 'server_side' ? 'by S3' : 'through this computer';
}
