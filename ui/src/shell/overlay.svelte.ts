/** Whether something modal stands over the window. */
class Overlay {
  #count = $state(0);
  /** What had the focus before the first of those that stand. */
  #before: Element | null = null;

  get any(): boolean {
    return this.#count > 0;
  }

  get before(): Element | null {
    return this.#before;
  }

  /** `before`: what has the focus now. Returns what closes it. */
  open(before: Element | null): () => void {
    if (this.#count === 0) this.#before = before;
    this.#count += 1;
    return () => {
      this.#count -= 1;
    };
  }
}

export const overlay = new Overlay();
