/** Rotating a key: asked once, with a code where AWS wants one. It goes on in the agent, whoever looks. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { typed } from '../mfa/code';
import { plain } from '../parts/plain';
import { sheets } from '../shell/sheets.svelte';
import { toasts } from '../shell/toasts.svelte';
import type { AccessKeyView } from '../wire/AccessKeyView';
import type { RotationGivenUp } from '../wire/RotationGivenUp';
import { accessKeys } from './keys.svelte';

export class Rotating {
  keepOld = $state(false);
  busy = $state(false);
  error = $state<string | null>(null);
  /** The device whose code is wanted. */
  device = $state<string | null>(null);
  code = $state('');
  /** What is left of a rotation that was given up; then it is done. */
  givenUp = $state.raw<RotationGivenUp | null>(null);

  constructor(readonly key: AccessKeyView) {}

  /** How it stands in the list now. */
  get now(): AccessKeyView {
    return accessKeys.all.find((k) => k.profile === this.key.profile) ?? this.key;
  }

  get missing(): string | null {
    return this.device !== null && this.code.length < 6 ? 'A code has six digits' : null;
  }

  type(text: string): void {
    this.code = typed(text).digits;
  }

  async go(): Promise<void> {
    if (this.givenUp !== null) return this.close();
    if (this.busy || this.missing !== null) return;
    const mfa_code = this.device === null ? null : this.code;
    await this.#doing(async () => {
      const outcome = await host.call('rotate_key', { profile: this.key.profile, keep_old: this.keepOld, mfa_code });
      this.code = '';
      if (outcome.kind === 'rotated') {
        if (this.#isShown) sheets.close();
        toasts.show(`The key …${outcome.new_ends} is in use, the old one is ${outcome.kept_old ? 'inactive' : 'deleted'}`, alsoIn(outcome.also));
        await accessKeys.load();
      } else if (outcome.need.kind === 'mfa_code') {
        this.device = outcome.need.serial;
        this.error = outcome.need.refused;
        if (!this.#isShown) accessKeys.tellFailure(this.key.profile, 'A policy wants a code for this. Rotate the key again to type it.');
      } else {
        this.#failed('Something else is needed first. Switch to a role of this profile, and rotate then.');
      }
    });
  }

  /** The key in use stays; nothing is deleted at AWS. */
  async giveUp(): Promise<void> {
    if (this.busy) return;
    await this.#doing(async () => {
      this.givenUp = await host.call('give_up_rotation', { profile: this.key.profile });
      await accessKeys.refresh();
    });
  }

  /** What runs goes on. */
  close(): void {
    this.code = '';
    sheets.close();
  }

  /** The dialog may be closed by now, and another one open. */
  get #isShown(): boolean {
    return sheets.open?.props['rotating'] === this;
  }

  async #doing(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.error = null;
    accessKeys.tellFailure(this.key.profile, null);
    try {
      await work();
    } catch (error) {
      this.#failed(messageOf(error));
      await accessKeys.refresh();
    } finally {
      this.busy = false;
    }
  }

  #failed(why: string): void {
    this.error = why;
    if (!this.#isShown) accessKeys.tellFailure(this.key.profile, why);
  }
}

/** Who has the new key besides. */
function alsoIn(profiles: string[]): string | null {
  return profiles.length === 0 ? null : `Also in ${plain(profiles.join(', '))}`;
}
