import { beforeEach, expect, it } from 'vitest';
import { catalog } from '../roles/catalog.svelte';
import { fakeSession } from '../host/fakeSessions';
import { toasts } from '../shell/toasts.svelte';
import { switchBack } from './acts.svelte';
import { clipboard, copyEnv } from './env.svelte';
import { sessions } from './sessions.svelte';

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
  expect(calls('end_session')).toEqual([{ session_id: 's-prod' }]);
});

it('leaves the clipboard alone that holds another session’s', async () => {
  await copyEnv(live('s-stuzio'));
  await switchBack(live('s-staging'));
  expect(calls('clear_clipboard')).toEqual([]);
});

it('undo wishes nothing of a permission set', async () => {
  const role = catalog.role('stuzio-projectx/BillingAccess');
  if (!role) throw new Error('no role');
  const billing = fakeSession(role, { id: 's-billing', life: 28_800, region: 'us-east-1' });
  window.fake.world.sessions = [...window.fake.world.sessions, { ...billing, session_name: 'troy@acme.example' }];
  await sessions.load();
  await switchBack(live('s-billing'));
  toasts.list.at(-1)?.undo?.();
  await expect.poll(() => calls('switch_role')).toHaveLength(1);
  expect(calls('switch_role')[0]).toMatchObject({ role_key: role.key, duration: null, session_name: null, region: 'us-east-1' });
});

it('undo asks only for what differs from the role’s own', async () => {
  const session = live('s-stuzio');
  const role = catalog.role(session.role_key);
  await switchBack(session);
  toasts.list.at(-1)?.undo?.();
  await expect.poll(() => calls('switch_role')).toHaveLength(1);
  const [request] = calls('switch_role') as Record<string, unknown>[];
  expect(request).toMatchObject({ role_key: session.role_key, session_name: null, external_id: null });
  expect(request?.duration).toBe(session.life === role?.duration ? null : session.life);
});
