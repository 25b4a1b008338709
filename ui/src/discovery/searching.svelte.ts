/** One look for roles: from which identity, where, and what came of it. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { commandConsents } from '../consent/ask.svelte';
import { catalog } from '../roles/catalog.svelte';
import { signIns } from '../signin/ask.svelte';
import type { DiscoverOutcome } from '../wire/DiscoverOutcome';
import type { DiscoveryView } from '../wire/DiscoveryView';
import type { NeedView } from '../wire/NeedView';
import { discoveries } from './discoveries.svelte';
import { namesIn } from './found';

export type Phase =
  | { kind: 'choosing' }
  | { kind: 'running'; doing: string }
  /** Who may read only with a code gives one. */
  | { kind: 'code'; serial: string; refused: string | null }
  | { kind: 'consent'; endpoint: string }
  | { kind: 'done' }
  | { kind: 'failed'; message: string };

export class Searching {
  phase = $state.raw<Phase>({ kind: 'choosing' });
  start = $state<string | null>(null);
  policies = $state(true);
  organization = $state(false);
  names = $state('');
  code = $state('');
  /** Of several runs only the last counts; a closed dialog counts none. */
  #turn = 0;

  constructor(start: string | null) {
    this.start = start ?? catalog.mainIdentity?.profile ?? null;
    void discoveries.load().catch((error: unknown) => (this.phase = { kind: 'failed', message: messageOf(error) }));
  }

  /** What is known of the chosen identity. */
  get known(): DiscoveryView | undefined {
    return discoveries.of(this.start);
  }

  get running(): boolean {
    return this.phase.kind === 'running';
  }

  /** Why it cannot begin, if so. */
  get missing(): string | null {
    if (this.start === null) return 'There is no identity to read with.';
    return this.policies || this.organization ? null : 'Choose where to look.';
  }

  async run(code: string | null = null): Promise<void> {
    if (this.missing !== null || this.start === null) return;
    const turn = (this.#turn += 1);
    const start = this.start;
    this.phase = { kind: 'running', doing: 'Getting credentials' };
    try {
      const outcome = await host.call('discover', {
        start,
        policies: this.policies,
        organization: this.organization,
        role_names: this.organization ? namesIn(this.names) : [],
        mfa_code: code
      });
      if (turn === this.#turn) await this.#follow(outcome, turn);
      else if (outcome.kind === 'started') await this.#stopLate(start);
    } catch (error) {
      if (turn === this.#turn) this.phase = { kind: 'failed', message: messageOf(error) };
    }
  }

  /** A search that was given up before it had begun; who has asked for the same again since has joined it. */
  async #stopLate(start: string): Promise<void> {
    if (this.running && this.start === start) return;
    await host.call('cancel_discovery', { start }).catch(() => undefined);
  }

  async #follow(outcome: DiscoverOutcome, turn: number): Promise<void> {
    if (outcome.kind === 'needs') return this.#meet(outcome.need, turn);
    if (outcome.kind === 'denied') {
      this.phase = { kind: 'failed', message: outcome.denial.summary };
      return;
    }
    let view = outcome.discovery;
    while (view.doing !== null) {
      this.phase = { kind: 'running', doing: view.doing };
      view = await host.call('await_discovery', { start: view.start, seen: view.step });
      if (turn !== this.#turn) return;
    }
    await Promise.all([discoveries.load(), catalog.load()]);
    if (turn !== this.#turn) return;
    this.phase = view.error === null ? { kind: 'done' } : { kind: 'failed', message: view.error };
  }

  async #meet(need: NeedView, turn: number): Promise<void> {
    const start = this.start ?? '';
    switch (need.kind) {
      case 'mfa_code':
        this.code = '';
        this.phase = { kind: 'code', serial: need.serial, refused: need.refused };
        return;
      case 'endpoint_consent':
        this.phase = { kind: 'consent', endpoint: need.endpoint };
        return;
      case 'sign_in':
        if (await signIns.ask(need.portal)) await this.#again(turn);
        else if (turn === this.#turn) this.phase = { kind: 'choosing' };
        return;
      case 'command_consent': {
        const role = catalog.role(start);
        const asked = { accountName: role?.account_name ?? start, colour: role?.colour ?? 'teal', roleName: role?.role_name ?? start, action: 'Find roles' } as const;
        if (await commandConsents.ask(need, asked)) await this.#again(turn);
        else if (turn === this.#turn) this.phase = { kind: 'choosing' };
        return;
      }
      default:
        this.phase = { kind: 'failed', message: 'This identity asks for something else first. Switch to a role of it, then look again.' };
    }
  }

  async #again(turn: number): Promise<void> {
    if (turn === this.#turn) await this.run();
  }

  /** Lets the endpoint have signed requests, then looks. */
  async agree(endpoint: string): Promise<void> {
    try {
      await host.call('consent_endpoint', { endpoint });
      await this.run();
    } catch (error) {
      this.phase = { kind: 'failed', message: messageOf(error) };
    }
  }

  /** Ends the search; what was found before stays. */
  async cancel(): Promise<void> {
    const wasRunning = this.running;
    this.#turn += 1;
    this.phase = { kind: 'choosing' };
    if (wasRunning && this.start !== null) {
      await host.call('cancel_discovery', { start: this.start }).catch(() => undefined);
    }
  }

  async forget(): Promise<void> {
    await this.#change(async (start) => {
      await host.call('forget_discovery', { start });
      await catalog.load();
      this.phase = { kind: 'choosing' };
    });
  }

  async setDaily(on: boolean): Promise<void> {
    await this.#change(async (start) => void (await host.call('set_discovery_daily', { start, on })));
  }

  async #change(act: (start: string) => Promise<void>): Promise<void> {
    if (this.start === null) return;
    try {
      await act(this.start);
      await discoveries.load();
    } catch (error) {
      this.phase = { kind: 'failed', message: messageOf(error) };
    }
  }
}
