/** Terminals that were opened with a session, and opening one. */
import { host } from '#host';
import { codeOf, messageOf } from '../host/host';
import { Read } from '../host/read.svelte';
import { clipboard } from '../session/env.svelte';
import { report } from '../shell/status.svelte';
import { toasts } from '../shell/toasts.svelte';
import type { SessionView } from '../wire/SessionView';
import type { TerminalView } from '../wire/TerminalView';

/** Why no terminal opened, and whether the command would help in one that is open. */
interface NotOpened {
  sessionId: string;
  message: string;
  command: boolean;
}

class Terminals extends Read<TerminalView[]> {
  /** The session whose terminal is being opened: it may have to start first. */
  opening = $state<string | null>(null);
  failed = $state.raw<NotOpened | null>(null);

  constructor() {
    super([], () => host.call('terminals'));
  }

  of(session: SessionView): TerminalView[] {
    return this.value.filter((t) => t.session_id === session.id);
  }

  async open(session: SessionView): Promise<void> {
    if (this.opening !== null) return;
    this.opening = session.id;
    this.failed = null;
    try {
      await host.call('open_terminal', { session_id: session.id });
      toasts.show('The terminal is open', `${session.account_name} / ${session.role_name}`);
    } catch (error) {
      this.failed = { sessionId: session.id, message: messageOf(error), command: codeOf(error) === 'no_terminal' };
    } finally {
      this.opening = null;
    }
  }
}

export const terminals = new Terminals();

/** Copies what does the same in a terminal that is open already. */
export async function copyCommand(sessionId: string): Promise<void> {
  try {
    await clipboard.copy(await host.call('terminal_command', { session_id: sessionId }));
    toasts.show('Copied the command', 'It runs your shell with this session');
    if (terminals.failed?.sessionId === sessionId) terminals.failed = null;
  } catch (error) {
    report(error);
  }
}
