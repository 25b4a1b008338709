/** What the page may ask of the program behind it, and what it may be told. */
import type { AccountId } from '../wire/AccountId';
import type { BucketList } from '../wire/BucketList';
import type { CatalogView } from '../wire/CatalogView';
import type { HatColour } from '../wire/HatColour';
import type { HistoryPage } from '../wire/HistoryPage';
import type { HistoryQuery } from '../wire/HistoryQuery';
import type { ObjectPage } from '../wire/ObjectPage';
import type { Partition } from '../wire/Partition';
import type { Preview } from '../wire/Preview';
import type { SessionView } from '../wire/SessionView';
import type { SourceFileView } from '../wire/SourceFileView';
import type { SwitchOutcome } from '../wire/SwitchOutcome';
import type { TransferView } from '../wire/TransferView';

export type Platform = 'linux' | 'macos' | 'windows';
export type Shell = 'posix' | 'fish' | 'powershell' | 'cmd' | 'nu' | 'dotenv' | 'json';
export type QuitChoice = 'keep' | 'end_all';

/** How the program stands. */
export interface AppStatus {
  version: string;
  sandbox: boolean;
  keyring: 'ok' | 'memory_only' | 'locked';
  tray_host: boolean;
  agent: 'ok' | 'unreachable';
  agent_error: string | null;
  platform: Platform;
  config_files: SourceFileView[];
  quit_choice: 'ask' | QuitChoice;
}

export interface SwitchRequest {
  role_key: string;
  duration: number | null;
  region: string | null;
  session_name: string | null;
  external_id: string | null;
  mfa_code: string | null;
}

export interface AddRoleRequest {
  account_id: AccountId;
  role_name: string;
  partition: Partition;
  display_name: string | null;
  colour: HatColour | null;
  identity_profile: string;
  external_id: string | null;
  mfa_serial: string | null;
  region: string | null;
}

/** One line of an export; `value` is null where it is a secret. */
export interface EnvLine {
  before: string;
  name: string;
  between: string;
  value: string | null;
  secret_chars: number | null;
  after: string;
}

export interface EnvPreview {
  lines: EnvLine[];
}

export interface Copied {
  clears_in_s: number;
  what: string;
}

/** Each command: what it takes and what it replies. `undefined` takes nothing. */
export interface Commands {
  status: { request: undefined; reply: AppStatus };
  catalog: { request: undefined; reply: CatalogView };
  sessions: { request: undefined; reply: SessionView[] };
  switch_role: { request: SwitchRequest; reply: SwitchOutcome };
  renew: { request: { session_id: string; mfa_code: string | null; duration: number | null }; reply: SwitchOutcome };
  end_session: { request: { session_id: string }; reply: null };
  end_all: { request: undefined; reply: number };
  set_auto_renew: { request: { role_key: string; on: boolean }; reply: null };
  set_favourite: { request: { role_key: string; on: boolean }; reply: null };
  set_account: { request: { account_id: AccountId; name: string | null; colour: HatColour | null }; reply: null };
  add_role: { request: AddRoleRequest; reply: string };
  remove_role: { request: { role_key: string }; reply: null };
  env_preview: { request: { session_id: string; shell: Shell }; reply: EnvPreview };
  copy_env: { request: { session_id: string; shell: Shell }; reply: Copied };
  copy_text: { request: { text: string }; reply: null };
  clear_clipboard: { request: undefined; reply: null };
  history: { request: { query: HistoryQuery }; reply: HistoryPage };
  buckets: { request: { session_id: string }; reply: BucketList };
  objects: { request: { session_id: string; bucket: string; prefix: string; next: string | null }; reply: ObjectPage };
  preview: { request: { session_id: string; bucket: string; key: string }; reply: Preview };
  download: {
    request: { session_id: string; bucket: string; key: string; ask_where: boolean };
    reply: TransferView | null;
  };
  transfers: { request: undefined; reply: TransferView[] };
  cancel_transfer: { request: { id: string }; reply: null };
  show_transfer: { request: { id: string }; reply: null };
  start_sandbox: { request: undefined; reply: null };
  reload: { request: undefined; reply: null };
  quit: { request: { choice: QuitChoice; remember: boolean }; reply: null };
  ui_ready: { request: undefined; reply: null };
}

export type CommandName = keyof Commands;

/** A command that failed: one sentence or two, and a code where the page does something special about it. */
export interface CommandError {
  message: string;
  code: string | null;
}

export type Topic = 'catalog' | 'sessions' | 'history' | 'settings' | 'status' | 'transfers';

/** What the program pushes to the page. */
export interface Events {
  changed: { topics: Topic[]; revision: number };
  transfer: TransferView;
  navigate: { view: string; session_id?: string | null; role_key?: string | null; ask_mfa?: boolean };
  quit_asked: Record<string, never>;
  notice: { level: 'info' | 'warn' | 'bad'; message: string };
}

export interface Host {
  /** Rejects with a `CommandError`. */
  call<N extends CommandName>(
    name: N,
    ...request: Commands[N]['request'] extends undefined ? [] : [Commands[N]['request']]
  ): Promise<Commands[N]['reply']>;
  on<E extends keyof Events>(event: E, handler: (payload: Events[E]) => void): void;
}

/** The sentence to show for whatever a call rejected with. */
export function messageOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string') {
    return error.message;
  }
  return typeof error === 'string' ? error : 'The request failed. Try again.';
}
