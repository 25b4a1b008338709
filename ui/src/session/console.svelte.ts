/** The AWS console as a session's role. The link is made and opened outside the page, which never sees it. */
import { host } from '#host';
import { report } from '../shell/status.svelte';
import { toasts } from '../shell/toasts.svelte';
import type { SessionView } from '../wire/SessionView';
import { clipboard } from './env.svelte';

class Opening {
  /** The session whose console is being opened: a browser may take its time. */
  sessionId = $state<string | null>(null);

  async open(session: SessionView): Promise<void> {
    if (this.sessionId !== null) return;
    this.sessionId = session.id;
    try {
      const notes = await host.call('open_console', { session_id: session.id, service: null });
      toasts.show('The console is open in your browser', `${session.account_name} / ${session.role_name}`);
      for (const note of notes) toasts.show(note);
    } catch (error) {
      report(error);
    } finally {
      this.sessionId = null;
    }
  }
}

export const opening = new Opening();

/** Copies a link that signs in whoever has it, for 15 minutes. */
export async function copyConsoleLink(session: SessionView): Promise<void> {
  try {
    const copied = await host.call('copy_console_link', { session_id: session.id, service: null });
    clipboard.held = {
      sessionId: session.id,
      what: copied.what,
      copiedAt: new Date(),
      clearsAt: performance.now() + copied.clears_in_s * 1000
    };
    toasts.show('Copied the console link', `Whoever has it within 15 min is signed in. Clears in ${copied.clears_in_s} s`);
  } catch (error) {
    report(error);
  }
}
