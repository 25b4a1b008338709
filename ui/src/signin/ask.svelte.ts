/** Which portal the person is asked to sign in to. */
import { Questions } from '../shell/questions.svelte';
import type { PortalView } from '../wire/PortalView';
import { Attempt } from './attempt.svelte';

class SignIns {
  #questions = new Questions<Attempt>();

  /** What the dialog shows. */
  get open(): Attempt | null {
    return this.#questions.open;
  }

  /** Asks to sign in; resolves to whether one is. Roles of one portal share the question. */
  ask(portal: PortalView, anew = false): Promise<boolean> {
    return this.#questions.ask(
      portal.name,
      () => new Attempt(portal, anew, (attempt, signedIn) => this.#questions.answer(attempt, signedIn))
    );
  }
}

export const signIns = new SignIns();
