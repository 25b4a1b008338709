/** The long-term access keys that are known, in files and in the vault. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { Latest } from '../host/latest';
import type { AccessKeyView } from '../wire/AccessKeyView';

class AccessKeys {
  all = $state.raw<AccessKeyView[]>([]);
  loaded = $state(false);
  /** AWS is being asked how old they are. */
  asking = $state(false);
  /** Why the last read failed; what was read before stands. */
  error = $state<string | null>(null);
  /** Why the last rotation of a profile's key failed that nobody was looking at. */
  failed = $state.raw<Record<string, string>>({});
  #known = new Latest();
  #ages = new Latest();
  #asked = 0;

  /** What is known at once, and then what AWS tells. */
  async load(): Promise<void> {
    await this.#read();
    if (this.error === null && this.all.length > 0) await this.#ask();
  }

  /** Reads again what is shown somewhere. */
  async refresh(): Promise<void> {
    if (this.loaded) await this.#read();
  }

  /** `null` where nothing failed any more. */
  tellFailure(profile: string, why: string | null): void {
    const { [profile]: _, ...others } = this.failed;
    this.failed = why === null ? others : { ...others, [profile]: why };
  }

  async #read(): Promise<void> {
    try {
      const read = await this.#known.of(() => host.call('access_keys', { ask_aws: false }));
      if (!read) return;
      this.all = read.value.map((key) => (key.age_days === null ? withAge(key, this.all) : key));
      this.error = null;
      this.loaded = true;
    } catch (error) {
      this.error = messageOf(error);
    }
  }

  /** AWS may take its time: what is read meanwhile stands, and is given its age. */
  async #ask(): Promise<void> {
    const mine = (this.#asked += 1);
    this.asking = true;
    try {
      const read = await this.#ages.of(() => host.call('access_keys', { ask_aws: true }));
      if (read) this.all = this.all.map((key) => withAge(key, read.value));
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      if (mine === this.#asked) this.asking = false;
    }
  }
}

/** With what AWS has told of the same key. */
function withAge(key: AccessKeyView, aged: AccessKeyView[]): AccessKeyView {
  const told = aged.find((k) => k.profile === key.profile && k.id_ends === key.id_ends);
  if (!told) return key;
  const { account_id, user, created_at, age_days, old, last_used, age_unknown } = told;
  return { ...key, account_id: key.account_id ?? account_id, user: key.user ?? user, created_at, age_days, old, last_used, age_unknown };
}

export const accessKeys = new AccessKeys();
