/** Which terminal opens. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { Read } from '../host/read.svelte';
import { toasts } from '../shell/toasts.svelte';
import type { SetTerminalRequest } from '../wire/SetTerminalRequest';
import type { TerminalSettings } from '../wire/TerminalSettings';

/** What the list holds beside the names of terminals. */
const SYSTEM = '';
const OWN = ' own';

class TerminalChoosing extends Read<TerminalSettings | null> {
  /** The person's own command, as it is typed. */
  template = $state('');
  /** Whether it is being typed, before it is in use. */
  writing = $state(false);
  failed = $state<string | null>(null);
  busy = $state(false);

  constructor() {
    super(null, () => host.call('terminal_settings'));
  }

  async show(): Promise<void> {
    this.writing = false;
    this.failed = null;
    await this.load();
    if (this.value?.choice.kind === 'command') this.template = this.value.choice.template;
  }

  get options(): { value: string; label: string; dim?: string }[] {
    const now = this.value;
    if (!now) return [];
    const found = now.found.map((t) => ({ value: t.name, label: t.label }));
    // One that was chosen and is gone stays in sight.
    const { choice } = now;
    if (choice.kind === 'known' && !found.some((t) => t.value === choice.name)) found.push({ value: choice.name, label: `${choice.name}, not found` });
    return [{ value: SYSTEM, label: 'System', dim: now.system ?? 'none found' }, ...found, { value: OWN, label: 'A command of your own' }];
  }

  get chosen(): string {
    const choice = this.value?.choice;
    if (this.writing || choice?.kind === 'command') return OWN;
    return choice?.kind === 'known' ? choice.name : SYSTEM;
  }

  get own(): boolean {
    return this.chosen === OWN;
  }

  async choose(value: string): Promise<void> {
    this.failed = null;
    this.writing = value === OWN;
    if (this.writing) return;
    await this.#set(value === SYSTEM ? { kind: 'system' } : { kind: 'known', name: value });
  }

  async useOwn(): Promise<void> {
    if (await this.#set({ kind: 'command', template: this.template })) {
      this.writing = false;
      toasts.show('Terminals open by your command');
    }
  }

  async #set(request: SetTerminalRequest): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.failed = null;
    try {
      return await host.call('set_terminal', request);
    } catch (error) {
      this.failed = messageOf(error);
      return false;
    } finally {
      this.busy = false;
      await this.load();
    }
  }
}

export const choosing = new TerminalChoosing();
