/** The export lines for the person's shell. The page sees them masked; the clipboard is written outside it. */
import { host } from '#host';
import type { Shell } from '../host/host';
import { remembered } from '../settings/remembered.svelte';
import { report } from '../shell/status.svelte';
import { toasts } from '../shell/toasts.svelte';
import { place } from '../shell/view.svelte';
import type { SessionView } from '../wire/SessionView';

export const SHELLS: { id: Shell; label: string }[] = [
  { id: 'posix', label: 'bash / zsh' },
  { id: 'fish', label: 'fish' },
  { id: 'powershell', label: 'PowerShell' },
  { id: 'cmd', label: 'cmd' },
  { id: 'nu', label: 'nu' },
  { id: 'dotenv', label: '.env' },
  { id: 'json', label: 'JSON' }
];

export const shell = remembered<Shell>('shell', 'posix');

/** What is on the clipboard from here, and until when on the monotonic clock. */
interface OnClipboard {
  sessionId: string;
  what: string;
  copiedAt: Date;
  clearsAt: number;
}

class Clipboard {
  held = $state.raw<OnClipboard | null>(null);

  /** Copies what is no secret; whatever was there is gone. */
  async copy(text: string): Promise<void> {
    await host.call('copy_text', { text });
    this.held = null;
  }

  async clear(): Promise<void> {
    await host.call('clear_clipboard');
    this.held = null;
  }
}

export const clipboard = new Clipboard();

export async function copyEnv(session: SessionView): Promise<boolean> {
  try {
    const copied = await host.call('copy_env', { session_id: session.id, shell: shell.value });
    clipboard.held = {
      sessionId: session.id,
      what: copied.what,
      copiedAt: new Date(),
      clearsAt: performance.now() + copied.clears_in_s * 1000
    };
    const label = SHELLS.find((s) => s.id === shell.value)?.label ?? shell.value;
    const clears = `Clears in ${copied.clears_in_s} s`;
    // Away from the session's own page it is said whose credentials they are.
    const elsewhere = place.view !== 'sessions';
    toasts.show(`Copied env for ${label}`, elsewhere ? `${session.account_name} / ${session.role_name}. ${clears}` : clears);
    return true;
  } catch (error) {
    report(error);
    return false;
  }
}
