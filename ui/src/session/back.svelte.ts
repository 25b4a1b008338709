/** The moment in which switching back can be undone. */
import { host } from '#host';
import { report } from '../shell/status.svelte';
import { toasts, type Toast } from '../shell/toasts.svelte';
import { clockTime } from '../time/when';
import type { LeftView } from '../wire/LeftView';
import type { SwitchedBackView } from '../wire/SwitchedBackView';
import { clipboard } from './env.svelte';
import { sessions } from './sessions.svelte';

/** What was done from the window, the tray or a notification. */
export function offerUndo(back: SwitchedBackView): void {
  const { undo, sessions: left } = back;
  if (undo === null) return;
  if (left.some((l) => clipboard.held?.sessionId === l.session_id)) clipboard.clear().catch(report);
  toasts.show(headline(left), more(left), {
    act: () => void bringBack(undo),
    seconds: back.undo_s,
    keep: stays(left)
  });
}

/** Undoes what can still be undone, the latest first. Whether there was anything. */
export function undoLast(): boolean {
  const last: Toast | undefined = toasts.list.findLast((t) => t.undo !== null);
  if (!last) return false;
  last.undo?.act();
  toasts.close(last.id);
  return true;
}

async function bringBack(undo: string): Promise<void> {
  try {
    const brought = await host.call('undo_switch_back', { undo });
    await sessions.load();
    if (brought.session_ids.length > 0) {
      toasts.show(brought.session_ids.length === 1 ? 'The session is back' : `${brought.session_ids.length} sessions are back`);
    }
    for (const note of brought.notes) toasts.show(note);
  } catch (error) {
    report(error);
  }
}

function headline(left: readonly LeftView[]): string {
  const [first] = left;
  return first && left.length === 1 ? `Switched back from ${first.account_name}` : `Switched back from ${left.length} sessions`;
}

function more(left: readonly LeftView[]): string | null {
  const ends = left.flatMap((l) => (l.valid_until === null ? [] : [new Date(l.valid_until).getTime()]));
  return ends.length === 0 ? null : `AWS accepts the credentials until ${clockTime(new Date(Math.max(...ends)))}`;
}

/** What has the credentials whatever is done here. */
function stays(left: readonly LeftView[]): string | null {
  const all = [...new Set(left.flatMap((l) => l.stays))];
  return all.length === 0 ? null : `Still with them: ${all.join('; ')}`;
}
