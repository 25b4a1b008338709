/** Doctor of the fake world: the denial of the design's page, exact once the trust policy is pasted. */
import type { CureView } from '../wire/CureView';
import type { DiagnosisView } from '../wire/DiagnosisView';
import type { GivenPolicies } from '../wire/GivenPolicies';
import type { Composed } from '../wire/Composed';
import type { PlacementView } from '../wire/PlacementView';
import type { PolicyCheckView } from '../wire/PolicyCheckView';
import { DENIED_TEXT } from './fakeHistory';
import type { Wish } from '../wire/Wish';
import type { Answers } from './fakeWorld';

const CALLER = 'arn:aws:iam::081278057606:user/troy';
const ROLE = 'arn:aws:iam::183438944504:role/readonly-asi-production-bucket';
const STATEMENT = [
  '    {',
  '      "Sid": "StuzioTroy",',
  '      "Effect": "Allow",',
  `      "Principal": { "AWS": "${CALLER}" },`,
  '      "Action": "sts:AssumeRole",',
  '      "Condition": {',
  '        "StringEquals": { "sts:ExternalId": "stuzio-acme-2026" },',
  '        "Bool": { "aws:MultiFactorAuthPresent": "true" }',
  '      }',
  '    }'
];
const DOCUMENT = ['{', '  "Version": "2012-10-17",', '  "Statement": [', ...STATEMENT, '  ]', '}'];

const CURE: CureView = {
  title: 'Add this to the trust policy',
  place: 'IAM, Roles, readonly-asi-production-bucket, Trust relationships. Needs an admin of account A.',
  account_id: '183438944504',
  way: 'add_statement',
  target: 'trust',
  target_name: 'readonly-asi-production-bucket',
  policy_name: null,
  document: DOCUMENT.join('\n'),
  added_from: 4,
  added_to: 3 + STATEMENT.length,
  statement: STATEMENT.map((line) => line.slice(4)).join('\n'),
  cli: "aws iam update-assume-role-policy --role-name readonly-asi-production-bucket \\\n  --policy-document file://trust.json",
  terraform: 'data "aws_iam_policy_document" "trust" {\n  statement {\n    sid     = "StuzioTroy"\n    actions = ["sts:AssumeRole"]\n  }\n}',
  cloudformation: 'AssumeRolePolicyDocument:\n  Version: "2012-10-17"\n  Statement:\n    - Sid: StuzioTroy\n      Effect: Allow',
  message: `Please add this statement to the trust policy of ${ROLE}:\n\n${STATEMENT.join('\n')}`,
  warnings: []
};

function placements(given: GivenPolicies): PlacementView[] {
  const exact = given.trust !== null;
  return [
    {
      placement: 'assume_role', number: 1, title: 'Allow sts:AssumeRole, in B', account_id: '081278057606', verdict: 'present',
      note: 'Policy AcmeSwitch on troy allows it', evidence: ['A policy simulation at 14:19 allows the call in B.'], cure: null
    },
    {
      placement: 'trust', number: 2, title: 'Trust policy, in A', account_id: '183438944504', verdict: exact ? 'missing' : 'likely_missing',
      note: exact ? 'The policy that you gave names others' : 'Says who may become this role',
      evidence: exact
        ? ['No statement of the trust policy that you gave names arn:aws:iam::081278057606:user/troy.']
        : ['sts:AssumeRole itself was refused, so 3 and 4 were never read.', 'A policy simulation at 14:19 allows the call in B, so 1 is fine.'],
      cure: CURE
    },
    {
      placement: 'permissions', number: 3, title: 'Permissions policy, in A', account_id: '183438944504', verdict: 'not_reached',
      note: 'Says what the role may do after the switch', evidence: ['The request did not come so far.'], cure: null
    },
    {
      placement: 'bucket_policy', number: 4, title: 'Bucket policy, in A', account_id: '183438944504', verdict: 'optional',
      note: 'Same account as the role, so 3 is enough', evidence: ['Within an account the role’s permissions suffice.'], cure: null
    }
  ];
}

/** The message in pieces, its names apart. */
function parts(message: string): { text: string; strong: boolean }[] {
  return message
    .split(/(arn:aws:\S+|sts:AssumeRole)/)
    .filter(Boolean)
    .map((text) => ({ text, strong: /^(arn:|sts:)/.test(text) }));
}

function diagnosis(code: string, message: string, request_id: string | null, given: GivenPolicies): DiagnosisView {
  const exact = given.trust !== null;
  return {
    kind: 'missing_placement',
    headline: exact ? 'The role’s trust policy does not name you' : 'The role’s trust policy most likely does not name you',
    advice: [],
    request: {
      caller: CALLER, action: 'sts:AssumeRole', resource: ROLE, role: ROLE, bucket: 'asi-production', code, status: 403, message,
      message_parts: parts(message), request_id
    },
    account_b: { id: '081278057606', name: 'Stuzio' },
    account_a: { id: '183438944504', name: 'Acme' },
    placements: placements(given),
    elsewhere: [],
    ruled_out: ['External ID sent: stuzio-acme-2026', 'MFA present, 17 min old'],
    unseen: exact ? ['Service control policies at Acme'] : ['Policies in account A', 'Service control policies at Acme']
  };
}

/** A denial of the clock's: nothing is to be added anywhere. */
const SKEWED: DiagnosisView = {
  kind: 'clock',
  headline: 'This computer’s clock is wrong',
  advice: ['Set the clock by the network, then try again. No policy has to change.'],
  request: {
    caller: null, action: 'sts:AssumeRole', resource: null, role: null, bucket: null, code: 'SignatureDoesNotMatch', status: 403,
    message: 'Signature expired: 20260611T120000Z is now earlier than 20260611T121500Z', request_id: null,
    message_parts: [{ text: 'Signature expired: 20260611T120000Z is now earlier than 20260611T121500Z', strong: false }]
  },
  account_b: null, account_a: null, placements: [], elsewhere: [], ruled_out: [], unseen: []
};

function checked(text: string): PolicyCheckView {
  const curly = /[“”]/.test(text);
  const size = { used: text.replace(/\s/g, '').length, limit: 6144, at_most: null };
  if (!curly) {
    return {
      report: { kind: 'identity', findings: [], mended: null, size },
      explained: {
        summary: 'An identity policy: it says what the user, group or role that it is attached to may do. It has one statement.',
        statements: [{ sid: 'Read', line: 3, allows: true, sentence: 'Allows s3:GetObject on the objects of asi-production, but only if', conditions: ['MFA stands behind the request'], unknown: [] }]
      }
    };
  }
  return {
    report: {
      kind: 'identity', mended: text.replace(/[“”]/g, '"'), size,
      findings: [
        { severity: 'error', check: 'pasted_character', line: 1, column: 2, what: 'The quotes are typographic.', advice: 'JSON takes straight ones.' },
        { severity: 'warning', check: 'wildcard', line: 2, column: 4, what: 'Action "*" allows everything.', advice: 'Name what is needed.' }
      ]
    },
    explained: null
  };
}

function composed(wish: Wish): Composed {
  if (wish.case === 'trust' && wish.kind === 'service_linked') {
    throw new Error(`${wish.service} makes its service-linked role itself, and nobody can write its trust policy.`);
  }
  const external_id = wish.case === 'third_party' ? '6b1f0a9c2e7d4c58a3f9d0e1b2c3d4e5' : null;
  const document = DOCUMENT.join('\n');
  const size = { used: 262, limit: 2048, at_most: 4096 };
  const lines = [{ line: 7, text: 'Only troy may take the role.' }, { line: 10, text: 'Only with this external ID.' }];
  return {
    placements: [
      { place: 'allow', account: '081278057606', goes_to: 'a policy of the user troy', why: 'So that troy may ask for the role.', document, size: { ...size, limit: 6144, at_most: null }, lines },
      { place: 'trust', account: '183438944504', goes_to: 'the trust policy of the role Reader', why: 'So that the role lets troy in.', document, size, lines }
    ],
    proofs: [
      { asked: 'troy takes the role Reader', allowed: true },
      { asked: 'somebody else takes the role Reader', allowed: false }
    ],
    external_id,
    notes: []
  };
}

export class FakeDoctor {
  /** Why no diagnosis can be made, for a test. */
  fault: string | null = null;
  answers: Pick<Answers, 'diagnose' | 'check_policy' | 'compose_access'>;

  constructor() {
    this.answers = {
      diagnose: ({ denial, text, given }) => {
        if (this.fault !== null) throw new Error(this.fault);
        if (denial) return diagnosis(denial.code, denial.message, denial.request_id, given);
        if (/expired|clock/i.test(text ?? '')) return SKEWED;
        return diagnosis('AccessDenied', DENIED_TEXT.slice('AccessDenied: '.length), null, given);
      },
      compose_access: composed,
      check_policy: ({ text }) => checked(text)
    };
  }
}
