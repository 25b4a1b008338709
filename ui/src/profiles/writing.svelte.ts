/** Writing a profile for a session, once the person has seen what that changes. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { Latest } from '../host/latest';
import { sheets } from '../shell/sheets.svelte';
import type { ProfileNameRequest } from '../wire/ProfileNameRequest';
import type { ProfilePlan } from '../wire/ProfilePlan';
import type { SessionView } from '../wire/SessionView';
import { writtenProfiles } from './written.svelte';

export type Called = 'own' | 'default';
export type Holds = 'line' | 'keys';

export class Writing {
  called = $state<Called>('own');
  /** Empty: Hatrack's own name for it. */
  name = $state('');
  holds = $state<Holds>('line');
  plan = $state.raw<ProfilePlan | null>(null);
  /** Why it cannot be written like this. */
  refused = $state<string | null>(null);
  error = $state<string | null>(null);
  busy = $state(false);
  /** What it is called, once it is written. */
  written = $state<string | null>(null);
  /** Where the files were copied to before their first change. */
  backups = $state.raw<string[]>([]);
  #latest = new Latest();

  constructor(readonly session: SessionView) {}

  get #request(): { session_id: string; name: ProfileNameRequest; keys: boolean } {
    const name = this.name.trim();
    const called: ProfileNameRequest =
      this.called === 'default' ? { kind: 'default' } : name === '' ? { kind: 'own' } : { kind: 'named', name };
    return { session_id: this.session.id, name: called, keys: this.holds === 'keys' };
  }

  /** What it would change, by what is chosen now. */
  async look(): Promise<void> {
    const request = this.#request;
    try {
      const read = await this.#latest.of(() => host.call('plan_profile', request));
      if (!read) return;
      this.plan = read.value;
      this.refused = null;
    } catch (error) {
      this.plan = null;
      this.refused = messageOf(error);
    }
  }

  async go(): Promise<void> {
    if (this.written !== null) return this.close();
    if (this.busy || this.plan === null) return;
    this.busy = true;
    this.error = null;
    try {
      const outcome = await host.call('write_profile', { ...this.#request, mfa_code: null });
      if (outcome.kind === 'written') {
        this.written = outcome.profile.name;
        this.backups = outcome.backed_up;
      } else if (outcome.kind === 'denied') this.error = outcome.denial.summary;
      else this.error = 'The session is about to end. Renew it first, and write the profile then.';
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      this.busy = false;
      await writtenProfiles.load();
    }
  }

  close(): void {
    sheets.close();
  }
}
