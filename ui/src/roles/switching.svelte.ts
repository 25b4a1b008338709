/** Switching to a role, from the first press to a session, a denial or a question. */
import { tick } from 'svelte';
import { host } from '#host';
import { messageOf, type SwitchRequest } from '../host/host';
import { productions } from '../consent/production.svelte';
import { copyEnv } from '../session/env.svelte';
import { sessions } from '../session/sessions.svelte';
import { meetingNeeds } from '../shell/needs';
import { place } from '../shell/view.svelte';
import { report } from '../shell/status.svelte';
import { toasts } from '../shell/toasts.svelte';
import type { DenialView } from '../wire/DenialView';
import type { RoleView } from '../wire/RoleView';
import type { SessionView } from '../wire/SessionView';
import { formatLength } from '../time/left';
import { catalog } from './catalog.svelte';
import { choices } from './choice.svelte';

export interface Attempt {
  busy: boolean;
  denial: DenialView | null;
  error: string | null;
  /** An endpoint that is not AWS's and that nobody has agreed to. */
  consent: string | null;
}

const REST: Attempt = { busy: false, denial: null, error: null, consent: null };

class Switching {
  #attempts = $state<Record<string, Attempt>>({});

  of(key: string): Attempt {
    return this.#attempts[key] ?? REST;
  }

  forget(key: string): void {
    this.#attempts[key] = REST;
  }

  /** Switches and shows the session; resolves to it, or to nothing where there is none. */
  async run(role: RoleView, options: { copy?: boolean; request?: SwitchRequest } = {}): Promise<SessionView | null> {
    if (role.unusable !== null || this.of(role.key).busy) return null;
    this.#attempts[role.key] = { ...REST, busy: true };
    const end: Attempt = { ...REST };
    try {
      const session = await this.#switch(role, options.request ?? choices.request(role), end);
      if (session) await this.#arrive(session, options.copy ?? false);
      return session;
    } catch (error) {
      end.error = messageOf(error);
      return null;
    } finally {
      this.#attempts[role.key] = end;
    }
  }

  async #switch(role: RoleView, request: SwitchRequest, end: Attempt): Promise<SessionView | null> {
    const send = (code: string | null) => host.call('switch_role', { ...request, mfa_code: code });
    const asking = { accountName: role.account_name, colour: role.colour, roleName: role.role_name, action: 'Switch role' };
    if (role.production && !(await productions.ask(asking))) return null;
    const outcome = await meetingNeeds({ ...asking, send });
    if (outcome === null) return null;
    if (outcome.kind === 'denied') end.denial = outcome.denial;
    else if (outcome.kind === 'needs' && outcome.need.kind === 'endpoint_consent') end.consent = outcome.need.endpoint;
    else if (outcome.kind === 'switched') {
      for (const note of outcome.notes) toasts.show(note);
      return outcome.session;
    }
    void catalog.load().catch(report);
    return null;
  }

  async #arrive(session: SessionView, copy: boolean): Promise<void> {
    await sessions.load();
    place.openSession(session.id);
    if (copy) await copyEnv(session);
    await tick();
    document.querySelector<HTMLElement>('[data-testid="copy-env"]')?.focus();
  }

  /** Lets the role's endpoint have signed requests, then switches. */
  async agree(role: RoleView, endpoint: string): Promise<void> {
    try {
      await host.call('consent_endpoint', { endpoint });
      await this.run(role);
    } catch (error) {
      this.#attempts[role.key] = { ...REST, error: messageOf(error) };
    }
  }

  /** Asks again for the longest duration that AWS allows. */
  runFor(role: RoleView, seconds: number): Promise<SessionView | null> {
    choices.set(role, { duration: seconds });
    return this.run(role);
  }
}

export const switching = new Switching();

export const offerLongest = (denial: DenialView) =>
  denial.longest_duration === null ? null : `Switch for ${formatLength(denial.longest_duration)}`;
