/** The profiles that were written into the shared files. */
import { host } from '#host';
import { Read } from '../host/read.svelte';
import { toasts } from '../shell/toasts.svelte';
import type { SessionView } from '../wire/SessionView';
import type { WrittenProfileView } from '../wire/WrittenProfileView';

class WrittenProfiles extends Read<WrittenProfileView[]> {
  constructor() {
    super([], () => host.call('written_profiles'));
  }

  get all(): WrittenProfileView[] {
    return this.value;
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
