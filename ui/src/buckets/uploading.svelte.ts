/** An upload, from what was picked or dropped to transfers: what would be replaced is asked first. */
import { host } from '#host';
import { productions } from '../consent/production.svelte';
import { messageOf } from '../host/host';
import { accounts } from '../roles/accounts.svelte';
import { sessions } from '../session/sessions.svelte';
import { sheets } from '../shell/sheets.svelte';
import { report } from '../shell/status.svelte';
import { toasts } from '../shell/toasts.svelte';
import type { PickedView } from '../wire/PickedView';
import type { SessionView } from '../wire/SessionView';
import type { UploadPlan } from '../wire/UploadPlan';
import { browser } from './browser.svelte';
import UploadDialog from './UploadDialog.svelte';

export class Uploading {
  busy = $state(false);
  error = $state<string | null>(null);

  constructor(
    readonly picked: PickedView,
    readonly session: SessionView,
    readonly bucket: string,
    readonly prefix: string,
    readonly plan: UploadPlan
  ) {}

  /** Uploads; what is there is replaced or left as it is. */
  async go(replace: boolean): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.error = null;
    try {
      if (replace && !(await meantInProduction(this.session, 'Replace objects'))) return;
      await host.call('upload', { picked: this.picked.id, session_id: this.session.id, bucket: this.bucket, prefix: this.prefix, replace });
      sheets.close();
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      this.busy = false;
    }
  }

  close(): void {
    sheets.close();
  }
}

/** Whether it is meant, where the account is marked as production. */
export async function meantInProduction(session: SessionView, action: string): Promise<boolean> {
  if (!accounts.of(session.account_id)?.production) return true;
  return productions.ask({ accountName: session.account_name, colour: session.colour, roleName: session.role_name, action });
}

/** Why nothing can be uploaded here, or `true`. */
export function mayUpload(): true | string {
  if (browser.bucket === null) return 'Open a bucket first';
  if (!browser.session || sessions.left(browser.session) === 0) return 'The session has ended';
  return true;
}

export async function pickUploads(folder: boolean): Promise<void> {
  try {
    const picked = await host.call('pick_uploads', { folder });
    if (picked) await uploadPicked(picked);
  } catch (error) {
    report(error);
  }
}

/** Uploads to the place that is open. */
export async function uploadPicked(picked: PickedView): Promise<void> {
  const { session, bucket, prefix } = browser;
  if (!session || bucket === null || mayUpload() !== true) {
    toasts.show('Open a bucket before dropping files');
    return;
  }
  try {
    const request = { picked: picked.id, session_id: session.id, bucket, prefix, replace: false };
    const plan = await host.call('plan_upload', request);
    if (plan.there === 0 && plan.unknown === null) await host.call('upload', request);
    else sheets.show(UploadDialog, { uploading: new Uploading(picked, session, bucket, prefix, plan) });
  } catch (error) {
    report(error);
  }
}
