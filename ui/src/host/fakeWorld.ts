/** What stands behind the fake host: it keeps sessions, answers commands, and refuses where AWS would. */
import type { CatalogView } from '../wire/CatalogView';
import type { DenialView } from '../wire/DenialView';
import type { HistoryRow } from '../wire/HistoryRow';
import type { NeedView } from '../wire/NeedView';
import type { PortalStateView } from '../wire/PortalStateView';
import type { RoleView } from '../wire/RoleView';
import type { SessionView } from '../wire/SessionView';
import type { SwitchOutcome } from '../wire/SwitchOutcome';
import type { TransferView } from '../wire/TransferView';
import { bucketNames, objectsOf, pageOf } from './fakeBuckets';
import { DENIED_TEXT, historyRow, pageOfHistory, specHistory } from './fakeHistory';
import { FakeHistorySums } from './fakeHistorySums';
import { FakeBack } from './fakeBack';
import { FakeCatalogs } from './fakeCatalogs';
import { FakeDevices } from './fakeDevices';
import { FakeDoctor } from './fakeDoctor';
import { FakeEndpoints } from './fakeEndpoints';
import { FakeFinding } from './fakeFinding';
import { FakeKeys } from './fakeKeys';
import { FakeObjects } from './fakeObjects';
import { FakePreviews } from './fakePreviews';
import { FakeSync } from './fakeSync';
import { FakeProfiles } from './fakeProfiles';
import { FakeTerminals } from './fakeTerminals';
import { FakeTransfers } from './fakeTransfers';
import { FakeRevokes } from './fakeRevokes';
import { FakeDiscoveries } from './fakeDiscoveries';
import { FakePortals, hostilePortals, manyPortals, specPortals } from './fakePortals';
import { hostileRoles, manyRoles, PHONE, portalRoles, problemRoles, specRoles, SSO, TROY, VENDOR_COMMAND } from './fakeRoles';
import { fakeEnv } from './fakeEnv';
import { fakeSession, specSessions } from './fakeSessions';
import type { AddRoleRequest, AppStatus, Commands, Events, SwitchRequest } from './host';

export type WorldName = 'spec' | 'quiet' | 'empty' | 'many' | 'hostile' | 'problems' | 'portals';

export type Answers = {
  [N in keyof Commands]: (request: Commands[N]['request']) => Commands[N]['reply'] | Promise<Commands[N]['reply']>;
};

/** The only code the fake takes. */
export const GOOD_CODE = '409173';

const failure = (message: string, code: string | null = null) => Object.assign(new Error(message), { code });

type Ago = (minutes: number) => string;

function rolesOf(name: WorldName, ago: Ago): RoleView[] {
  switch (name) {
    case 'empty':
      return [];
    case 'many':
      return manyRoles(10_000);
    case 'hostile':
      return hostileRoles();
    case 'problems':
      return problemRoles(ago);
    case 'portals':
      return portalRoles(ago);
    default:
      return specRoles(ago);
  }
}

function portalsOf(name: WorldName, ago: Ago): PortalStateView[] {
  if (name === 'empty' || name === 'many') return [];
  if (name === 'hostile') return hostilePortals();
  return name === 'portals' ? manyPortals(ago) : specPortals(ago);
}

export class FakeWorld {
  roles: RoleView[];
  sessions: SessionView[];
  history: HistoryRow[];
  historySums = new FakeHistorySums(() => this.history);
  transfers: FakeTransfers;
  problems: CatalogView['problems'] = [];
  denyBuckets = false;
  portals: FakePortals;
  catalogs: FakeCatalogs;
  devices: FakeDevices;
  keys: FakeKeys;
  profiles: FakeProfiles;
  terminals: FakeTerminals;
  revokes: FakeRevokes;
  endpoints: FakeEndpoints;
  back: FakeBack;
  objects: FakeObjects;
  previews: FakePreviews;
  sync: FakeSync;
  discoveries: FakeDiscoveries;
  finding: FakeFinding;
  doctor: FakeDoctor;
  revision = 1;
  status: AppStatus;
  commands: Answers;
  #made = 0;
  #agreed = new Set<string>();
  /** The details of what was added, by start and ARN. */
  #added = new Map<string, string>();
  #emit: <E extends keyof Events>(event: E, payload: Events[E]) => void;

  constructor(name: WorldName, emit: <E extends keyof Events>(event: E, payload: Events[E]) => void) {
    this.#emit = emit;
    const now = Date.now();
    const ago = (minutes: number) => new Date(now - minutes * 60_000).toISOString();
    this.roles = rolesOf(name, ago);
    this.portals = new FakePortals(portalsOf(name, ago), this.#agreed, (...topics) => this.changed(...topics));
    this.sessions = name === 'spec' ? specSessions(now) : [];
    this.history = name === 'spec' || name === 'quiet' ? specHistory(ago) : [];
    if (name === 'problems') {
      this.problems = [
        { message: 'Could not read this section. Close the bracket.', place: { file: '~/.aws/config', line: 42 }, profile: null, warning: false },
        { message: 'Source profile "bse" does not exist. Name one that does.', place: { file: '~/.aws/config', line: 57 }, profile: 'rds', warning: true }
      ];
    }
    this.status = {
      version: '0.1.0', sandbox: name === 'hostile', keyring: name === 'problems' ? 'memory_only' : 'ok', tray_host: true,
      agent: 'ok', agent_error: null, platform: 'linux', quit_choice: 'ask', codes: 'shared', proxy: 'system', sign_ins: 'shared', keys_in_profiles: true, clock_note: null, yubikeys: []
    };
    this.catalogs = new FakeCatalogs(name === 'portals', ago, (...topics) => this.changed(...topics), {
      add: (role_name, account_id, identity_profile) => this.#addRole({
        account_id, role_name, identity_profile, partition: 'aws', display_name: null, colour: null, external_id: null, mfa_serial: null, region: null,
        replace: true, recolour: false
      }),
      remove: (key) => void (this.roles = this.roles.filter((r) => r.key !== key))
    });
    this.finding = new FakeFinding(name === 'spec', ago);
    this.doctor = new FakeDoctor();
    this.terminals = new FakeTerminals((...topics) => this.changed(...topics));
    this.discoveries = new FakeDiscoveries(
      (...topics) => this.changed(...topics),
      (start, role_name) => void this.#addRole({
        account_id: '222233334444', role_name, identity_profile: start, partition: 'aws', display_name: null, colour: null, external_id: null,
        mfa_serial: null, region: null, replace: true, recolour: false
      })
    );
    this.devices = new FakeDevices(() => this.status, GOOD_CODE, () => new Date());
    if (name === 'portals') this.devices.fill(ago);
    this.keys = new FakeKeys(name, ago, GOOD_CODE, (...topics) => this.changed(...topics));
    this.profiles = new FakeProfiles(
      (id) => this.#session(id),
      (change) => void (this.status = { ...this.status, ...change }),
      (...topics) => this.changed(...topics)
    );
    this.endpoints = new FakeEndpoints((id) => this.#session(id), (...topics) => this.changed(...topics));
    this.back = new FakeBack({
      sessions: () => this.sessions,
      keep: (sessions) => void (this.sessions = sessions),
      changed: (...topics) => this.changed(...topics),
      tell: (back) => emit('switched_back', back)
    });
    this.revokes = new FakeRevokes({
      sessions: () => this.sessions,
      roles: () => this.roles,
      keep: (sessions) => void (this.sessions = sessions),
      changed: (...topics) => this.changed(...topics)
    });
    this.objects = new FakeObjects((bucket) => objectsOf(bucket, ago), ago);
    this.previews = new FakePreviews(ago, () => failure('The object is gone. List the prefix again.'));
    const sizeOf = (bucket: string, key: string) => objectsOf(bucket, ago).find((o) => o.key === key)?.size ?? 0;
    this.transfers = new FakeTransfers(emit, (id) => this.#session(id), sizeOf);
    this.sync = new FakeSync(this.transfers, failure);
    this.commands = this.#answers(ago);
  }

  changed(...topics: Events['changed']['topics']): void {
    this.revision += 1;
    this.#emit('changed', { topics, revision: this.revision });
  }

  #session(id: string): SessionView {
    const session = this.sessions.find((s) => s.id === id);
    if (!session) throw failure('This session has ended. Switch again.');
    return session;
  }

  #role(key: string): RoleView {
    const role = this.roles.find((r) => r.key === key);
    if (!role) throw failure('This role is no longer in the catalog. Reload it.');
    return role;
  }

  #log(role: RoleView, more: Partial<HistoryRow>): void {
    const account = { id: role.account_id, name: role.account_name, colour: role.colour };
    const id = (this.history[0]?.id ?? 0) + 1;
    this.history = [historyRow(account, role.role_name, { id, at: new Date().toISOString(), ...more }), ...this.history];
  }

  /** Whether a code would serve every role of the device. */
  #shares(duration: number | null): boolean {
    return this.status.codes === 'shared' && (duration ?? 0) <= 3600;
  }

  #switch(request: SwitchRequest): SwitchOutcome {
    const role = this.#role(request.role_key);
    const reused = role.hops.some((h) => h.session_id !== null);
    const byItself = role.hops.some((h) => h.mfa_serial !== null && this.devices.answersFor(h.mfa_serial));
    if (role.mfa && !reused && !byItself && request.mfa_code !== GOOD_CODE) {
      const refused = request.mfa_code === null ? null : 'That code was refused. Wait for the next one.';
      return { kind: 'needs', need: { kind: 'mfa_code', serial: PHONE, role_arn: role.arn, refused, shared: this.#shares(request.duration) } };
    }
    if (role.role_name.startsWith('readonly-')) return { kind: 'denied', denial: this.#deny(role) };
    if (request.duration !== null && role.role_name === 'ProjectXBucketAdmin' && request.duration > 7200) {
      const denial: DenialView = {
        summary: 'This role allows 2 h at most. Switch for 2 h?', code: 'ValidationError',
        message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
        request_id: 'b7f3c1d0-11aa-4d1e-8f00-2f1f0c7be1d4', action: 'sts:AssumeRole', resource: role.arn, longest_duration: 7200
      };
      return { kind: 'denied', denial };
    }
    const need = this.#start(role);
    if (need) return { kind: 'needs', need };
    const endpoint = 'http://127.0.0.1:4566';
    if (role.role_name === 'ReadOnlyAccess' && !this.#agreed.has(endpoint)) {
      return { kind: 'needs', need: { kind: 'endpoint_consent', endpoint } };
    }
    this.#made += 1;
    const session = fakeSession(role, { id: `s-new-${this.#made}`, life: request.duration ?? role.duration, region: request.region ?? role.region });
    this.sessions = [...this.sessions.filter((s) => s.role_key !== role.key), session];
    this.#log(role, { event: 'switch', session_id: session.id, duration_s: session.life, call_ms: 201 });
    queueMicrotask(() => this.changed('sessions', 'history'));
    return { kind: 'switched', session, notes: [] };
  }

  /** What the role's start wants first. */
  #start(role: RoleView): NeedView | null {
    const { kind, portal, profile } = role.identity;
    if (portal !== null && this.portals.of(portal).signed_in_until === null) {
      return { kind: 'sign_in', portal: this.portals.of(portal).portal };
    }
    if (kind === 'credential_process' && !this.#agreed.has(VENDOR_COMMAND)) {
      return { kind: 'command_consent', profile, command: VENDOR_COMMAND };
    }
    return null;
  }

  #deny(role: RoleView): DenialView {
    const request_id = '6f0c2b1e-5d0a-4c47-9a53-2f1f0c7be1d4';
    this.#log(role, { outcome: 'denied', request_id, error: DENIED_TEXT, call_ms: 187 });
    queueMicrotask(() => this.changed('catalog', 'history'));
    return {
      summary: `AWS refused to switch to ${role.role_name}. Ask the owner of ${role.account_name} whether its trust policy names you.`,
      code: 'AccessDenied', message: DENIED_TEXT.slice('AccessDenied: '.length), request_id,
      action: 'sts:AssumeRole', resource: role.arn, longest_duration: null
    };
  }

  #answers(ago: (minutes: number) => string): Answers {
    const none = () => null;
    return {
      ...this.catalogs.answers,
      ...this.devices.answers,
      ...this.keys.answers,
      ...this.profiles.answers,
      ...this.terminals.answers,
      ...this.revokes.answers,
      ...this.endpoints.answers,
      ...this.back.answers,
      ...this.discoveries.answers,
      ...this.finding.answers,
      ...this.doctor.answers,
      ...this.transfers.answers,
      ...this.objects.answers,
      ...this.previews.answers,
      ...this.sync.answers,
      ...this.historySums.answers,
      describe_role: ({ role_key, said: { what, to } }) => {
        const { said } = this.#role(role_key);
        if (what === 'notes') return this.#patch(role_key, { notes: to });
        const takes = to === null || what === 'session_name' ? {} : { [what]: to };
        return this.#patch(role_key, { said: { ...said, [what]: to }, ...takes });
      },
      status: () => this.status,
      catalog: () => ({
        revision: this.revision,
        roles: this.roles,
        identities: this.roles.length === 0 ? [] : [TROY, SSO],
        problems: this.problems,
        files: ['~/.aws/config', '~/.aws/credentials'].map((path) => ({ path, exists: this.roles.length > 0 }))
      }),
      sessions: () => this.sessions,
      switch_role: (r) => this.#switch(r),
      consent_endpoint: (r) => {
        this.#agreed.add(r.endpoint);
        return null;
      },
      consent_command: (r) => {
        this.#agreed.add(r.command);
        return null;
      },
      portals: () => this.portals.states,
      sign_in: (r) => this.portals.signIn(r),
      await_sign_in: (r) => this.portals.wait(r.id),
      cancel_sign_in: (r) => this.portals.cancel(r.id),
      open_sign_in: none,
      sign_out: (r) => this.portals.signOut(r.portal),
      list_portal: (r) => this.portals.list(r.portal),
      add_saml: (r) => this.portals.addSaml(r),
      remove_saml: (r) => this.portals.removeSaml(r.portal),
      paste_saml: (r) => this.portals.pasteSaml(r),
      renew: (r) => {
        const old = this.#session(r.session_id);
        const need = old.role_key === null ? null : this.#start(this.#role(old.role_key));
        if (need) return { kind: 'needs', need };
        if (old.renew_needs_code && r.mfa_code !== GOOD_CODE) {
          const refused = r.mfa_code === null ? null : 'That code was refused. Wait for the next one.';
          return { kind: 'needs', need: { kind: 'mfa_code', serial: PHONE, role_arn: old.arn, refused, shared: this.#shares(r.duration) } };
        }
        const now = Date.now();
        const session = { ...old, seconds_left: old.life, issued_at: new Date(now).toISOString(), expires_at: new Date(now + old.life * 1000).toISOString(), renew_error: null, revoked: false };
        this.sessions = this.sessions.map((s) => (s.id === old.id ? session : s));
        return { kind: 'switched', session, notes: [] };
      },
      end_all: () => this.sessions.splice(0).length,
      set_auto_renew: (r) => this.#patch(r.role_key, { auto_renew: r.on }),
      set_favourite: (r) => this.#patch(r.role_key, { favourite: r.on }),
      set_account: (r) => {
        this.roles = this.roles.map((role) =>
          role.account_id === r.account_id
            ? { ...role, account_name: r.name ?? role.account_name, colour: r.colour ?? role.colour, production: r.production ?? role.production }
            : role
        );
        return null;
      },
      add_role: (r) => this.#addRole(r),
      remove_role: (r) => {
        this.roles = this.roles.filter((x) => x.key !== r.role_key);
        return null;
      },
      env_preview: (r) => ({ lines: fakeEnv(this.#session(r.session_id), r.shell) }),
      open_console: () => [],
      copy_console_link: () => ({ clears_in_s: 60, what: 'a link to the console' }),
      copy_env: (r) => ({ clears_in_s: 60, what: `env of ${this.#session(r.session_id).account_name}` }),
      copy_text: none,
      clear_clipboard: none,
      history: (r) => pageOfHistory(this.history, r.query),
      buckets: () => ({
        buckets: this.denyBuckets ? [] : bucketNames(),
        denied: this.denyBuckets
          ? { summary: 'This role may not list buckets. Open one by its name.', code: 'AccessDenied', message: 'Access Denied',
              request_id: 'K2N6ZTJ7Q0E8AB12', action: 's3:ListAllMyBuckets', resource: null, longest_duration: null }
          : null
      }),
      objects: (r) => {
        if (r.bucket === 'acme-rds-snapshots') {
          throw failure('S3 refused to list acme-rds-snapshots. Ask for s3:ListBucket. AccessDenied: Access Denied (request 8ZK3P0YQ2M5V7XWA)', 'denied');
        }
        return pageOf(this.objects.of(r.bucket), r.bucket, r.prefix, r.next);
      },
      start_sandbox: none,
      reload: none,
      quit: none,
      set_quit_choice: (r) => {
        this.status = { ...this.status, quit_choice: r.choice };
        return null;
      },
      set_proxy_choice: (r) => {
        this.status = { ...this.status, proxy: r.choice };
        return null;
      },
      set_sign_in_store: (r) => {
        this.status = { ...this.status, sign_ins: r.store };
        return null;
      },
      give_proxy_login: none,
      forget_proxy_logins: () => 1,
      set_code_use: (r) => {
        this.status = { ...this.status, codes: r.codes };
        return null;
      },
      ui_ready: none
    };
  }

  #addRole(r: AddRoleRequest): string {
    const arn = `arn:${r.partition}:iam::${r.account_id}:role/${r.role_name}`;
    const known = this.roles.find((role) => role.account_id === r.account_id);
    const [made] = specRoles(() => '');
    if (!made) throw failure('No template.');
    const account = {
      account_id: r.account_id, account_name: r.display_name ?? known?.account_name ?? r.account_id,
      colour: (r.recolour ? r.colour : null) ?? known?.colour ?? r.colour ?? ('slate' as const)
    };
    const role_name = r.role_name.split('/').at(-1) ?? '';
    const there = this.#added.get(`${r.identity_profile} ${arn}`);
    const details = JSON.stringify([r.external_id, r.mfa_serial, r.region, r.display_name]);
    if (there !== undefined && there !== details && !r.replace) {
      throw Object.assign(failure(`${arn} from ${r.identity_profile} is added already, and would be replaced`), { code: 'already_there' });
    }
    this.#added.set(`${r.identity_profile} ${arn}`, details);
    const key = `hatrack:${r.account_id}/${r.role_name}`;
    const role: RoleView = {
      ...made, ...account, key, profile: null, source: 'Hatrack', defined_at: null, role_name, arn, partition: r.partition,
      external_id: r.external_id, mfa: r.mfa_serial !== null, chained: false, favourite: false, last_use: null,
      hops: [{ ...account, arn, role_name, mfa_serial: r.mfa_serial, external_id: r.external_id, session_id: null }]
    };
    this.roles = [...this.roles.filter((other) => other.key !== key), role];
    return key;
  }

  #patch(key: string, more: Partial<RoleView>): null {
    this.roles = this.roles.map((r) => (r.key === key ? { ...r, ...more } : r));
    return null;
  }

  progress(id: string, more: Partial<TransferView>): void {
    this.transfers.move(id, more);
  }

}
