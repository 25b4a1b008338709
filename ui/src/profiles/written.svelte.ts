/** The profiles that were written into the shared files. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { Latest } from '../host/latest';
import { toasts } from '../shell/toasts.svelte';
import type { SessionView } from '../wire/SessionView';
import type { WrittenProfileView } from '../wire/WrittenProfileView';

class WrittenProfiles {
  all = $state.raw<WrittenProfileView[]>([]);
  loaded = $state(false);
  /** Why the last read failed; what was read before stands. */
  error = $state<string | null>(null);
  #latest = new Latest();

  async load(): Promise<void> {
    try {
      const read = await this.#latest.of(() => host.call('written_profiles'));
      if (!read) return;
      this.all = read.value;
      this.error = null;
      this.loaded = true;
    } catch (error) {
      this.error = messageOf(error);
    }
  }

  /** Those that hand out a session: written for it, or a line for its role. */
  of(session: SessionView): WrittenProfileView[] {
    return this.all.filter((p) => p.session_id === session.id || (p.form === 'process' && p.role_key === session.role_key));
  }

  /** Fails with what to tell the person. */
  async remove(profile: WrittenProfileView): Promise<void> {
    try {
      await host.call('remove_profile', { name: profile.name });
      toasts.show(profile.name === 'default' ? 'The default profile is what it was' : `Removed the profile ${profile.name}`);
    } finally {
      await this.load();
    }
  }
}

export const writtenProfiles = new WrittenProfiles();
