import { beforeEach, expect, it } from 'vitest';
import { productions } from '../consent/production.svelte';
import { catalog } from '../roles/catalog.svelte';
import { sessions } from '../session/sessions.svelte';
import { notices } from '../shell/notices.svelte';
import { sheets } from '../shell/sheets.svelte';
import { toasts } from '../shell/toasts.svelte';
import RevokeDialog from './RevokeDialog.svelte';
import { needText, Revoking } from './revoking.svelte';

beforeEach(async () => {
  window.fake.calls.length = 0;
  window.fake.world.revokes.refuses = false;
  await Promise.all([catalog.load(), sessions.load()]);
});

const calls = (name: string) => window.fake.calls.filter((c) => c.name === name).map((c) => c.request);
function live(id: string) {
  const session = sessions.byId(id);
  if (!session) throw new Error(`no session ${id}`);
  return session;
}

it('asks for exactly the role and the signer that were shown', async () => {
  const revoking = new Revoking(live('s-dev'), false);
  await revoking.go();
  expect(calls('revoke')).toEqual([]);
  await revoking.look();
  expect(revoking.plan?.services).toEqual(['rds.amazonaws.com']);
  expect(revoking.plan?.hits.map((h) => h.id)).toEqual(['s-dev']);
  await revoking.go();
  expect(calls('revoke')).toEqual([{ of: live('s-dev').arn, signer: 'custodian', undo: false, mfa_code: null }]);
  expect(live('s-dev').revoked).toBe(true);
  expect(revoking.left.map((h) => h.id)).toEqual(['s-dev']);
  await revoking.renew(revoking.left[0] ?? { id: '', account_name: '', role_name: '', session_name: null, expires_at: '' });
  expect(revoking.left).toEqual([]);
});

it('asks once more in production, and takes no for no', async () => {
  const session = live('s-prod');
  window.fake.world.roles = window.fake.world.roles.map((r) => (r.account_id === session.account_id ? { ...r, production: true } : r));
  const revoking = new Revoking(session, false);
  await revoking.look();
  const going = revoking.go();
  expect(productions.open?.of.action).toBe('Revoke');
  productions.open?.cancel();
  await going;
  expect(calls('revoke')).toEqual([]);
  const again = revoking.go();
  productions.open?.go();
  await again;
  expect(calls('revoke')).toHaveLength(1);
});

it('tells what AWS refused, and what stands in the way', async () => {
  window.fake.world.revokes.refuses = true;
  const revoking = new Revoking(live('s-staging'), false);
  await revoking.look();
  await revoking.go();
  expect(revoking.denial?.action).toBe('iam:PutRolePolicy');
  expect(revoking.done).toBeNull();
  expect(live('s-staging').revoked).toBe(false);
  expect(needText({ kind: 'endpoint_consent', endpoint: 'http://127.0.0.1:1' })).toContain('http://127.0.0.1:1');
});

it('says why there is nothing to undo', async () => {
  const revoking = new Revoking(live('s-staging'), true);
  await revoking.look();
  expect(revoking.plan).toBeNull();
  expect(revoking.error).toContain('nothing to undo');
});

it('closes no other dialog when the answer comes late, and tells it all the same', async () => {
  const first = new Revoking(live('s-dev'), false);
  await first.look();
  await first.go();
  expect(toasts.list.at(-1)?.text).toBe('The sessions are revoked');

  const revoking = new Revoking(live('s-dev'), true);
  sheets.show(RevokeDialog, { revoking });
  await revoking.look();
  const going = revoking.go();
  const other = { revoking: new Revoking(live('s-dev'), true) };
  sheets.show(RevokeDialog, other);
  await going;
  expect(sheets.open?.props).toBe(other);
  expect(toasts.list.at(-1)?.text).toBe('The revoked sessions work again');
  sheets.close();

  window.fake.world.revokes.refuses = true;
  const refused = new Revoking(live('s-dev'), false);
  await refused.look();
  await refused.go();
  expect(notices.list.at(-1)?.message).toContain('iam:PutRolePolicy');
});
