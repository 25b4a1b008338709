/** What the page may ask of the program behind it, and what it may be told. The types come from the program. */
import type { Commands } from '../wire/Commands';
import type { Events } from '../wire/Events';

export type { AddRoleRequest } from '../wire/AddRoleRequest';
export type { AppStatus } from '../wire/AppStatus';
export type { CommandError } from '../wire/CommandError';
export type { Commands } from '../wire/Commands';
export type { Copied } from '../wire/Copied';
export type { EnvLine } from '../wire/EnvLine';
export type { EnvPreview } from '../wire/EnvPreview';
export type { Events } from '../wire/Events';
export type { Platform } from '../wire/Platform';
export type { QuitChoice } from '../wire/QuitChoice';
export type { Shell } from '../wire/Shell';
export type { SwitchRequest } from '../wire/SwitchRequest';
export type { Topic } from '../wire/Topic';

export type CommandName = keyof Commands;

export interface Host {
  /** Rejects with a `CommandError`. */
  call<N extends CommandName>(
    name: N,
    ...request: Commands[N]['request'] extends undefined ? [] : [Commands[N]['request']]
  ): Promise<Commands[N]['reply']>;
  on<E extends keyof Events>(event: E, handler: (payload: Events[E]) => void): void;
}

/** The word that a refusal carries where the page acts on it. */
export function codeOf(error: unknown): string | null {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** What was to be added is there already with other details; asked again with `replace`, it takes their place. */
export const isThere = (error: unknown) => codeOf(error) === 'already_there';

/** The sentence to show for whatever a call rejected with. */
export function messageOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string') {
    return error.message;
  }
  return typeof error === 'string' ? error : 'The request failed. Try again.';
}
