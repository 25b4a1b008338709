/** What can be done with a live session. */
import { host } from '#host';
import { messageOf, type SwitchRequest } from '../host/host';
import { productions } from '../consent/production.svelte';
import { accounts } from '../roles/accounts.svelte';
import { catalog } from '../roles/catalog.svelte';
import { isPermissionSet } from '../roles/choice.svelte';
import { switching } from '../roles/switching.svelte';
import { meetingNeeds } from '../shell/needs';
import { report } from '../shell/status.svelte';
import { toasts } from '../shell/toasts.svelte';
import { clockTime } from '../time/when';
import type { DenialView } from '../wire/DenialView';
import type { RoleView } from '../wire/RoleView';
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

/** Drops the credentials here. AWS accepts them until they expire, and the toast says so. */
export async function switchBack(session: SessionView): Promise<void> {
  if (ending.has(session.id)) return;
  ending.add(session.id);
  const live = sessions.left(session) > 0;
  try {
    await host.call('end_session', { session_id: session.id });
    if (clipboard.held?.sessionId === session.id) await clipboard.clear().catch(report);
    await sessions.load();
  } catch (error) {
    report(error);
    return;
  } finally {
    ending.delete(session.id);
  }
  const role = catalog.role(session.role_key);
  toasts.show(
    `Switched back from ${session.account_name}`,
    live ? `AWS accepts the credentials until ${clockTime(new Date(session.expires_at))}` : null,
    role && live ? () => void switching.run(role, { request: again(session, role) }) : null
  );
}

/** STS's shortest duration; a session may live shorter where its server ends it sooner. */
const SHORTEST = 900;

/** The same session once more, as far as it can be told from what is shown of it. Only what differs from the role's
 *  own is asked for: not every kind of role takes each wish. */
function again(session: SessionView, role: RoleView): SwitchRequest {
  const wish = <T>(had: T, own: T) => (had === own ? null : had);
  const minutes = Math.round(session.life / 60) * 60;
  const fixed = isPermissionSet(role);
  return {
    role_key: role.key,
    duration: fixed || minutes < SHORTEST ? null : wish(minutes, role.duration),
    region: wish(session.region, role.region),
    session_name: fixed ? null : wish(session.session_name, role.session_name),
    external_id: wish(session.external_id, role.external_id),
    mfa_code: null
  };
}
