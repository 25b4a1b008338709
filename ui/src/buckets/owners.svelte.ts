/** Whose buckets are: what the lists of sessions and the ARNs of access points have told. A name is one bucket's alone. */
import { SvelteMap } from 'svelte/reactivity';

class Owners {
  #accounts = new SvelteMap<string, string>();

  /** Notes that an account has listed these as its own. */
  learn(account: string | null, buckets: { name: string }[]): void {
    if (account === null) return;
    for (const { name } of buckets) this.#accounts.set(name, account);
  }

  /** The account's ID; `null` where it is not known. */
  of(bucket: string | null): string | null {
    if (bucket === null) return null;
    return this.#accounts.get(bucket) ?? /^arn:[^:]*:s3:[^:]*:(\d{12}):/.exec(bucket)?.[1] ?? null;
  }
}

export const owners = new Owners();
