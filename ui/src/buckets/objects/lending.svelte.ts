/** A presigned link: made and copied by the program. The page never has it. */
import { host } from '#host';
import { messageOf } from '../../host/host';
import type { PresignedView } from '../../wire/PresignedView';
import type { SessionView } from '../../wire/SessionView';

export const LIVES = [
  { value: '900', label: '15 minutes' },
  { value: '3600', label: '1 hour' },
  { value: '43200', label: '12 hours' },
  { value: '86400', label: '1 day' },
  { value: '604800', label: '7 days' }
];

export class Lending {
  seconds = $state('3600');
  put = $state(false);
  key = $state('');
  busy = $state(false);
  error = $state<string | null>(null);
  made = $state.raw<PresignedView | null>(null);

  constructor(
    readonly session: SessionView,
    readonly bucket: string,
    key: string,
    readonly versionId: string | null,
    /** Whether there is an object to read: else the link can only upload one. */
    readonly exists: boolean
  ) {
    this.key = key;
    this.put = !exists;
  }

  async copy(): Promise<void> {
    if (this.busy || this.key === '' || this.key.endsWith('/')) return;
    this.busy = true;
    this.error = null;
    this.made = null;
    try {
      this.made = await host.call('copy_presigned', {
        session_id: this.session.id,
        bucket: this.bucket,
        key: this.key,
        version_id: this.put ? null : this.versionId,
        put: this.put,
        seconds: Number(this.seconds)
      });
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      this.busy = false;
    }
  }
}
