/** Profiles that the fake program has written. */
import type { ProfileNameRequest } from '../wire/ProfileNameRequest';
import type { ProfilePlan } from '../wire/ProfilePlan';
import type { SessionView } from '../wire/SessionView';
import type { WrittenProfileView } from '../wire/WrittenProfileView';
import type { AppStatus, Commands, Topic } from './host';

type Names = 'plan_profile' | 'write_profile' | 'written_profiles' | 'remove_profile' | 'set_keys_in_profiles';
type Part = { [N in Names]: (request: Commands[N]['request']) => Commands[N]['reply'] };

const failure = (message: string) => Object.assign(new Error(message), { code: null });
const CONFIG = '~/.aws/config';
const CREDENTIALS = '~/.aws/credentials';

export class FakeProfiles {
  all: WrittenProfileView[] = [];
  answers: Part;

  constructor(session: (id: string) => SessionView, status: (change: Partial<AppStatus>) => void, changed: (...topics: Topic[]) => void) {
    this.answers = {
      plan_profile: (r) => this.#plan(session(r.session_id), r.name, r.keys),
      write_profile: (r) => {
        const of = session(r.session_id);
        const plan = this.#plan(of, r.name, r.keys);
        const profile: WrittenProfileView = {
          name: plan.name, file: r.keys ? CREDENTIALS : CONFIG, form: r.keys ? 'keys' : 'process', role_key: of.role_key ?? '', role_name: of.role_name,
          account_id: of.account_id, session_id: of.id, expires_at: r.keys ? of.expires_at : null, written_at: new Date().toISOString()
        };
        const backed_up = this.all.length === 0 ? [`${profile.file}.hatrack-backup-20261122T171747Z`] : [];
        this.all = [...this.all.filter((p) => p.name !== profile.name), profile];
        changed('catalog', 'sessions');
        return { kind: 'written', profile, backed_up };
      },
      written_profiles: () => this.all,
      remove_profile: (r) => {
        if (!this.all.some((p) => p.name === r.name)) throw failure(`Hatrack has written no profile "${r.name}"`);
        this.all = this.all.filter((p) => p.name !== r.name);
        changed('catalog', 'sessions');
        return null;
      },
      set_keys_in_profiles: (r) => {
        status({ keys_in_profiles: r.allowed });
        if (!r.allowed) this.all = this.all.filter((p) => p.form !== 'keys');
        return null;
      }
    };
  }

  #plan(session: SessionView, called: ProfileNameRequest, keys: boolean): ProfilePlan {
    const name = called.kind === 'named' ? called.name : called.kind === 'own' ? `hatrack-${session.account_id}-${session.role_name}` : 'default';
    if (name === 'troy') throw failure('the profile "troy" has aws_access_key_id in the shared files, which would win over what is written; choose another name');
    const lines = keys
      ? ['aws_access_key_id = ASIA…', 'aws_secret_access_key = ***', 'aws_session_token = ***']
      : [`credential_process = /usr/bin/hat credential-process -- ${session.role_key}`];
    const header = keys || name === 'default' ? `[${name}]` : `[profile ${name}]`;
    const texts = ['', header, `region = ${session.region}`, ...lines];
    const added = texts.map((text, i) => ({ line: 40 + i, text }));
    return { name, changes: [{ file: keys ? CREDENTIALS : CONFIG, removed: [], added }], ours: this.all.some((p) => p.name === name) };
  }
}
