import { beforeEach, expect, it } from 'vitest';
import { catalog } from '../roles/catalog.svelte';
import { toasts } from '../shell/toasts.svelte';
import type { SwitchedBackView } from '../wire/SwitchedBackView';
import { switchBack } from './acts.svelte';
import { offerUndo, undoLast } from './back.svelte';
import { clipboard, copyEnv } from './env.svelte';
import { sessions } from './sessions.svelte';
import { label } from './uses.svelte';

beforeEach(async () => {
  window.fake.calls.length = 0;
  await Promise.all([catalog.load(), sessions.load()]);
});

const calls = (name: string) => window.fake.calls.filter((c) => c.name === name).map((c) => c.request);
function live(id: string) {
  const session = sessions.byId(id);
  if (!session) throw new Error(`no session ${id}`);
  return session;
}

it('knows that a copied ARN took the place of the keys', async () => {
  await copyEnv(live('s-prod'));
  await clipboard.copy('arn:aws:iam::183438944504:role/X');
  expect(clipboard.held).toBeNull();
});

it('switching back takes its keys off the clipboard', async () => {
  await copyEnv(live('s-dev'));
  await switchBack(live('s-dev'));
  expect(calls('clear_clipboard')).toHaveLength(1);
  expect(clipboard.held).toBeNull();
});

it('a second press ends nothing twice', async () => {
  await Promise.all([switchBack(live('s-prod')), switchBack(live('s-prod'))]);
  expect(calls('switch_back')).toEqual([{ session_id: 's-prod', clipboard: false }]);
});

it('leaves the clipboard alone that holds another session’s', async () => {
  await copyEnv(live('s-stuzio'));
  await switchBack(live('s-staging'));
  expect(calls('clear_clipboard')).toEqual([]);
});

it('offers the undo of what was switched back elsewhere, and brings the same session back', async () => {
  const session = live('s-stuzio');
  const back: SwitchedBackView = {
    undo: 'undo-1',
    undo_s: 8,
    sessions: [{ session_id: session.id, account_name: 'stuzio-projectx', role_name: 'X', valid_until: session.expires_at, undone: [], stays: ['a terminal that is open'] }]
  };
  await copyEnv(session);
  offerUndo(back);
  const toast = toasts.list.at(-1);
  expect(toast?.text).toBe('Switched back from stuzio-projectx');
  expect(toast?.more).toContain('AWS accepts the credentials until');
  expect(toast?.undo?.keep).toContain('a terminal that is open');
  await expect.poll(() => clipboard.held).toBeNull();
  expect(undoLast()).toBe(true);
  await expect.poll(() => calls('undo_switch_back')).toEqual([{ undo: 'undo-1' }]);
});

it('undoes nothing where there is nothing to undo', () => {
  for (const toast of toasts.list) toasts.close(toast.id);
  expect(undoLast()).toBe(false);
});

it('says how a use stands', () => {
  const use = { kind: 'exec', what: 'python3', place: null, count: 3, running: 2, last_at: '2026-06-11T12:00:00Z' } as const;
  expect(label(use)).toBe('python3 by hat exec, 2 running');
  expect(label({ ...use, running: 0 })).toBe('python3 by hat exec, ended');
  expect(label({ ...use, kind: 'process', what: null, count: 2001 })).toBe('Programs by credential_process, 2,001 times');
  expect(label({ ...use, kind: 'console', what: 'S3', place: 'firefox', count: 1 })).toBe('Console, S3 in firefox');
});
