/** What the log can be narrowed by, and how that is said. Pure. */
import { EVENT_WORDS } from './outcome';

export interface Filters {
  text: string;
  outcome: string;
  account: string;
  role: string;
  event: string;
}

export type FilterName = keyof Filters;

export const NO_FILTERS: Filters = { text: '', outcome: '', account: '', role: '', event: '' };

const OUTCOMES: Record<string, string> = { ok: 'Done', denied: 'Denied', failed: 'Failed' };

export const OUTCOME_CHOICES = [{ value: '', label: 'Any outcome' }, ...Object.entries(OUTCOMES).map(([value, label]) => ({ value, label }))];

export const EVENT_CHOICES = [{ value: '', label: 'Any event' }, ...Object.entries(EVENT_WORDS).map(([value, label]) => ({ value, label }))];

/** What is narrowed by, each with the words for it, in the order of the controls. */
export function said(filters: Filters, accountName: (id: string) => string): { name: FilterName; words: string }[] {
  const parts: { name: FilterName; words: string }[] = [];
  const text = filters.text.trim();
  if (text !== '') parts.push({ name: 'text', words: `“${text}”` });
  if (filters.event !== '') parts.push({ name: 'event', words: EVENT_WORDS[filters.event] ?? filters.event });
  if (filters.outcome !== '') parts.push({ name: 'outcome', words: OUTCOMES[filters.outcome] ?? filters.outcome });
  if (filters.account !== '') parts.push({ name: 'account', words: accountName(filters.account) });
  if (filters.role !== '') parts.push({ name: 'role', words: filters.role });
  return parts;
}
