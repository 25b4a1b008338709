/** One sign-in at a portal or a SAML provider, from the question how to its end. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { proxyLogins } from '../proxy/ask.svelte';
import { clock } from '../time/clock.svelte';
import type { PortalView } from '../wire/PortalView';
import type { SignInOutcome } from '../wire/SignInOutcome';
import type { SignInView } from '../wire/SignInView';

/** By the page in the browser here, or by a code that any browser takes. */
export type Way = 'browser' | 'code';

export type Phase =
  | { kind: 'choosing' }
  | { kind: 'beginning' }
  | { kind: 'waiting'; signIn: SignInView; since: number }
  /** The portal is not on a host of AWS, and nobody has agreed to it. */
  | { kind: 'consent'; endpoint: string }
  | { kind: 'failed'; message: string };

export class Attempt {
  phase = $state.raw<Phase>({ kind: 'choosing' });
  way = $state<Way>('browser');
  /** What failed beside the sign-in itself, such as opening its page. */
  trouble = $state<string | null>(null);
  pasting = $state(false);
  #anew: boolean;
  #over = false;
  /** Those whose login was given for this. */
  #proxies = new Set<string>();
  #end: (signedIn: boolean) => void;
  /** Of several beginnings only the last counts. */
  #turn = 0;

  /** `anew`: though the program takes the person for signed in. */
  constructor(
    readonly portal: PortalView,
    anew: boolean,
    end: (attempt: Attempt, signedIn: boolean) => void
  ) {
    this.#anew = anew;
    this.#end = (signedIn) => end(this, signedIn);
  }

  async begin(way: Way): Promise<void> {
    const turn = (this.#turn += 1);
    const before = this.phase;
    this.way = way;
    this.trouble = null;
    this.phase = { kind: 'beginning' };
    try {
      // One at a time is under way for a portal: the other way would only join it.
      if (before.kind === 'waiting') await giveUp(before.signIn);
      if (this.#stale(turn)) return;
      const outcome = await host.call('sign_in', { portal: this.portal.name, device: way === 'code', anew: this.#anew });
      await this.#follow(outcome, turn);
    } catch (error) {
      if (!this.#stale(turn)) this.phase = { kind: 'failed', message: messageOf(error) };
    }
  }

  async #follow(outcome: SignInOutcome, turn: number): Promise<void> {
    if (this.#stale(turn)) {
      // Closed while it began.
      if (outcome.kind === 'waiting' && outcome.sign_in.begun) await giveUp(outcome.sign_in);
      return;
    }
    if (outcome.kind === 'signed_in') this.#finish(true);
    else if (outcome.kind === 'waiting') await this.#wait(outcome.sign_in, turn);
    else if (outcome.need.kind === 'endpoint_consent') this.phase = { kind: 'consent', endpoint: outcome.need.endpoint };
    else if (outcome.need.kind === 'proxy_password') await this.#throughProxy(outcome.need.proxy, turn);
    else this.phase = { kind: 'failed', message: 'This portal asks for something else first. Reload the sources and try again.' };
  }

  /** The proxy's login first, then the same again. */
  async #throughProxy(proxy: string, turn: number): Promise<void> {
    const again = this.#proxies.has(proxy);
    this.#proxies.add(proxy);
    const given = await proxyLogins.ask(proxy, again);
    if (this.#stale(turn)) return;
    if (given) await this.begin(this.way);
    else this.phase = { kind: 'failed', message: 'The way to AWS leads through a proxy that asks for a name and a password.' };
  }

  async #wait(signIn: SignInView, turn: number): Promise<void> {
    this.phase = { kind: 'waiting', signIn, since: performance.now() };
    clock.tick();
    await host.call('await_sign_in', { id: signIn.id });
    if (!this.#stale(turn)) this.#finish(true);
  }

  /** Lets the portal's host be signed in to, then begins. */
  async agree(endpoint: string): Promise<void> {
    const turn = (this.#turn += 1);
    this.phase = { kind: 'beginning' };
    try {
      await host.call('consent_endpoint', { endpoint });
    } catch (error) {
      if (!this.#stale(turn)) this.phase = { kind: 'failed', message: messageOf(error) };
      return;
    }
    if (!this.#stale(turn)) await this.begin(this.way);
  }

  /** Signs in with what a SAML provider gave. A page that is open ends by it; one of no use leaves it open. */
  async paste(response: string): Promise<void> {
    if (this.pasting) return;
    this.pasting = true;
    this.trouble = null;
    try {
      await host.call('paste_saml', { portal: this.portal.name, response });
      this.#finish(true);
    } catch (error) {
      if (!this.#over) this.trouble = messageOf(error);
    } finally {
      this.pasting = false;
    }
  }

  async openAgain(): Promise<void> {
    const { phase } = this;
    if (phase.kind !== 'waiting') return;
    this.trouble = null;
    try {
      await host.call('open_sign_in', { id: phase.signIn.id });
    } catch (error) {
      if (this.phase === phase) this.trouble = messageOf(error);
    }
  }

  /** Gives it up. What another program began goes on there. */
  cancel(): void {
    const { phase } = this;
    this.#finish(false);
    if (phase.kind === 'waiting' && phase.signIn.begun) void giveUp(phase.signIn);
  }

  /** Whole seconds until the page is of no use. */
  left(signIn: SignInView, since: number): number {
    return Math.max(0, signIn.seconds_left - Math.floor((clock.now - since) / 1000));
  }

  #stale(turn: number): boolean {
    return this.#over || turn !== this.#turn;
  }

  #finish(signedIn: boolean): void {
    if (this.#over) return;
    this.#over = true;
    this.#end(signedIn);
  }
}

/** One that is over already is given up as well. */
async function giveUp(signIn: SignInView): Promise<void> {
  await host.call('cancel_sign_in', { id: signIn.id }).catch(() => undefined);
}
