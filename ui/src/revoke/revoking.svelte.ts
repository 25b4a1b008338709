/** Revoking the sessions of a role, or taking that back, once the person has seen whom it hits. */
import { host } from '#host';
import { productions } from '../consent/production.svelte';
import { messageOf } from '../host/host';
import { renewals, switchBack } from '../session/acts.svelte';
import { sessions } from '../session/sessions.svelte';
import { plain } from '../parts/plain';
import { sheets } from '../shell/sheets.svelte';
import { report } from '../shell/status.svelte';
import { toasts } from '../shell/toasts.svelte';
import { fullTime } from '../time/when';
import type { DenialView } from '../wire/DenialView';
import type { NeedView } from '../wire/NeedView';
import type { Revoked } from '../wire/Revoked';
import type { RevokeHit } from '../wire/RevokeHit';
import type { RevokeOutcome } from '../wire/RevokeOutcome';
import type { RevokePlan } from '../wire/RevokePlan';
import type { RevokeSessionsRequest } from '../wire/RevokeSessionsRequest';
import type { SessionView } from '../wire/SessionView';

export class Revoking {
  plan = $state.raw<RevokePlan | null>(null);
  error = $state<string | null>(null);
  denial = $state.raw<DenialView | null>(null);
  busy = $state(false);
  /** What was revoked; then there is only to see what becomes of one's own sessions. */
  done = $state.raw<Revoked | null>(null);

  constructor(
    readonly session: SessionView,
    readonly undo: boolean
  ) {}

  /** Whom it would hit, and who would sign. */
  async look(): Promise<void> {
    await this.#ask('plan_revoke', { of: this.session.id, signer: null, undo: this.undo, mfa_code: null });
  }

  async go(): Promise<void> {
    const plan = this.plan;
    if (this.done !== null) return this.close();
    if (this.busy || plan === null) return;
    const asking = { accountName: plan.account_name, colour: plan.colour, roleName: plan.role_name, action: this.undo ? 'Undo the revocation' : 'Revoke' };
    if (plan.production && !(await productions.ask(asking))) return;
    const signer = plan.signer.session_id ?? plan.signer.role_key;
    // Exactly the role that was shown, and signed by whom it said.
    await this.#ask('revoke', { of: plan.role_arn, signer, undo: this.undo, mfa_code: null });
    await sessions.load();
  }

  /** Our own sessions that work no more, as they stand now: one that was got anew or dropped is done with. */
  get left(): RevokeHit[] {
    return (this.done?.hits ?? []).filter((hit) => sessions.byId(hit.id)?.revoked === true);
  }

  async renew(hit: RevokeHit): Promise<void> {
    const session = sessions.byId(hit.id);
    if (!session) return;
    await renewals.run(session);
    this.error = renewals.of(hit.id).error ?? renewals.of(hit.id).denial?.summary ?? null;
  }

  async drop(hit: RevokeHit): Promise<void> {
    const session = sessions.byId(hit.id);
    if (session) await switchBack(session);
  }

  /** What runs goes on. */
  close(): void {
    sheets.close();
  }

  /** The dialog may be closed by now, and another one open. */
  get #isShown(): boolean {
    return sheets.open?.props['revoking'] === this;
  }

  get #name(): string {
    return `${plain(this.session.account_name)} / ${plain(this.session.role_name)}`;
  }

  async #ask(command: 'plan_revoke' | 'revoke', request: RevokeSessionsRequest): Promise<void> {
    this.busy = true;
    this.error = null;
    this.denial = null;
    try {
      this.#take(await host.call(command, request));
    } catch (error) {
      this.#failed(messageOf(error));
    } finally {
      this.busy = false;
    }
  }

  #failed(why: string): void {
    this.error = why;
    if (!this.#isShown) report(new Error(why));
  }

  #take(outcome: RevokeOutcome): void {
    switch (outcome.kind) {
      case 'planned':
        this.plan = outcome.plan;
        break;
      case 'revoked':
        this.done = outcome.revoked;
        if (!this.#isShown) toasts.show('The sessions are revoked', this.#name);
        break;
      case 'undone':
        if (this.#isShown) sheets.close();
        toasts.show('The revoked sessions work again', outcome.still_before === null ? this.#name : stillDenied(outcome.still_before));
        break;
      case 'denied':
        this.denial = outcome.denial;
        if (!this.#isShown) report(new Error(outcome.denial.summary));
        break;
      case 'needs':
        this.#failed(needText(outcome.need));
        break;
    }
  }
}

/** Somebody else’s revocation was put back. */
const stillDenied = (before: string) => `What was issued before ${fullTime(new Date(before))} stays denied, as it was before`;

/** What is in the way is met where one switches: a revocation is signed by what is there already. */
export function needText(need: NeedView): string {
  switch (need.kind) {
    case 'mfa_code':
      return 'Who is to sign needs an MFA code. Switch to a role of this account first, and revoke then.';
    case 'sign_in':
      return `A sign-in at ${need.portal.name} is needed. Sign in first, and revoke then.`;
    case 'proxy_password':
      return `The proxy ${need.proxy} asks for a password. Reload the roles first, and revoke then.`;
    case 'command_consent':
      return `Profile ${need.profile} runs a command that you have not allowed yet. Switch to it first, and revoke then.`;
    case 'endpoint_consent':
      return `Nothing was signed for ${need.endpoint}. It is not an AWS endpoint.`;
  }
}
