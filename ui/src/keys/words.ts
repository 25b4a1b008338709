/** What is said of a key. */
import { briefly } from '../time/when';
import type { AccessKeyView } from '../wire/AccessKeyView';
import type { KeyStanding } from '../wire/KeyStanding';
import type { Stage } from '../wire/Stage';

export const STANDING: Record<KeyStanding, string> = {
  file: 'In the file',
  vault: 'In the vault',
  both: 'In the vault and the file'
};

export const STAGE: Record<Stage, string> = {
  making: 'AWS makes a new key…',
  proving: 'Waiting until the new key works…',
  swapping: 'The new key takes its place…',
  retiring: 'The old key is retired…'
};

/** `411 days old, last used 17:21`. */
export function ageText(key: AccessKeyView, now: Date, asking: boolean): string {
  if (key.age_days === null) {
    if (key.age_unknown !== null) return `Age not known: ${key.age_unknown}`;
    return asking ? 'Asking AWS for its age…' : 'Age not known';
  }
  const days = key.age_days === 1 ? '1 day old' : `${key.age_days} days old`;
  return key.last_used === null ? days : `${days}, last used ${briefly(new Date(key.last_used), now)}`;
}

/** Whose it is: `troy, 183438944504`. */
export function whose(key: AccessKeyView): string {
  return [key.user, key.account_id].filter((part) => part !== null).join(', ');
}
