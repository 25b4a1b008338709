/** What S3 refused to the role before: controls for it are disabled and say why, until the person tries again. */
import type { RefusalView } from '../wire/RefusalView';

class Refusals {
  #known = $state.raw<RefusalView[]>([]);
  /** What the person wants tried again, until the page is closed. */
  #retried = $state.raw<ReadonlySet<string>>(new Set());

  take(known: RefusalView[]): void {
    this.#known = known;
  }

  /** Why an action is not offered; `null` where nothing is known against it. */
  why(action: string, bucket: string | null): string | null {
    if (this.#retried.has(`${action} ${bucket ?? ''}`)) return null;
    return this.#known.find((r) => r.action === action && (r.bucket ?? null) === bucket)?.why ?? null;
  }

  tryAgain(action: string, bucket: string | null): void {
    this.#retried = new Set([...this.#retried, `${action} ${bucket ?? ''}`]);
  }

  forget(): void {
    this.#known = [];
    this.#retried = new Set();
  }
}

export const refusals = new Refusals();
