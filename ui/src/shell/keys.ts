/** Which key means what, wherever the focus is. Pure: what a view does about it stands in `act.ts`. */
import type { View } from './view.svelte';

export type KeyAct =
  | { do: 'section'; index: number }
  | { do: 'favourite'; index: number }
  | { do: 'settings' | 'sidebar' | 'filter' | 'add-role' | 'copy-env' | 'next-pane' | 'previous-pane' | 'keys' | 'escape' | 'undo' }
  | { do: 'switch' | 'star' | 'copy-arn' | 'reload' }
  | { do: 'renew' | 'switch-back' | 'browse-s3' | 'console' | 'terminal' | 'write-profile' | 'next-session' | 'previous-session' }
  | { do: 'up' | 'download' | 'upload' | 'transfers' }
  | { do: 'previous-day' | 'next-day' | 'today' | 'export-history' }
  | { do: 'check'; number: number }
  | { do: 'copy-cure' | 'copy-message' | 'check-again' };

const REPEATING: KeyAct['do'][] = ['next-session', 'previous-session', 'next-pane', 'previous-pane', 'previous-day', 'next-day', 'up'];

/** Whether a key that is held down does it again and again. Switching back must not go on to the next session. */
export const mayRepeat = (act: KeyAct) => REPEATING.includes(act.do);

export interface Press {
  key: string;
  ctrl: boolean;
  alt: boolean;
  shift: boolean;
  meta: boolean;
}

export interface Where {
  view: View;
  mac: boolean;
  /** Whether the focus is in a text field. */
  typing: boolean;
  /** Whether single letters are on. */
  letters: boolean;
  sections: number;
}

export function actOf(press: Press, where: Where): KeyAct | null {
  const command = where.mac ? press.meta : press.ctrl;
  const other = where.mac ? press.ctrl : press.meta;
  if (other) return null;
  if (command) return press.alt ? null : withCommand(press, where);
  if (press.alt) return withAlt(press, where);
  return alone(press, where);
}

function withCommand({ key, shift }: Press, where: Where): KeyAct | null {
  const k = key.toLowerCase();
  if (shift) return k === 'c' ? { do: 'copy-env' } : null;
  if (/^[1-9]$/.test(k)) return Number(k) <= where.sections ? { do: 'section', index: Number(k) - 1 } : null;
  if (k === ',') return { do: 'settings' };
  if (k === 'b') return { do: 'sidebar' };
  if (k === 'n') return { do: 'add-role' };
  // In a text field it undoes what was typed.
  if (k === 'z') return where.typing ? null : { do: 'undo' };
  return OF_VIEW_WITH_COMMAND[where.view][k] ?? null;
}

const OF_VIEW_WITH_COMMAND: Record<View, Record<string, KeyAct>> = {
  roles: { enter: { do: 'switch' }, r: { do: 'reload' } },
  sessions: { r: { do: 'renew' }, backspace: { do: 'switch-back' } },
  buckets: { d: { do: 'download' }, u: { do: 'upload' }, j: { do: 'transfers' } },
  history: { e: { do: 'export-history' } },
  doctor: { r: { do: 'check-again' } },
  settings: { r: { do: 'reload' } }
};

function withAlt({ key, shift }: Press, where: Where): KeyAct | null {
  if (shift) return null;
  if (/^[1-9]$/.test(key)) return { do: 'favourite', index: Number(key) - 1 };
  if (where.view === 'buckets' && key === 'ArrowUp') return { do: 'up' };
  if (where.view === 'sessions' && key === 'ArrowUp') return { do: 'previous-session' };
  if (where.view === 'sessions' && key === 'ArrowDown') return { do: 'next-session' };
  return null;
}

function alone({ key, shift }: Press, where: Where): KeyAct | null {
  if (key === 'F6') return { do: shift ? 'previous-pane' : 'next-pane' };
  if (key === 'Escape') return { do: 'escape' };
  if (where.typing || !where.letters) return null;
  if (key === '/') return { do: 'filter' };
  if (key === '?') return { do: 'keys' };
  return shift ? null : (LETTERS[where.view][key] ?? null);
}

const LETTERS: Record<View, Record<string, KeyAct>> = {
  roles: { s: { do: 'star' }, c: { do: 'copy-arn' } },
  sessions: { b: { do: 'browse-s3' }, o: { do: 'console' }, t: { do: 'terminal' }, w: { do: 'write-profile' } },
  buckets: {},
  history: { '[': { do: 'previous-day' }, ']': { do: 'next-day' }, t: { do: 'today' } },
  doctor: {
    1: { do: 'check', number: 1 },
    2: { do: 'check', number: 2 },
    3: { do: 'check', number: 3 },
    4: { do: 'check', number: 4 },
    c: { do: 'copy-cure' },
    m: { do: 'copy-message' }
  },
  settings: {}
};
