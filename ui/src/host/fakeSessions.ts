/** Sessions of the fake worlds. */
import type { RoleView } from '../wire/RoleView';
import type { SessionView } from '../wire/SessionView';
import { DEV, PROD, specRoles, STAGING, STUZIO } from './fakeRoles';

interface Making {
  id: string;
  life: number;
  left?: number;
  region: string;
}

export function fakeSession(role: RoleView, making: Making, now = Date.now()): SessionView {
  const left = making.left ?? making.life;
  const expires = Math.floor(now / 1000) * 1000 + left * 1000;
  return {
    id: making.id,
    role_key: role.key,
    profile: role.profile,
    arn: role.arn,
    account_id: role.account_id,
    account_name: role.account_name,
    colour: role.colour,
    role_name: role.role_name,
    assumed_role_arn: `arn:aws:sts::${role.account_id}:assumed-role/${role.role_name}/${role.session_name}`,
    user_id: `AROAIOSFODNN7EXAMPLE:${role.session_name}`,
    access_key_id: 'ASIAIOSFODNN7EXAMPLE',
    issued_at: new Date(expires - making.life * 1000).toISOString(),
    expires_at: new Date(expires).toISOString(),
    seconds_left: left,
    life: making.life,
    region: making.region,
    source: `${role.identity.profile}, ${role.identity.label}`,
    session_name: role.session_name,
    mfa_serial: role.hops.find((h) => h.mfa_serial !== null)?.mfa_serial ?? null,
    external_id: role.external_id,
    hops: role.hops.map((h) => h.arn),
    chained: role.chained,
    auto_renew: role.auto_renew,
    renew_needs_code: role.mfa,
    renew_error: null,
    token_chars: 1064,
    revoked: false
  };
}

/** The four sessions of the design's pages: 4:08, 11:48, 42:17 and 6 h 38 min left. */
export function specSessions(now: number): SessionView[] {
  const roles = specRoles(() => new Date(now).toISOString());
  const of = (account: { name: string }, name: string, making: Making) => {
    const role = roles.find((r) => r.account_name === account.name && r.role_name === name);
    if (!role) throw new Error(`no role ${name}`);
    return fakeSession(role, making, now);
  };
  const region = 'eu-west-1';
  return [
    of(PROD, 'StuzioAcmeConsultantRole', { id: 's-prod', life: 3600, left: 2537, region }),
    of(STAGING, 'StuzioAcmeConsultantRole', { id: 's-staging', life: 7200, left: 708, region }),
    of(DEV, 'AWSIAMRoleForRDS', { id: 's-dev', life: 1800, left: 248, region }),
    of(STUZIO, 'AdministratorAccess', { id: 's-stuzio', life: 28_800, left: 23_890, region })
  ];
}
