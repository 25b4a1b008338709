/** Whether a switch to an account that is marked as production is meant. */
import { Questions } from '../shell/questions.svelte';
import type { For } from './ask.svelte';

export class ProductionQuestion {
  #end: (meant: boolean) => void;

  constructor(
    readonly of: For,
    end: (question: ProductionQuestion, meant: boolean) => void
  ) {
    this.#end = (meant) => end(this, meant);
  }

  go(): void {
    this.#end(true);
  }

  cancel(): void {
    this.#end(false);
  }
}

class Productions {
  #questions = new Questions<ProductionQuestion>();

  /** What the dialog shows. */
  get open(): ProductionQuestion | null {
    return this.#questions.open;
  }

  /** Asks before every switch and renewal: an answer serves that one alone. */
  ask(of: For): Promise<boolean> {
    return this.#questions.ask(
      `${of.action} ${of.accountName}/${of.roleName}`,
      () => new ProductionQuestion(of, (question, meant) => this.#questions.answer(question, meant))
    );
  }
}

export const productions = new Productions();
