import { host } from '#host';
import { report } from '../shell/status.svelte';
import { toasts } from '../shell/toasts.svelte';
import { catalog } from './catalog.svelte';

/** Reads the sources again at the person's wish. */
export async function reloadSources(): Promise<void> {
  try {
    await host.call('reload');
    await catalog.load();
    toasts.show('Read the sources again');
  } catch (error) {
    report(error);
  }
}
