/** How the program stands: agent, keyring, sandbox. */
import { host } from '#host';
import { messageOf, type AppStatus } from '../host/host';
import { Latest } from '../host/latest';
import { notices } from './notices.svelte';
import { keyboard } from './platform.svelte';

class Status {
  value = $state.raw<AppStatus | null>(null);
  #latest = new Latest();

  async load(): Promise<void> {
    const answer = await this.#latest.of(() => host.call('status'));
    if (!answer) return;
    const now = answer.value;
    // What failed for want of the agent is past with it.
    if (now.agent === 'ok' && this.value?.agent === 'unreachable') notices.close('command');
    this.value = now;
    keyboard.platform = now.platform;
    if (now.agent === 'unreachable') {
      notices.show('bad', now.agent_error ?? 'The agent does not answer. Start Hatrack again.', 'agent');
    } else notices.close('agent');
    if (now.keyring === 'locked') {
      notices.show('warn', 'The keyring is locked. Unlock it, and sessions are kept over a restart again.', 'keyring', true);
    } else if (now.keyring === 'memory_only') {
      notices.show('info', 'No keyring was found. Sessions stay in memory and are gone when the agent stops.', 'keyring', true);
    } else notices.close('keyring');
    if (now.clock_note) notices.show('warn', now.clock_note, 'clock');
    else notices.close('clock');
  }
}

export const status = new Status();

/** Says what failed where nothing nearer can. */
export function report(error: unknown): void {
  notices.show('bad', messageOf(error), 'command');
}
