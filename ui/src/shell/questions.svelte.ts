/** Questions that only the person can answer, one after another. */

interface Asked<Q> {
  key: string;
  question: Q;
  answer: Promise<boolean>;
  done: (yes: boolean) => void;
}

/** Who asks what is being asked already waits for the same answer. */
export class Questions<Q> {
  #asked = $state.raw<Asked<Q>[]>([]);

  /** The one to show. */
  get open(): Q | null {
    return this.#asked[0]?.question ?? null;
  }

  /** Resolves to whether the person did what was asked. */
  ask(key: string, question: () => Q): Promise<boolean> {
    const same = this.#asked.find((a) => a.key === key);
    if (same) return same.answer;
    let done: (yes: boolean) => void = () => undefined;
    const answer = new Promise<boolean>((resolve) => (done = resolve));
    this.#asked = [...this.#asked, { key, question: question(), answer, done }];
    return answer;
  }

  answer(question: Q, yes: boolean): void {
    const asked = this.#asked.find((a) => a.question === question);
    if (!asked) return;
    this.#asked = this.#asked.filter((a) => a !== asked);
    asked.done(yes);
  }
}
