/** Transfers as the program tells of them, and whose sessions they want. */
import { host } from '#host';
import { catalog } from '../roles/catalog.svelte';
import { switching } from '../roles/switching.svelte';
import { renewals } from '../session/acts.svelte';
import { sessions } from '../session/sessions.svelte';
import { report } from '../shell/status.svelte';
import type { SessionView } from '../wire/SessionView';
import type { TransferParty } from '../wire/TransferParty';
import type { TransferView } from '../wire/TransferView';

/** Not over, so that it may go on. */
export const isOver = (t: TransferView) => t.state.kind === 'done' || t.state.kind === 'cancelled' || (t.state.kind === 'failed' && !t.state.resumable);

export const partiesOf = (t: TransferView): TransferParty[] => (t.writer ? [t.party, t.writer] : [t.party]);

/** The session that a transfer signs with: its own, or a live one of the same role once that has gone. */
export function sessionOf(party: TransferParty): SessionView | undefined {
  const own = sessions.byId(party.session_id);
  if (own && sessions.left(own) > 0) return own;
  return (party.role_key === null ? undefined : sessions.ofRole(party.role_key)) ?? own;
}

/** Those whose session has ended. */
export const wanting = (t: TransferView): TransferParty[] =>
  partiesOf(t).filter((party) => {
    const session = sessionOf(party);
    return !session || sessions.left(session) === 0;
  });

/** The session that ends before the transfer does, if nobody renews it. */
export function outlasted(t: TransferView): SessionView | undefined {
  const toGo = t.seconds_to_go;
  if (t.state.kind !== 'running' || toGo === null) return undefined;
  return partiesOf(t)
    .map(sessionOf)
    .find((s) => s !== undefined && toGo > sessions.left(s) && !(s.auto_renew && !s.renew_needs_code));
}

class Transfers {
  #list = $state.raw<TransferView[]>([]);
  /** What was told while the list was on its way: it is newer. */
  #meanwhile: Map<string, TransferView> | null = null;
  /** Whether the drawer stands open. */
  open = $state(true);

  shown = $derived(this.#list);
  running = $derived(this.#list.filter((t) => t.state.kind === 'running'));
  /** Not over. */
  left = $derived(this.#list.filter((t) => !isOver(t)));

  async load(): Promise<void> {
    await this.#replace(() => host.call('transfers'));
  }

  take(transfer: TransferView): void {
    this.#meanwhile?.set(transfer.id, transfer);
    const known = this.#list.some((t) => t.id === transfer.id);
    this.#list = known ? this.#list.map((t) => (t.id === transfer.id ? transfer : t)) : [...this.#list, transfer];
    if (!known) this.open = true;
  }

  /** Whether some sign with the session. */
  ofSession(id: string): TransferView[] {
    return this.running.filter((t) => partiesOf(t).some((party) => party.session_id === id));
  }

  pause = (id: string) => this.#ask(() => host.call('pause_transfer', { id }));
  pauseAll = () => this.#ask(() => host.call('pause_transfers'));
  resume = (id: string) => this.#ask(() => host.call('resume_transfer', { id }));
  cancel = (id: string) => this.#ask(() => host.call('cancel_transfer', { id }));
  show = (id: string) => this.#ask(() => host.call('show_transfer', { id }));
  clearDone = () => this.#ask(() => this.#replace(() => host.call('clear_transfers')));

  /** Gets the session that a transfer waits for. It goes on by itself then. */
  async bringSession(party: TransferParty): Promise<void> {
    const session = sessions.byId(party.session_id);
    const role = catalog.role(party.role_key);
    if (session) await renewals.run(session);
    else if (role) await switching.run(role);
    else report({ message: `Switch to ${party.name} again. Its role is not in the catalog any more.` });
  }

  async #replace(read: () => Promise<TransferView[]>): Promise<void> {
    const meanwhile = new Map<string, TransferView>();
    this.#meanwhile = meanwhile;
    try {
      const list = await read();
      const known = new Set(list.map((t) => t.id));
      this.#list = [...list.map((t) => meanwhile.get(t.id) ?? t), ...[...meanwhile.values()].filter((t) => !known.has(t.id) && !isOver(t))];
    } finally {
      if (this.#meanwhile === meanwhile) this.#meanwhile = null;
    }
  }

  async #ask(what: () => Promise<unknown>): Promise<void> {
    try {
      await what();
    } catch (error) {
      report(error);
    }
  }
}

export const transfers = new Transfers();
