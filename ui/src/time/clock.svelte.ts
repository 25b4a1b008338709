/**
 * The page's one clock. It ticks each second while the page is seen and stands still while it is hidden.
 * `now` is monotonic: a step of the computer's clock moves no countdown.
 */
const SLEPT_MS = 3000;
const MINUTE_MS = 60_000;

class Clock {
  /** Milliseconds on the monotonic clock, at the last tick. */
  now = $state(performance.now());
  /** The computer's clock at the last tick, for dates only. */
  wall = $state(new Date());
  /** The same, but only once a minute: what shows dates need not look up each second. */
  minute = $state(new Date());

  #timer: ReturnType<typeof setInterval> | undefined;
  #onWake: (() => void)[] = [];
  #offset = Date.now() - performance.now();

  /** Calls `then` when the page is seen again, and after the computer slept or its clock was set. */
  onWake(then: () => void): void {
    this.#onWake.push(then);
  }

  start(): void {
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) this.#pause();
      else this.#resume();
    });
    if (!document.hidden) this.#run();
  }

  tick(): void {
    this.now = performance.now();
    this.wall = new Date();
    if (Math.floor(this.wall.getTime() / MINUTE_MS) !== Math.floor(this.minute.getTime() / MINUTE_MS)) this.minute = this.wall;
    const offset = this.wall.getTime() - this.now;
    const slept = Math.abs(offset - this.#offset) > SLEPT_MS;
    this.#offset = offset;
    if (slept) this.#wake();
  }

  #run(): void {
    this.#timer ??= setInterval(() => this.tick(), 1000);
  }

  #pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #resume(): void {
    this.tick();
    this.#run();
    this.#wake();
  }

  #wake(): void {
    for (const then of this.#onWake) then();
  }
}

export const clock = new Clock();
