/** The sessions the agent holds, and how much each has left. */
import { untrack } from 'svelte';
import { host } from '#host';
import { Latest } from '../host/latest';
import { clock } from '../time/clock.svelte';
import { toneOf, type Tone } from '../time/left';
import type { SessionView } from '../wire/SessionView';

class Sessions {
  loaded = $state(false);
  #list = $state.raw<SessionView[]>([]);
  #receivedAt = $state(0);
  #latest = new Latest();

  async load(): Promise<void> {
    const list = await this.#latest.of(() => host.call('sessions'));
    if (list) this.take(list.value);
  }

  take(list: SessionView[]): void {
    this.#list = list;
    this.#receivedAt = performance.now();
    this.loaded = true;
    clock.tick();
  }

  /** Soonest to end first, ended ones last. */
  all = $derived.by(() => {
    const order = (s: SessionView) => (s.seconds_left > 0 ? s.seconds_left : Number.MAX_SAFE_INTEGER);
    return [...this.#list].sort((a, b) => order(a) - order(b) || a.id.localeCompare(b.id));
  });

  /** How many have ended: a new number only when one ends, so that what lists sessions is not redone each second. */
  #ended = $derived(this.#list.filter((s) => this.left(s) === 0).length);

  live = $derived.by(() => {
    void this.#ended;
    const all = this.all;
    return untrack(() => all.filter((s) => this.left(s) > 0));
  });

  #byRole = $derived.by(() => {
    const map = new Map<string, SessionView>();
    for (const s of this.live) if (s.role_key !== null) map.set(s.role_key, s);
    return map;
  });

  /** Whole seconds left, counted here from what was left at receipt. */
  left(session: SessionView): number {
    return Math.max(0, session.seconds_left - Math.floor((clock.now - this.#receivedAt) / 1000));
  }

  tone(session: SessionView): Tone {
    return toneOf(this.left(session));
  }

  /** What is left as a share of the whole life. */
  share(session: SessionView): number {
    return session.life > 0 ? this.left(session) / session.life : 0;
  }

  byId(id: string | null): SessionView | undefined {
    return id === null ? undefined : this.#list.find((s) => s.id === id);
  }

  /** The live session of a role. */
  ofRole(key: string): SessionView | undefined {
    return this.#byRole.get(key);
  }
}

export const sessions = new Sessions();
