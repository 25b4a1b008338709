/** What is said of a key. */
import { briefly } from '../time/when';
import type { AccessKeyView } from '../wire/AccessKeyView';
import type { RotationGivenUp } from '../wire/RotationGivenUp';
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

/** What a rotation that was given up leaves. */
export function leftText(givenUp: RotationGivenUp): string {
  const said = givenUp.left.map((key) =>
    key.profiles.length === 0
      ? `The key …${key.id_ends} is left at AWS: delete it there, if nothing uses it.`
      : `The key …${key.id_ends} is left at AWS, and still in use by ${key.profiles.join(', ')}.`
  );
  return [`The rotation is given up, and the key …${givenUp.in_use_ends} is in use.`, ...said].join(' ');
}

/** The keys with what tells them apart: a profile can have one in its file and another in the vault. */
export function rows(keys: AccessKeyView[]): [string, AccessKeyView][] {
  const seen = new Set<string>();
  return keys.map((key) => {
    const id = seen.has(key.profile) ? `${key.profile}\n${key.standing}` : key.profile;
    seen.add(key.profile);
    return [id, key];
  });
}

/** Whose it is: `troy, 183438944504`. Never empty, so that the row keeps its height when the answer comes. */
export function whose(key: AccessKeyView, asking: boolean): string {
  const parts = [key.user, key.account_id].filter((part) => part !== null);
  if (parts.length > 0) return parts.join(', ');
  return asking ? 'Asking AWS whose it is…' : 'Owner not known';
}
