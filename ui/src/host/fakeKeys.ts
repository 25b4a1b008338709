/** Long-term access keys of the fake worlds: one in a file and old, one in the vault whose rotation wants a code. */
import type { AccessKeyView } from '../wire/AccessKeyView';
import { PHONE } from './fakeRoles';
import type { Commands, Topic } from './host';

type Names = 'access_keys' | 'import_key' | 'key_removal' | 'remove_key_from_file' | 'restore_key' | 'rotate_key' | 'give_up_rotation';
type Part = { [N in Names]: (request: Commands[N]['request']) => Commands[N]['reply'] | Promise<Commands[N]['reply']> };

const failure = (message: string) => Object.assign(new Error(message), { code: null });
const FILE = '~/.aws/credentials';
const LINE = 'credential_process = /usr/bin/hat credential-process --raw ';

function key(profile: string, more: Partial<AccessKeyView>): AccessKeyView {
  return {
    profile, standing: 'file', id_ends: 'K7QD', account_id: '183438944504', user: profile, created_at: null, age_days: null, old: false,
    last_used: null, age_unknown: null, defined_at: { file: FILE, line: 4 }, unfinished: false, rotating: null, ...more
  };
}

function keysOf(world: string, ago: (minutes: number) => string): AccessKeyView[] {
  if (world === 'empty' || world === 'many') return [];
  const day = 24 * 60;
  const troy = key('troy', { created_at: ago(411 * day), age_days: 411, old: true, last_used: ago(30) });
  if (world === 'hostile') return [{ ...troy, profile: '<img src=x onerror="window.pwned=1">\u202Emoc', user: '<b>x</b>' }];
  const keeper = key('records-keeper', { standing: 'vault', id_ends: 'M2VX', created_at: ago(12 * day), age_days: 12, defined_at: { file: FILE, line: 9 } });
  const analyst = key('data-analyst', { id_ends: '44TZ', age_unknown: 'the user may not list its keys (iam:ListAccessKeys)', defined_at: { file: FILE, line: 14 } });
  return world === 'problems' ? [{ ...troy, unfinished: true }, keeper, analyst] : [troy, keeper, analyst];
}

export class FakeKeys {
  all: AccessKeyView[];
  answers: Part;
  /** A rotation waits for this; a test puts a promise of its own here. */
  rotated: Promise<void> = Promise.resolve();
  /** AWS takes so long to tell of ages. */
  aged: Promise<void> = Promise.resolve();
  /** What rotating fails with, if it is to. */
  refuses: string | null = null;
  #changed: (...topics: Topic[]) => void;

  constructor(world: string, ago: (minutes: number) => string, good: string, changed: (...topics: Topic[]) => void) {
    this.all = keysOf(world, ago);
    this.#changed = changed;
    this.answers = {
      access_keys: async (r) => {
        if (!r.ask_aws) return this.all.map((k) => ({ ...k, created_at: null, age_days: null, old: false, last_used: null, age_unknown: null }));
        const all = this.all;
        await this.aged;
        return all;
      },
      import_key: (r) => {
        const found = this.patch(r.profile, { standing: 'both' });
        return { id_ends: found.id_ends, account_id: found.account_id, arn: `arn:aws:iam::${found.account_id}:user/${found.user}` };
      },
      key_removal: (r) => [
        {
          file: FILE,
          removed: [{ line: 5, text: 'aws_access_key_id = ***' }, { line: 6, text: 'aws_secret_access_key = ***' }],
          added: [{ line: 6, text: LINE + r.profile }]
        }
      ],
      remove_key_from_file: (r) => {
        this.patch(r.profile, { standing: 'vault' });
        return [`${FILE}.hatrack-backup-20261122T171747Z`];
      },
      restore_key: (r) => {
        this.patch(r.profile, { standing: 'file' });
        return FILE;
      },
      rotate_key: async (r) => {
        if (r.profile === 'records-keeper' && r.mfa_code !== good) {
          const refused = r.mfa_code === null ? null : 'That code was refused. Wait for the next one.';
          return { kind: 'needs', need: { kind: 'mfa_code', serial: PHONE, role_arn: null, refused, shared: true } };
        }
        this.patch(r.profile, { rotating: 'proving' });
        await this.rotated;
        if (this.refuses !== null) {
          this.patch(r.profile, { rotating: null, unfinished: true });
          throw failure(this.refuses);
        }
        const old_ends = this.of(r.profile).id_ends;
        this.patch(r.profile, { rotating: null, unfinished: false, id_ends: 'N3WW', age_days: 0, old: false });
        return { kind: 'rotated', new_ends: 'N3WW', old_ends, kept_old: r.keep_old, resumed: false, also: [] };
      },
      give_up_rotation: (r) => {
        const { id_ends } = this.patch(r.profile, { unfinished: false });
        return { in_use_ends: id_ends, left: [{ id_ends: 'N3WW', profiles: [] }] };
      }
    };
  }

  of(profile: string): AccessKeyView {
    const found = this.all.find((k) => k.profile === profile);
    if (!found) throw failure(`no access key of "${profile}" is known`);
    return found;
  }

  patch(profile: string, more: Partial<AccessKeyView>): AccessKeyView {
    const patched = { ...this.of(profile), ...more };
    this.all = this.all.map((k) => (k.profile === profile ? patched : k));
    queueMicrotask(() => this.#changed('settings'));
    return patched;
  }
}
