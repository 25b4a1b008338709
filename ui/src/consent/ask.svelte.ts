/** Whether commands of the shared files may be run for credentials. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { Questions } from '../shell/questions.svelte';
import type { HatColour } from '../wire/HatColour';
import type { NeedView } from '../wire/NeedView';

export type CommandNeed = Extract<NeedView, { kind: 'command_consent' }>;

export interface For {
  accountName: string;
  colour: HatColour;
  roleName: string;
  /** What the button says goes on then: "Switch role", "Renew". */
  action: string;
}

export class CommandQuestion {
  busy = $state(false);
  error = $state<string | null>(null);
  #end: (allowed: boolean) => void;

  constructor(
    readonly need: CommandNeed,
    readonly of: For,
    end: (question: CommandQuestion, allowed: boolean) => void
  ) {
    this.#end = (allowed) => end(this, allowed);
  }

  async allow(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.error = null;
    try {
      await host.call('consent_command', { command: this.need.command });
      this.#end(true);
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      this.busy = false;
    }
  }

  cancel(): void {
    this.#end(false);
  }
}

class CommandConsents {
  #questions = new Questions<CommandQuestion>();

  /** What the dialog shows. */
  get open(): CommandQuestion | null {
    return this.#questions.open;
  }

  /** Asks for this very command; resolves to whether it may be run. */
  ask(need: CommandNeed, of: For): Promise<boolean> {
    return this.#questions.ask(
      need.command,
      () => new CommandQuestion(need, of, (question, allowed) => this.#questions.answer(question, allowed))
    );
  }
}

export const commandConsents = new CommandConsents();
