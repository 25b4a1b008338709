/** Rotating a key: asked once, with a code where AWS wants one. It goes on in the agent, whoever looks. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { typed } from '../mfa/code';
import { sheets } from '../shell/sheets.svelte';
import { toasts } from '../shell/toasts.svelte';
import type { AccessKeyView } from '../wire/AccessKeyView';
import { accessKeys } from './keys.svelte';

export class Rotating {
  keepOld = $state(false);
  busy = $state(false);
  error = $state<string | null>(null);
  /** The device whose code is wanted. */
  device = $state<string | null>(null);
  code = $state('');

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
    if (this.busy || this.missing !== null) return;
    this.busy = true;
    this.error = null;
    const mfa_code = this.device === null ? null : this.code;
    try {
      const outcome = await host.call('rotate_key', { profile: this.key.profile, keep_old: this.keepOld, mfa_code });
      this.code = '';
      if (outcome.kind === 'rotated') {
        sheets.close();
        toasts.show(`The key …${outcome.new_ends} is in use, the old one is ${outcome.kept_old ? 'inactive' : 'deleted'}`);
        await accessKeys.load();
      } else if (outcome.need.kind === 'mfa_code') {
        this.device = outcome.need.serial;
        this.error = outcome.need.refused;
      } else {
        this.error = 'Something else is needed first. Switch to a role of this profile, and rotate then.';
      }
    } catch (error) {
      this.error = messageOf(error);
      await accessKeys.refresh();
    } finally {
      this.busy = false;
    }
  }

  /** What runs goes on. */
  close(): void {
    this.code = '';
    sheets.close();
  }
}
