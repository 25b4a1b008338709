/** The code of a device that the person asked to see, for as long as the device shows it. */
import { host } from '#host';
import { messageOf } from '../host/host';
import { report } from '../shell/status.svelte';
import { toasts } from '../shell/toasts.svelte';

class ShownCode {
  serial = $state<string | null>(null);
  code = $state<string | null>(null);
  left = $state(0);
  busy = $state(false);
  error = $state<string | null>(null);
  #timer: ReturnType<typeof setInterval> | undefined;

  async show(serial: string): Promise<void> {
    // Another device's code is asked for in place of the one that is waited for.
    if (this.busy && this.serial === serial) return;
    this.hide();
    this.serial = serial;
    this.busy = true;
    try {
      const shown = await host.call('totp_code', { serial });
      if (this.serial !== serial) return;
      this.code = shown.code;
      this.left = shown.seconds_left;
      this.#timer = setInterval(() => this.#tick(), 1000);
    } catch (error) {
      if (this.serial === serial) this.error = messageOf(error);
    } finally {
      if (this.serial === serial) this.busy = false;
    }
  }

  #tick(): void {
    this.left -= 1;
    if (this.left <= 0) this.hide();
  }

  async copy(): Promise<void> {
    if (this.code === null) return;
    try {
      const { clears_in_s } = await host.call('copy_code', { code: this.code });
      toasts.show(`Copied the code. Clears in ${clears_in_s} s.`);
    } catch (error) {
      report(error);
    }
  }

  hide(): void {
    clearInterval(this.#timer);
    this.serial = null;
    this.code = null;
    this.error = null;
    this.busy = false;
  }
}

export const shownCode = new ShownCode();
