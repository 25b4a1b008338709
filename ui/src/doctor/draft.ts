/** What the form of a new access holds, and the wish that it makes. Pure. */
import type { Machine } from '../wire/Machine';
import type { RoleTrust } from '../wire/RoleTrust';
import type { Wish } from '../wire/Wish';

export type Case = Wish['case'];
export type TrustKind = RoleTrust['kind'];

export interface Draft {
  case: Case;
  caller: string;
  role: string;
  bucket: string;
  prefix: string;
  write: boolean;
  delete: boolean;
  mfa: boolean;
  bucketPolicy: boolean;
  externalId: string;
  machine: Machine;
  ownRole: string;
  /** One a line. */
  callers: string;
  owner: string;
  trust: TrustKind;
  service: string;
  provider: string;
  audience: string;
  subject: string;
  anchor: string;
  commonName: string;
}

export const EMPTY: Draft = {
  case: 'own_accounts', caller: '', role: '', bucket: '', prefix: '', write: false, delete: false, mfa: false, bucketPolicy: false, externalId: '',
  machine: 'ec2', ownRole: '', callers: '', owner: '', trust: 'service', service: '', provider: '', audience: '', subject: '', anchor: '', commonName: ''
};

const ROLE = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;

const isRole = (text: string) => ROLE.test(text.trim());
const lines = (text: string) => text.split(/\s+/).filter(Boolean);

/** The first thing that is missing or has another form; `null` where it can be written. */
export function missingOf(d: Draft): string | null {
  if (d.case === 'trust') return missingOfTrust(d);
  if (d.case === 'direct_bucket') {
    if (lines(d.callers).length === 0) return 'Callers are missing';
    if (!/^\d{12}$/.test(d.owner.trim())) return 'The bucket’s account has 12 digits';
  } else {
    if (d.case === 'machine' && !isRole(d.ownRole)) return 'The machine’s role is an ARN of a role';
    if (d.case !== 'machine' && d.caller.trim() === '') return 'Caller is missing';
    if (!isRole(d.role)) return 'Role is an ARN: arn:aws:iam::111122223333:role/Name';
  }
  return d.bucket.trim() === '' ? 'Bucket is missing' : null;
}

function missingOfTrust(d: Draft): string | null {
  const empty = (text: string) => text.trim() === '';
  switch (d.trust) {
    case 'service':
    case 'service_linked':
      return empty(d.service) ? 'Service is missing' : null;
    case 'web_identity':
      return empty(d.provider) ? 'Provider is missing' : empty(d.audience) ? 'Audience is missing' : empty(d.subject) ? 'Subject is missing' : null;
    case 'saml':
      return empty(d.provider) ? 'Provider is missing' : null;
    case 'roles_anywhere':
      return empty(d.anchor) ? 'Trust anchor is missing' : null;
  }
}

export function wishOf(d: Draft): Wish {
  const access = { bucket: d.bucket.trim(), prefix: d.prefix.trim(), write: d.write, delete: d.delete };
  const role = d.role.trim();
  switch (d.case) {
    case 'own_accounts':
      return { case: d.case, caller: d.caller.trim(), role, access, mfa: d.mfa, external_id: null, bucket_policy: d.bucketPolicy };
    case 'third_party':
      return { case: d.case, caller: d.caller.trim(), role, access, mfa: d.mfa, external_id: d.externalId.trim() || null, bucket_policy: d.bucketPolicy };
    case 'machine':
      return { case: d.case, machine: d.machine, own_role: d.ownRole.trim(), role, access, bucket_policy: d.bucketPolicy };
    case 'direct_bucket':
      return { case: d.case, callers: lines(d.callers), owner: d.owner.trim(), access };
    case 'trust':
      return { case: d.case, ...trustOf(d) };
  }
}

function trustOf(d: Draft): RoleTrust {
  switch (d.trust) {
    case 'service':
    case 'service_linked':
      return { kind: d.trust, service: d.service.trim() };
    case 'web_identity':
      return { kind: d.trust, provider: d.provider.trim(), audience: d.audience.trim(), subject: d.subject.trim() };
    case 'saml':
      return { kind: d.trust, provider: d.provider.trim() };
    case 'roles_anywhere':
      return { kind: d.trust, trust_anchor: d.anchor.trim(), common_name: d.commonName.trim() };
  }
}
