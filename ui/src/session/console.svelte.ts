/** The AWS console as a session's role. The link is made and opened outside the page, which never sees it. */
import { host } from '#host';
import { report } from '../shell/status.svelte';
import { toasts } from '../shell/toasts.svelte';
import type { ConsolePageChoice } from '../wire/ConsolePageChoice';
import type { SessionView } from '../wire/SessionView';
import { clipboard } from './env.svelte';

const HOME: ConsolePageChoice = { kind: 'home' };

class Opening {
  /** The session whose console is being opened: a browser may take its time. */
  sessionId = $state<string | null>(null);

  /** Where the console starts, as the settings have it. */
  async open(session: SessionView): Promise<void> {
    await this.page(session, HOME, null).catch(report);
  }

  /** A page of it, in `browser` for this once. Fails with what to tell the person. */
  async page(session: SessionView, page: ConsolePageChoice, browser: string | null): Promise<void> {
    if (this.sessionId !== null) return;
    this.sessionId = session.id;
    try {
      const notes = await host.call('open_console', { session_id: session.id, page, browser });
      toasts.show('The console is open in your browser', `${session.account_name} / ${session.role_name}`);
      for (const note of notes) toasts.show(note);
    } finally {
      this.sessionId = null;
    }
  }
}

export const opening = new Opening();

/** Copies a link that signs in whoever has it, for 15 minutes. */
export async function copyConsoleLink(session: SessionView): Promise<void> {
  try {
    const copied = await host.call('copy_console_link', { session_id: session.id, page: HOME, browser: null });
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
