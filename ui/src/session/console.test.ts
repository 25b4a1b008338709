import { beforeEach, expect, it } from 'vitest';
import { toasts } from '../shell/toasts.svelte';
import { copyConsoleLink, opening } from './console.svelte';
import { clipboard } from './env.svelte';
import { sessions } from './sessions.svelte';

beforeEach(async () => {
  window.fake.calls.length = 0;
  await sessions.load();
});

const calls = (name: string) => window.fake.calls.filter((c) => c.name === name).map((c) => c.request);
function live(id: string) {
  const session = sessions.byId(id);
  if (!session) throw new Error(`no session ${id}`);
  return session;
}

it('opens one console at a time, and says whose it is', async () => {
  const first = opening.open(live('s-prod'));
  expect(opening.sessionId).toBe('s-prod');
  await Promise.all([first, opening.open(live('s-dev'))]);
  expect(calls('open_console')).toEqual([{ session_id: 's-prod', page: { kind: 'home' }, browser: null }]);
  expect(opening.sessionId).toBeNull();
  expect(toasts.list.at(-1)?.text).toContain('console');
});

it('knows that a copied link is on the clipboard until it is cleared', async () => {
  await copyConsoleLink(live('s-stuzio'));
  expect(clipboard.held?.sessionId).toBe('s-stuzio');
  expect(clipboard.held?.what).toContain('console');
});
