/** Listing a team's catalog: where it is, what makes it trusted, and what it holds. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { catalog } from '../roles/catalog.svelte';
import { sheets } from '../shell/sheets.svelte';
import { toasts } from '../shell/toasts.svelte';
import type { TeamPreviewView } from '../wire/TeamPreviewView';
import type { TeamTrustRequest } from '../wire/TeamTrustRequest';
import { teams } from './teams.svelte';

export type TrustBy = 'sha256' | 'key';

export class AddingTeam {
  location = $state('');
  by = $state<TrustBy>('sha256');
  key = $state('');
  /** What the file holds now, for the person to compare its fingerprint. */
  preview = $state.raw<TeamPreviewView | null>(null);
  busy = $state(false);
  error = $state<string | null>(null);

  /** Why it cannot go on yet. */
  get missing(): string | null {
    if (this.location.trim() === '') return 'Address is missing';
    return this.by === 'key' && this.key.trim() === '' ? 'Key is missing' : null;
  }

  /** Another place or trust: what was looked at no longer counts. */
  changed(): void {
    this.preview = null;
    this.error = null;
  }

  /** A pinned file is looked at first; a signed one is checked by its key. */
  async next(): Promise<void> {
    if (this.busy || this.missing !== null) return;
    this.busy = true;
    this.error = null;
    try {
      if (this.by === 'key') await this.#add({ kind: 'key', key: this.key.trim() });
      else if (this.preview) await this.#add({ kind: 'sha256', sha256: this.preview.sha256 });
      else this.preview = await host.call('look_at_team', { location: this.location.trim() });
    } catch (error) {
      this.error = messageOf(error);
      // Another file is there than was looked at: it has to be looked at anew.
      if (this.preview) this.preview = null;
    } finally {
      this.busy = false;
    }
  }

  async #add(trust: TeamTrustRequest): Promise<void> {
    const team = await host.call('add_team', { location: this.location.trim(), trust });
    sheets.close();
    toasts.show(`Listed ${team.name}`);
    await Promise.all([teams.load(), catalog.load()]);
  }
}
