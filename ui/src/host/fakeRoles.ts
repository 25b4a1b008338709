/** Accounts, identities and roles of the fake worlds. */
import type { HatColour } from '../wire/HatColour';
import type { HopView } from '../wire/HopView';
import type { IdentityView } from '../wire/IdentityView';
import type { RoleView } from '../wire/RoleView';

export interface FakeAccount {
  id: string;
  name: string;
  colour: HatColour;
}

export const PROD: FakeAccount = { id: '183438944504', name: 'acme-prod', colour: 'red' };
export const STAGING: FakeAccount = { id: '444455556666', name: 'acme-staging', colour: 'amber' };
export const DEV: FakeAccount = { id: '111122223333', name: 'acme-dev', colour: 'green' };
export const STUZIO: FakeAccount = { id: '081278057606', name: 'stuzio-projectx', colour: 'blue' };

export const TROY: IdentityView = {
  profile: 'troy',
  kind: 'keys',
  label: 'IAM user keys',
  in_vault: false,
  account_id: STUZIO.id,
  portal: null,
  region: 'eu-west-1',
  defined_at: { file: '~/.aws/credentials', line: 1 }
};

export const SSO: IdentityView = {
  profile: 'stuzio-sso',
  kind: 'identity_center',
  label: 'Identity Center',
  in_vault: false,
  account_id: STUZIO.id,
  portal: 'stuzio-sso',
  region: 'eu-west-1',
  defined_at: { file: '~/.aws/config', line: 60 }
};

/** A command that prints credentials. */
export const VENDOR: IdentityView = {
  ...TROY, profile: 'vendor', kind: 'credential_process', label: 'Credential process', account_id: null,
  defined_at: { file: '~/.aws/config', line: 71 }
};

/** As the file has it, with what a terminal would act on. */
export const VENDOR_COMMAND =
  '/opt/vendor/bin/credentials --tenant acme --audience "arn:aws:iam::183438944504:role/VendorAccess" --format aws --cache-folder /home/troy/.cache/vendor <b>x</b>\u001b[31m';

export const PHONE = `arn:aws:iam::${STUZIO.id}:mfa/troy-phone`;

export const arnOf = (account: FakeAccount, name: string) => `arn:aws:iam::${account.id}:role/${name}`;

export function hop(account: FakeAccount, name: string, more: Partial<HopView> = {}): HopView {
  return {
    arn: arnOf(account, name),
    role_name: name,
    account_id: account.id,
    account_name: account.name,
    colour: account.colour,
    mfa_serial: null,
    external_id: null,
    session_id: null,
    ...more
  };
}

let line = 8;

export function role(account: FakeAccount, name: string, more: Partial<RoleView> = {}): RoleView {
  line += 6;
  return {
    key: `${account.name}/${name}`,
    profile: `${account.name}-${name.toLowerCase()}`,
    account_id: account.id,
    account_name: account.name,
    colour: account.colour,
    role_name: name,
    display_name: null,
    notes: null,
    arn: arnOf(account, name),
    partition: 'aws',
    source: '~/.aws/config',
    also_in: [],
    defined_at: { file: '~/.aws/config', line },
    identity: TROY,
    hops: [hop(account, name)],
    mfa: false,
    external_id: null,
    chained: false,
    max_duration: null,
    duration: 3600,
    region: 'eu-west-1',
    session_name: 'troy',
    said: { duration: null, region: null, session_name: null },
    production: false,
    favourite: false,
    auto_renew: false,
    last_use: null,
    unusable: null,
    ...more
  };
}

const EXTERNAL = 'stuzio-acme-2026';

/** The thirteen roles of the design's pages and one that cannot be used. `ago` gives a point in time by minutes before now. */
export function specRoles(ago: (minutes: number) => string): RoleView[] {
  const used = (minutes: number, outcome = 'ok') => ({ at: ago(minutes), outcome });
  const DAY = 1440;
  const consultant = (account: FakeAccount, mfa: boolean) =>
    hop(account, 'StuzioAcmeConsultantRole', { external_id: EXTERNAL, mfa_serial: mfa ? PHONE : null });
  return [
    role(PROD, 'StuzioAcmeConsultantRole', {
      hops: [consultant(PROD, true)], mfa: true, external_id: EXTERNAL, favourite: true, last_use: used(18), max_duration: 14_400
    }),
    role(PROD, 'AWSIAMRoleForRDS', {
      hops: [{ ...consultant(PROD, true), session_id: 's-prod' }, hop(PROD, 'AWSIAMRoleForRDS', { external_id: EXTERNAL })],
      chained: true, mfa: true, external_id: EXTERNAL, favourite: true, last_use: used(DAY - 110), max_duration: 3600
    }),
    role(PROD, 'OrganizationAccountAccessRole', {
      hops: [hop(PROD, 'OrganizationAccountAccessRole', { mfa_serial: PHONE })], mfa: true, last_use: used(3 * DAY)
    }),
    role(PROD, 'readonly-asi-production-bucket', {
      hops: [hop(PROD, 'readonly-asi-production-bucket', { mfa_serial: PHONE, external_id: EXTERNAL })],
      mfa: true, external_id: EXTERNAL, last_use: used(1, 'denied')
    }),
    role(STAGING, 'StuzioAcmeConsultantRole', {
      hops: [consultant(STAGING, false)], external_id: EXTERNAL, favourite: true, last_use: used(108), max_duration: 7200
    }),
    role(STAGING, 'DeployPipelineRole', {
      hops: [consultant(STAGING, false), hop(STAGING, 'DeployPipelineRole')], chained: true, last_use: used(279), max_duration: 3600
    }),
    role(STAGING, 'OrganizationAccountAccessRole', {
      hops: [hop(STAGING, 'OrganizationAccountAccessRole', { mfa_serial: PHONE })], mfa: true
    }),
    role(DEV, 'AWSIAMRoleForRDS', {
      hops: [consultant(DEV, false), hop(DEV, 'AWSIAMRoleForRDS')], chained: true, last_use: used(26), max_duration: 3600
    }),
    role(DEV, 'PowerUserAccess', { last_use: used(315), auto_renew: true, source: 'Hatrack', profile: null, defined_at: null }),
    role(DEV, 'StuzioAcmeConsultantRole', { hops: [consultant(DEV, false)], external_id: EXTERNAL, last_use: used(153) }),
    role(STUZIO, 'AdministratorAccess', { last_use: used(82), duration: 28_800, max_duration: 43_200 }),
    role(STUZIO, 'ProjectXBucketAdmin', { last_use: used(2 * DAY) }),
    role(STUZIO, 'ReadOnlyAccess', { last_use: used(15 * DAY) }),
    role(STUZIO, 'BillingAccess', { identity: SSO, hops: [], arn: null })
  ];
}

/** The same, one of them with a sign-in that lacks something. */
export function problemRoles(ago: (minutes: number) => string): RoleView[] {
  return specRoles(ago).map((r) =>
    r.identity.portal === null ? r : { ...r, unusable: 'Its Identity Center sign-in lacks sso_region. Add it.' }
  );
}

/** What portals list, a chain from one of them, and a role behind a command. */
export function portalRoles(ago: (minutes: number) => string): RoleView[] {
  const from = (portal: string, account: FakeAccount, name: string) =>
    role(account, name, {
      key: `${portal}:${account.name}/${name}`, profile: null, defined_at: null, source: portal, arn: null, hops: [],
      identity: { ...SSO, profile: portal, portal, account_id: account.id, defined_at: null }, session_name: 'troy@acme.example'
    });
  return [
    ...specRoles(ago),
    from('acme', PROD, 'AuditorAccess'), from('acme', PROD, 'SupportAccess'), from('acme', DEV, 'DeveloperAccess'),
    from('lab', STAGING, 'LabAccess'),
    role(DEV, 'ChainedFromSignIn', {
      identity: { ...SSO, profile: 'acme-base', portal: 'acme', account_id: DEV.id }, chained: true
    }),
    role(PROD, 'VendorAccess', { identity: VENDOR })
  ];
}

/** Names that would be markup, turn the text around or run something, if anything here let them. */
export function hostileRoles(): RoleView[] {
  const evil = [
    '<img src=x onerror="window.pwned=1">',
    '\u202Egpj.exe\u202C',
    '$(id)',
    "';alert(1)//",
    '{@html "<b>"}',
    'javascript:alert(1)',
    'a\u0000b\u0007c',
    '"><script>window.pwned=1</script>'
  ];
  return evil.map((name, i) =>
    role({ id: String(100000000000 + i), name, colour: 'slate' }, `R${i}`, {
      role_name: name, profile: name, key: `evil-${i}`, identity: { ...TROY, profile: name }
    })
  );
}

const COLOURS: HatColour[] = ['red', 'orange', 'amber', 'green', 'teal', 'blue', 'pink', 'slate'];
const KINDS = ['Admin', 'ReadOnly', 'Deploy', 'Audit', 'Billing', 'Support', 'Data', 'Network', 'Break-Glass', 'Build'];

/** `count` roles in accounts of ten. */
export function manyRoles(count: number): RoleView[] {
  return Array.from({ length: count }, (_, i) => {
    const n = Math.floor(i / KINDS.length);
    const account = { id: String(200000000000 + n), name: `team-${n}`, colour: COLOURS[n % COLOURS.length] ?? 'slate' };
    return role(account, `${KINDS[i % KINDS.length]}Role`);
  });
}
