/** Whether something modal stands over the window. */
class Overlay {
  #count = $state(0);

  get any(): boolean {
    return this.#count > 0;
  }

  /** Returns what closes it. */
  open(): () => void {
    this.#count += 1;
    return () => {
      this.#count -= 1;
    };
  }
}

export const overlay = new Overlay();
