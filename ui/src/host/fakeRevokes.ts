/** Revocations of the fake worlds: the keys of custodian sign; a role of RDS has a service; AWS can be made to refuse. */
import type { RevokeHit } from '../wire/RevokeHit';
import type { RevokeOutcome } from '../wire/RevokeOutcome';
import type { RevokeSessionsRequest } from '../wire/RevokeSessionsRequest';
import type { RoleView } from '../wire/RoleView';
import type { SessionView } from '../wire/SessionView';
import type { Commands, Topic } from './host';

type Names = 'plan_revoke' | 'revoke';
type Part = { [N in Names]: (request: Commands[N]['request']) => Commands[N]['reply'] };

const failure = (message: string) => Object.assign(new Error(message), { code: null });

interface World {
  sessions: () => SessionView[];
  roles: () => RoleView[];
  keep: (sessions: SessionView[]) => void;
  changed: (...topics: Topic[]) => void;
}

const hit = (of: SessionView): RevokeHit => ({
  id: of.id, account_name: of.account_name, role_name: of.role_name, session_name: of.session_name, expires_at: of.expires_at
});

export class FakeRevokes {
  answers: Part;
  /** What AWS refuses it with, if it is to. */
  refuses = false;
  #world: World;
  #revoked = new Set<string>();

  constructor(world: World) {
    this.#world = world;
    this.answers = {
      plan_revoke: (r) => this.#plan(r),
      revoke: (r) => this.#do(r)
    };
  }

  #of(of: string): SessionView {
    const found = this.#world.sessions().find((s) => s.id === of || s.arn === of);
    if (!found) throw failure('There is no such session.');
    return found;
  }

  #plan(r: RevokeSessionsRequest): RevokeOutcome {
    const of = this.#of(r.of);
    const arn = of.arn ?? '';
    if (arn.includes('AWSReservedSSO_')) throw failure(`${arn} is a role of IAM Identity Center, and IAM lets nobody add a policy to it.`);
    if (r.undo && !this.#revoked.has(arn)) throw failure(`${of.role_name} has no policy AWSRevokeOlderSessions: there is nothing to undo`);
    const production = this.#world.roles().some((role) => role.account_id === of.account_id && role.production);
    return {
      kind: 'planned',
      plan: {
        role_arn: arn, role_name: of.role_name, account_id: of.account_id ?? '', account_name: of.account_name, colour: of.colour, production,
        signer: { label: 'the keys of custodian', session_id: null, role_key: 'custodian', is_hit: false },
        hits: this.#world.sessions().filter((s) => s.arn === arn && !s.revoked).map(hit), stay: [],
        services: of.role_name.includes('RDS') ? ['rds.amazonaws.com'] : [], services_unread: null, last_used: of.issued_at, revoked_before: null
      }
    };
  }

  #do(r: RevokeSessionsRequest): RevokeOutcome {
    const of = this.#of(r.of);
    const arn = of.arn ?? '';
    if (this.refuses) {
      return {
        kind: 'denied',
        denial: {
          summary: 'AWS does not let the keys of custodian do this: it needs iam:PutRolePolicy on the role.', code: 'AccessDenied',
          message: 'User: custodian is not authorized to perform: iam:PutRolePolicy', request_id: '6f0c2b1e-5d0a-4c47-9a53-2f1f0c7be1d4',
          action: 'iam:PutRolePolicy', resource: arn, longest_duration: null
        }
      };
    }
    const hits = this.#world.sessions().filter((s) => s.arn === arn).map(hit);
    this.#world.keep(this.#world.sessions().map((s) => (s.arn === arn ? { ...s, revoked: !r.undo } : s)));
    this.#world.changed('sessions', 'history');
    if (r.undo) {
      this.#revoked.delete(arn);
      return { kind: 'undone', signed_by: 'the keys of custodian', still_before: null };
    }
    this.#revoked.add(arn);
    const before = new Date(Math.ceil(Date.now() / 1000) * 1000).toISOString();
    return { kind: 'revoked', revoked: { role_arn: arn, before, signed_by: 'the keys of custodian', hits, stay: [] } };
  }
}
