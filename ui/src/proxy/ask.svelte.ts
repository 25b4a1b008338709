/** The name and password of a proxy that the calls go through. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { Questions } from '../shell/questions.svelte';

export class ProxyQuestion {
  name = $state('');
  password = $state('');
  busy = $state(false);
  error = $state<string | null>(null);
  #end: (given: boolean) => void;

  constructor(
    readonly proxy: string,
    /** Whether it did not take what it was given before. */
    readonly again: boolean,
    end: (question: ProxyQuestion, given: boolean) => void
  ) {
    this.#end = (given) => end(this, given);
  }

  async give(): Promise<void> {
    if (this.busy) return;
    if (this.name === '' || this.password === '') {
      this.error = 'Enter the name and the password.';
      return;
    }
    this.busy = true;
    this.error = null;
    try {
      await host.call('give_proxy_login', { proxy: this.proxy, name: this.name, password: this.password });
      this.password = '';
      this.#end(true);
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      this.busy = false;
    }
  }

  cancel(): void {
    this.password = '';
    this.#end(false);
  }
}

class ProxyLogins {
  #questions = new Questions<ProxyQuestion>();

  /** What the dialog shows. */
  get open(): ProxyQuestion | null {
    return this.#questions.open;
  }

  /** Asks for the login of this proxy; resolves to whether one was given. */
  ask(proxy: string, again: boolean): Promise<boolean> {
    return this.#questions.ask(
      proxy,
      () => new ProxyQuestion(proxy, again, (question, given) => this.#questions.answer(question, given))
    );
  }
}

export const proxyLogins = new ProxyLogins();
