/** What an import did or would do, as rows. */
import { formatCount } from '../parts/sizes';
import type { ImportedView } from '../wire/ImportedView';

export interface ImportRow {
  key: string;
  name: string;
  state: 'new' | 'present' | 'unusable';
  /** The role; for what cannot be used, why. */
  text: string;
  start: string | null;
}

/** What cannot be used first: that is what the person may want to mend. */
export function importRows(view: ImportedView): ImportRow[] {
  return [
    ...view.unusable.map((u, i) => ({ key: `u${i}`, name: u.name, state: 'unusable' as const, text: u.why, start: null })),
    ...view.added.map((r, i) => ({ key: `a${i}`, name: r.name, state: 'new' as const, text: r.arn ?? r.key, start: r.start })),
    ...view.present.map((r, i) => ({ key: `p${i}`, name: r.name, state: 'present' as const, text: r.arn ?? r.key, start: r.start }))
  ];
}

export const roleCount = (n: number) => `${formatCount(n)} ${n === 1 ? 'role' : 'roles'}`;

/** `12 to add, 3 there already, 1 not usable`. */
export function importSummary(view: ImportedView): string {
  const parts = [`${formatCount(view.added.length)} to add`];
  if (view.present.length > 0) parts.push(`${formatCount(view.present.length)} there already`);
  if (view.unusable.length > 0) parts.push(`${formatCount(view.unusable.length)} not usable`);
  return parts.join(', ');
}
