/** The versions of one object. */
import { host } from '#host';
import { messageOf } from '../../host/host';
import { sheets } from '../../shell/sheets.svelte';
import { toasts } from '../../shell/toasts.svelte';
import type { SessionView } from '../../wire/SessionView';
import type { VersionView } from '../../wire/VersionView';
import { browser } from '../browser.svelte';
import { meantInProduction } from '../uploading.svelte';
import { actName } from './act';

export class Versions {
  list = $state.raw<VersionView[] | null>(null);
  busy = $state<string | null>(null);
  error = $state<string | null>(null);

  constructor(
    readonly session: SessionView,
    readonly bucket: string,
    readonly key: string
  ) {}

  async load(): Promise<void> {
    try {
      this.list = await host.call('object_versions', this.#which(null));
    } catch (error) {
      this.error = messageOf(error);
    }
  }

  #which(version_id: string | null) {
    return { session_id: this.session.id, bucket: this.bucket, key: this.key, version_id };
  }

  /** Makes it the newest again, as a version of its own. */
  async bringBack(version: VersionView): Promise<void> {
    await this.#do(version, 'Bring a version back', 'That version is the newest again', () => host.call('bring_back_version', this.#which(version.version_id)));
  }

  /** For good; of a delete marker, the object is back. */
  async remove(version: VersionView): Promise<void> {
    const said = version.marker ? 'The delete marker is gone' : 'That version is gone for good';
    await this.#do(version, version.marker ? 'Delete a marker' : 'Delete for good', said, async () => {
      const done = await host.call('delete_objects', {
        session_id: this.session.id,
        bucket: this.bucket,
        act: actName(),
        objects: [{ key: this.key, version_id: version.version_id }],
        prefixes: [],
        all_versions: false
      });
      const [first] = done.failed;
      if (first) throw new Error(first.why);
    });
  }

  async #do(version: VersionView, action: string, said: string, work: () => Promise<unknown>): Promise<void> {
    if (this.busy !== null) return;
    this.busy = version.version_id;
    this.error = null;
    try {
      if (!(await meantInProduction(this.session, action))) return;
      await work();
      toasts.show(said);
      if (browser.bucket === this.bucket) browser.reload();
      await this.load();
      if (this.list?.length === 0 && sheets.open?.props['versions'] === this) sheets.close();
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      this.busy = null;
    }
  }
}
