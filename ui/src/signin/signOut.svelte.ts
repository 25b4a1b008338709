/** Signing out of a portal, which is asked once: it ends the sign-in for every program of this computer. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { Questions } from '../shell/questions.svelte';
import type { PortalView } from '../wire/PortalView';

export class SignOut {
  busy = $state(false);
  error = $state<string | null>(null);
  #end: (out: boolean) => void;

  constructor(
    readonly portal: PortalView,
    end: (signOut: SignOut, out: boolean) => void
  ) {
    this.#end = (out) => end(this, out);
  }

  async go(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.error = null;
    try {
      await host.call('sign_out', { portal: this.portal.name });
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

class SignOuts {
  #questions = new Questions<SignOut>();

  get open(): SignOut | null {
    return this.#questions.open;
  }

  ask(portal: PortalView): Promise<boolean> {
    return this.#questions.ask(portal.name, () => new SignOut(portal, (signOut, out) => this.#questions.answer(signOut, out)));
  }
}

export const signOuts = new SignOuts();
