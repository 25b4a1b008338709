/** Links, imports, teams and settings files of the fake worlds. */
import type { ImportedView } from '../wire/ImportedView';
import type { LinkView } from '../wire/LinkView';
import type { Partition } from '../wire/Partition';
import type { SettingsChange } from '../wire/SettingsChange';
import type { TeamPreviewView } from '../wire/TeamPreviewView';
import type { TeamStateView } from '../wire/TeamStateView';
import type { Commands, Topic } from './host';

type Ago = (minutes: number) => string;
type Names =
  | 'read_link' | 'choose_file' | 'import_roles' | 'undo_import' | 'export_settings' | 'import_settings'
  | 'teams' | 'look_at_team' | 'add_team' | 'refresh_team' | 'remove_team';
type Part = { [N in Names]: (request: Commands[N]['request']) => Commands[N]['reply'] | Promise<Commands[N]['reply']> };

const failure = (message: string) => Object.assign(new Error(message), { code: null });

const HOSTS: Record<string, Partition> = {
  'signin.aws.amazon.com': 'aws',
  'signin.amazonaws.cn': 'aws-cn',
  'signin.amazonaws-us-gov.com': 'aws-us-gov',
  'signin.amazonaws-eusc.eu': 'aws-eusc'
};

/** As far as tests of the page need it; the real reading is the program's. */
function readLink(text: string): LinkView {
  const url = new URL(text.trim().replace(/^hatrack:/, 'https:'));
  const ours = /^\s*hatrack:/.test(text);
  const partition = ours ? ((url.searchParams.get('partition') ?? 'aws') as Partition) : HOSTS[url.hostname.replace(/^[a-z-]+\d\./, '')];
  const account = url.searchParams.get('account');
  const role = url.searchParams.get(ours ? 'role' : 'roleName');
  if (!partition || (ours && url.hostname !== 'switch')) {
    throw failure(`"${text.trim()}" is no switch-role link; one starts with https://signin.aws.amazon.com/switchrole? or hatrack://switch?`);
  }
  if (!account || !role) throw failure('the link names no role; ask whoever sent it for one that does');
  return {
    arn: `arn:${partition}:iam::${account}:role/${role}`, partition, account_id: account, role_name: role,
    display_name: url.searchParams.get(ours ? 'name' : 'displayName'),
    colour: (ours ? url.searchParams.get('colour') : url.searchParams.get('color') === null ? null : 'orange') as LinkView['colour'],
    external_id: url.searchParams.get('external_id')
  };
}

const hash = (seed: string) => seed.repeat(64).slice(0, 64);
const CHANGED = 'the file has changed since you looked at it, and nothing was taken over; look at it again';
export const FIRST_HASH = hash('3f1c0de277aa4b1e');
export const NEXT_HASH = hash('9b2cf535f27731c9');

/** A team whose file has changed since it was pinned, and one that is signed and cannot be reached. */
function specTeams(ago: Ago): TeamStateView[] {
  return [
    {
      name: 'platform', location: 'https://catalog.stuzio.example/hatrack/platform.toml', trust: `sha256 ${FIRST_HASH}`, accounts: 6, roles: 14,
      fetched_at: ago(3000), checked_at: ago(22), error: 'the file of team "platform" has changed, so what was listed before stays',
      offered: {
        sha256: NEXT_HASH,
        differences: [
          '- account 183438944504 "acme-prod", red',
          '+ account 183438944504 "acme-prod", red, production',
          '+ role arn:aws:iam::183438944504:role/IncidentResponder from troy, name Incidents, duration 1h'
        ]
      }
    },
    {
      name: 'data', location: '/srv/teams/data.toml', trust: 'key RWSOtEDwJ7HK/Du8j+Lpvy8Vh5kSC1GuW8DIgCjcqKJEPqYkKs1zil3I', accounts: 2, roles: 1,
      fetched_at: ago(3000), checked_at: ago(22), error: '/srv/teams/data.toml cannot be read: No such file or directory; check the path', offered: null
    }
  ];
}

export class FakeCatalogs {
  teams: TeamStateView[];
  /** What the person answers to a dialog that asks for a file. */
  chosen: string | null = '/home/troy/Downloads/extend-switch-roles.ini';
  changes: SettingsChange[] = [
    { of: '183438944504', what: 'name', was: 'acme-prod', becomes: 'acme production' },
    { of: '183438944504', what: 'notes', was: null, becomes: 'Ask the owners before a deploy' },
    { of: 'acme-prod/ReadOnly', what: 'favourite', was: null, becomes: 'yes' }
  ];
  /** Of the chosen file as it is now. */
  hash = FIRST_HASH;
  /** How many roles of an import cannot be removed. */
  stuck = 0;
  answers: Part;
  #add: (name: string, account: string, start: string) => string;
  #remove: (key: string) => void;
  #added: string[] = [];

  constructor(
    portals: boolean, ago: Ago, changed: (...topics: Topic[]) => void,
    roles: { add: (name: string, account: string, start: string) => string; remove: (key: string) => void }
  ) {
    this.teams = portals ? specTeams(ago) : [];
    this.#add = roles.add;
    this.#remove = roles.remove;
    this.answers = {
      read_link: (r) => readLink(r.link),
      choose_file: () => (this.chosen === null ? null : { id: 1, path: this.chosen }),
      import_roles: (r) => {
        if (r.seen !== null && r.seen !== this.hash) throw failure(CHANGED);
        return this.#import(r.source.kind === 'text' ? r.source.text : SAMPLE, r.from ?? 'troy', r.seen === null);
      },
      undo_import: () => {
        const keys = this.#added.splice(0, this.#added.length - this.stuck);
        for (const key of keys) this.#remove(key);
        const left = this.#added.length;
        return { removed: keys.length, left, why: left === 0 ? null : 'The settings could not be written. Check the free space.' };
      },
      export_settings: () => (this.chosen === null ? null : '/home/troy/Documents/hatrack-settings.json'),
      import_settings: (r) => {
        if (r.seen !== null && r.seen !== this.hash) throw failure(CHANGED);
        return { sha256: this.hash, changes: r.seen === null ? this.changes : this.changes.splice(0) };
      },
      teams: () => this.teams,
      look_at_team: (r) => preview(r.location),
      add_team: (r) => this.#list(r.location, r.trust.kind === 'key' ? `key ${r.trust.key}` : `sha256 ${r.trust.sha256}`),
      refresh_team: (r) => {
        const team = this.#team(r.name);
        if (team.offered === null) return team;
        if (r.accept !== team.offered.sha256) throw failure(`the file of team "${r.name}" has changed, so what was listed before stays`);
        queueMicrotask(() => changed('catalog'));
        return this.#patch(team, { trust: `sha256 ${r.accept}`, offered: null, error: null, roles: team.roles + 1 });
      },
      remove_team: (r) => {
        this.teams = this.teams.filter((t) => t.name !== r.name);
        return null;
      }
    };
  }

  #team(name: string): TeamStateView {
    const team = this.teams.find((t) => t.name === name);
    if (!team) throw failure(`no team is called "${name}"`);
    return team;
  }

  #patch(team: TeamStateView, more: Partial<TeamStateView>): TeamStateView {
    const now = new Date().toISOString();
    const next = { ...team, checked_at: now, fetched_at: now, ...more };
    this.teams = this.teams.map((t) => (t.name === team.name ? next : t));
    return next;
  }

  #list(location: string, trust: string): TeamStateView {
    const { name, accounts, roles } = preview(location);
    const now = new Date().toISOString();
    const team = { name, location, trust, accounts, roles, fetched_at: now, checked_at: now, error: null, offered: null };
    this.teams = [...this.teams.filter((t) => t.name !== name), team];
    return team;
  }

  #import(text: string, from: string, dryRun: boolean): ImportedView {
    if (!text.includes('[')) throw failure('this is no file of AWS Extend Switch Roles or Leapp: it has no [sections] and is no JSON');
    const view: ImportedView = { format: 'AWS Extend Switch Roles', sha256: this.hash, added: [], present: [], unusable: [] };
    for (const part of text.split(/^\[/m).slice(1)) {
      const name = part.slice(0, part.indexOf(']'));
      const arn = /role_arn\s*=\s*(\S+)/.exec(part)?.[1];
      const found = arn === undefined ? null : /^arn:aws:iam::(\d{12}):role\/(.+)$/.exec(arn);
      if (!arn || !found) view.unusable.push({ name, why: 'it names no role; add role_arn, or leave it out' });
      else if (name === 'present') view.present.push({ name, key: name, arn, start: from });
      else {
        const key = dryRun ? `hatrack:${found[1]}/${found[2]}` : this.#add(found[2] ?? '', found[1] ?? '', from);
        if (!dryRun) this.#added.push(key);
        view.added.push({ name, key, arn, start: from });
      }
    }
    return view;
  }
}

function preview(location: string): TeamPreviewView {
  if (/^http:/.test(location)) throw failure(`"http://…" is no https address; a team's file is read from https://… or from a path`);
  return {
    name: 'security', sha256: FIRST_HASH, accounts: 1, roles: 2,
    lines: [
      '+ account 444455556666 "audit", slate',
      '+ role arn:aws:iam::444455556666:role/Auditor from troy, name Auditor',
      '+ role arn:aws:iam::444455556666:role/Responder from troy, duration 1h'
    ]
  };
}

const SAMPLE = `[acme-audit]
role_arn = arn:aws:iam::444455556666:role/Auditor
[acme-billing]
role_arn = arn:aws:iam::444455556666:role/BillingReader
[present]
role_arn = arn:aws:iam::183438944504:role/StuzioAcmeConsultantRole
[shortcut <b>x</b>]
color = ff0000
`;
