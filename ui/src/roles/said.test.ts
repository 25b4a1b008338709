import { expect, it } from 'vitest';
import { DEV, STUZIO, SSO, role } from '../host/fakeRoles';
import { takesDefaults, templateFault } from './said';

it('defaults that nothing is sent of are not offered', () => {
  expect(takesDefaults(role(DEV, 'R'))).toBe(true);
  for (const kind of ['identity_center', 'saml', 'web_identity', 'roles_anywhere']) {
    expect(takesDefaults(role(STUZIO, 'R', { identity: { ...SSO, kind }, hops: [] }))).toBe(false);
  }
});

it.each([
  ['', null],
  ['{user}', null],
  ['{user}@{account}.{role}', null],
  ['ci', null],
  ['x', '2 to 64'],
  ['{email}', 'places to fill in'],
  ['{user', 'places to fill in'],
  ['a b', 'letters, digits'],
  ['x'.repeat(65), '2 to 64']
])('b29: a session name template %j', (text, fault) => {
  if (fault === null) expect(templateFault(text)).toBeNull();
  else expect(templateFault(text)).toContain(fault);
});
