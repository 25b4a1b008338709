/** The one MFA question that may be open, and who waits for its answer. */
import type { HatColour } from '../wire/HatColour';
import type { NeedView } from '../wire/NeedView';
import type { SwitchOutcome } from '../wire/SwitchOutcome';
import { host } from '#host';
import { messageOf } from '../host/host';
import { status } from '../shell/status.svelte';
import { emptyCode, type CodeState } from './code';

export type MfaNeed = Extract<NeedView, { kind: 'mfa_code' }>;

export interface Question {
  need: MfaNeed;
  accountName: string;
  colour: HatColour;
  roleName: string;
  /** What the button says: "Switch role", "Renew". */
  action: string;
  /** Tries a code. */
  send: (code: string) => Promise<SwitchOutcome>;
}

class MfaAsk {
  question = $state.raw<Question | null>(null);
  checking = $state(false);
  /** Why the code before was not taken. */
  refused = $state<string | null>(null);
  code = $state<CodeState>(emptyCode);
  /** A YubiKey is being asked for the code. */
  reading = $state(false);
  /** Why it gave none. */
  keyNote = $state<string | null>(null);
  #givingUp: Promise<unknown> = Promise.resolve();
  #done: ((outcome: SwitchOutcome | null) => void) | null = null;

  /** Asks until a code is taken, AWS refuses for another reason, or the person cancels (`null`). */
  ask(question: Question): Promise<SwitchOutcome | null> {
    this.cancel();
    this.question = question;
    this.refused = question.need.refused;
    this.code = emptyCode;
    if (question.need.refused === null && status.value?.yubikeys.includes(question.need.serial)) void this.#readKey(question);
    return new Promise((done) => (this.#done = done));
  }

  /** Asks the device's YubiKey, once. What the person types meanwhile goes before it. */
  async #readKey(question: Question): Promise<void> {
    this.reading = true;
    try {
      await this.#givingUp;
      if (this.question !== question) return;
      const digits = await host.call('yubikey_code', { serial: question.need.serial });
      if (this.question !== question || this.checking || this.code.digits !== '') return;
      this.code = { digits };
      this.reading = false;
      await this.submit();
    } catch (error) {
      if (this.question === question) this.keyNote = messageOf(error);
    } finally {
      if (this.question === question) this.reading = false;
    }
  }

  async submit(): Promise<void> {
    const question = this.question;
    if (!question || this.checking || this.code.digits.length < 6) return;
    this.checking = true;
    try {
      const outcome = await question.send(this.code.digits);
      if (this.question !== question) return;
      if (outcome.kind === 'needs' && outcome.need.kind === 'mfa_code') {
        this.refused = outcome.need.refused ?? 'That code was refused. Wait for the next one.';
        this.code = emptyCode;
      } else this.#close(outcome);
    } catch (error) {
      if (this.question !== question) return;
      this.refused = messageOf(error);
      this.code = emptyCode;
    } finally {
      if (this.question === question) this.checking = false;
    }
  }

  cancel(): void {
    this.#close(null);
  }

  #close(outcome: SwitchOutcome | null): void {
    const done = this.#done;
    this.#done = null;
    // A key that goes on blinking would take the touch for the next question.
    if (this.reading && this.question) {
      const { serial } = this.question.need;
      this.#givingUp = host.call('cancel_yubikey_code', { serial }).catch(() => null);
    }
    this.question = null;
    // A code that was sent for this question must not hold up the next.
    this.checking = false;
    this.reading = false;
    this.keyNote = null;
    this.refused = null;
    this.code = emptyCode;
    done?.(outcome);
  }
}

export const mfaAsk = new MfaAsk();

/** `troy-phone` of `arn:aws:iam::123456789012:mfa/troy-phone`; a hardware serial as it is. */
export function deviceName(serial: string): string {
  return serial.slice(serial.lastIndexOf('/') + 1);
}
