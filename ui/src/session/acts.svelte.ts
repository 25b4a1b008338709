/** What can be done with a live session. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { productions } from '../consent/production.svelte';
import { accounts } from '../roles/accounts.svelte';
import { meetingNeeds } from '../shell/needs';
import { report } from '../shell/status.svelte';
import { toasts } from '../shell/toasts.svelte';
import { clockTime } from '../time/when';
import type { DenialView } from '../wire/DenialView';
import type { SessionView } from '../wire/SessionView';
import { place } from '../shell/view.svelte';
import { clipboard } from './env.svelte';
import { sessions } from './sessions.svelte';

interface Renewal {
  busy: boolean;
  denial: DenialView | null;
  error: string | null;
}

const REST: Renewal = { busy: false, denial: null, error: null };

class Renewals {
  #byId = $state<Record<string, Renewal>>({});

  of(id: string): Renewal {
    return this.#byId[id] ?? REST;
  }

  async run(session: SessionView): Promise<void> {
    if (this.of(session.id).busy) return;
    this.#byId[session.id] = { ...REST, busy: true };
    const end: Renewal = { ...REST };
    try {
      await this.#renew(session, end);
    } catch (error) {
      end.error = messageOf(error);
    } finally {
      this.#byId[session.id] = end;
    }
  }

  async #renew(session: SessionView, end: Renewal): Promise<void> {
    const send = (code: string | null) =>
      host.call('renew', { session_id: session.id, mfa_code: code, duration: null });
    const asking = { accountName: session.account_name, colour: session.colour, roleName: session.role_name, action: 'Renew' };
    if (accounts.of(session.account_id)?.production && !(await productions.ask(asking))) return;
    const outcome = await meetingNeeds({ ...asking, send });
    if (outcome === null) return;
    if (outcome.kind === 'denied') end.denial = outcome.denial;
    else if (outcome.kind === 'needs' && outcome.need.kind === 'endpoint_consent') {
      end.error = `Nothing was signed for ${outcome.need.endpoint}. It is not an AWS endpoint.`;
    } else if (outcome.kind === 'switched') {
      await sessions.load();
      if (outcome.session.id !== session.id && place.sessionId === session.id) place.sessionId = outcome.session.id;
      toasts.show(`Renewed until ${clockTime(new Date(outcome.session.expires_at))}`);
      for (const note of outcome.notes) toasts.show(note);
    }
  }
}

export const renewals = new Renewals();

const ending = new Set<string>();

/** Drops the credentials here. The program tells what can be undone, and the toast offers it: see `back.svelte.ts`. */
export async function switchBack(session: SessionView): Promise<void> {
  if (ending.has(session.id)) return;
  ending.add(session.id);
  try {
    const copied = clipboard.held?.sessionId === session.id;
    if (copied) await clipboard.clear().catch(report);
    const back = await host.call('switch_back', { session_id: session.id, clipboard: copied && clipboard.held === null });
    if (back.undo === null) toasts.show(`Removed ${session.account_name}`);
    await sessions.load();
  } catch (error) {
    report(error);
  } finally {
    ending.delete(session.id);
  }
}
