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
  #latest = new Latest();

  /** What is known at once, and then what AWS tells. */
  async load(): Promise<void> {
    await this.#read(false);
    if (this.error === null && this.all.length > 0) await this.#read(true);
  }

  /** Reads again what is shown somewhere. */
  async refresh(): Promise<void> {
    if (this.loaded) await this.#read(false);
  }

  async #read(ask_aws: boolean): Promise<void> {
    this.asking = ask_aws;
    try {
      const read = await this.#latest.of(() => host.call('access_keys', { ask_aws }));
      if (!read) return;
      this.all = ask_aws ? read.value : read.value.map((k) => this.#withAge(k));
      this.error = null;
      this.loaded = true;
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      if (ask_aws) this.asking = false;
    }
  }

  /** With what AWS has told of the same key before. */
  #withAge(key: AccessKeyView): AccessKeyView {
    const told = this.all.find((k) => k.profile === key.profile && k.id_ends === key.id_ends);
    if (!told || key.age_days !== null) return key;
    const { account_id, user, created_at, age_days, old, last_used, age_unknown } = told;
    return { ...key, account_id: key.account_id ?? account_id, user: key.user ?? user, created_at, age_days, old, last_used, age_unknown };
  }
}

export const accessKeys = new AccessKeys();
