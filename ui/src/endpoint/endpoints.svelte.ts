/** The endpoints that hand out sessions to programs. Their tokens never come here. */
import { host } from '#host';
import { Read } from '../host/read.svelte';
import { clipboard, shell, SHELLS } from '../session/env.svelte';
import { report } from '../shell/status.svelte';
import { toasts } from '../shell/toasts.svelte';
import type { EndpointView } from '../wire/EndpointView';
import type { SessionView } from '../wire/SessionView';

class Endpoints extends Read<EndpointView[]> {
  /** The session whose endpoint is being opened or closed. */
  busyId = $state<string | null>(null);
  /** What the person should know about a session's, said when it was opened. */
  notes = $state.raw<Record<string, string[]>>({});

  constructor() {
    super([], () => host.call('endpoints'));
  }

  of(session: SessionView): EndpointView | null {
    return this.value.find((e) => e.session_id === session.id) ?? null;
  }

  async set(session: SessionView, open: boolean): Promise<void> {
    if (this.busyId !== null) return;
    this.busyId = session.id;
    try {
      if (open) {
        const opened = await host.call('open_endpoint', { session_id: session.id });
        this.notes = { ...this.notes, [session.id]: opened.notes };
      } else {
        await host.call('close_endpoint', { session_id: session.id });
        toasts.show('Closed the endpoint', `${session.account_name} / ${session.role_name}`);
      }
    } catch (error) {
      report(error);
    } finally {
      await this.load();
      this.busyId = null;
    }
  }

  /** Copies the lines that point programs at it. */
  async copy(session: SessionView): Promise<void> {
    try {
      const copied = await host.call('copy_endpoint', { session_id: session.id, shell: shell.value });
      clipboard.held = {
        sessionId: session.id,
        what: copied.what,
        copiedAt: new Date(),
        clearsAt: performance.now() + copied.clears_in_s * 1000
      };
      const label = SHELLS.find((s) => s.id === shell.value)?.label ?? shell.value;
      toasts.show(`Copied the endpoint for ${label}`, `Clears in ${copied.clears_in_s} s`);
    } catch (error) {
      report(error);
    }
  }
}

export const endpoints = new Endpoints();
