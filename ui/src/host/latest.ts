/**
 * Answers may overtake each other on their way. Of several to the same question only those count that are younger than
 * what was taken before, so that an old one never puts back what has changed since.
 */
export class Latest {
  #asked = 0;
  #taken = 0;

  /** The answer, or nothing where a younger one has been taken. */
  async of<T>(ask: () => Promise<T>): Promise<{ value: T } | null> {
    const mine = (this.#asked += 1);
    const value = await ask();
    if (mine < this.#taken) return null;
    this.#taken = mine;
    return { value };
  }
}
