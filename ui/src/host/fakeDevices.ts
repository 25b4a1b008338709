/** MFA devices of the fake worlds. */
import type { DevicesView } from '../wire/DevicesView';
import { PHONE } from './fakeRoles';
import type { AppStatus, Commands } from './host';

type Names = 'devices' | 'add_totp' | 'remove_totp' | 'totp_code' | 'copy_code' | 'set_yubikey' | 'yubikey_code' | 'cancel_yubikey_code' | 'forget_mfa';
type Part = { [N in Names]: (request: Commands[N]['request']) => Commands[N]['reply'] | Promise<Commands[N]['reply']> };

const failure = (message: string) => Object.assign(new Error(message), { code: null });

export class FakeDevices {
  view: DevicesView = { totp: [], yubikeys: [] };
  /** What a YubiKey gives; a test that wants it to wait puts a promise here. */
  key: Promise<string> = Promise.resolve('409173');
  remembered = 1;
  answers: Part;

  constructor(status: () => AppStatus, good: string, now: () => Date) {
    this.answers = {
      devices: () => this.view,
      add_totp: (r) => {
        if (!/^(otpauth:\/\/totp\/.*secret=)?[A-Za-z2-7 ]{16,}/.test(r.secret)) {
          throw failure('that is no secret of a device: it is Base32, or the otpauth:// address of its QR code');
        }
        this.view = { ...this.view, totp: [...this.view.totp.filter((d) => d.serial !== r.serial), { serial: r.serial, added_at: now().toISOString() }] };
        return null;
      },
      remove_totp: (r) => {
        this.view = { ...this.view, totp: this.view.totp.filter((d) => d.serial !== r.serial) };
        return null;
      },
      totp_code: () => ({ code: good, seconds_left: 30 - (Math.floor(now().getTime() / 1000) % 30) }),
      copy_code: () => ({ clears_in_s: 60, what: 'the code' }),
      set_yubikey: (r) => {
        const others = this.view.yubikeys.filter((d) => d.serial !== r.serial);
        this.view = { ...this.view, yubikeys: r.account === null ? others : [...others, { serial: r.serial, account: r.account }] };
        status().yubikeys = this.view.yubikeys.map((d) => d.serial);
        return null;
      },
      yubikey_code: () => this.key,
      cancel_yubikey_code: () => null,
      forget_mfa: () => {
        const count = this.remembered;
        this.remembered = 0;
        return count;
      }
    };
  }

  /** A device of each kind. */
  fill(ago: (minutes: number) => string): void {
    this.view = {
      totp: [{ serial: PHONE, added_at: ago(3000) }],
      yubikeys: [{ serial: 'arn:aws:iam::183438944504:mfa/troy-key', account: 'Amazon Web Services:troy@acme' }]
    };
  }

  answersFor(serial: string): boolean {
    return this.view.totp.some((d) => d.serial === serial);
  }
}
