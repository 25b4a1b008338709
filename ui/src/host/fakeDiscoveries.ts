/** Looking for roles in the fake worlds. Tests let the search go on. */
import type { DiscoverOutcome } from '../wire/DiscoverOutcome';
import type { DiscoveryView } from '../wire/DiscoveryView';
import type { NeedView } from '../wire/NeedView';
import type { Commands, Topic } from './host';

type Names = 'discoveries' | 'discover' | 'await_discovery' | 'cancel_discovery' | 'forget_discovery' | 'set_discovery_daily';
type Part = { [N in Names]: (request: Commands[N]['request']) => Commands[N]['reply'] | Promise<Commands[N]['reply']> };

const failure = (message: string) => Object.assign(new Error(message), { code: null });

export class FakeDiscoveries {
  views: DiscoveryView[] = [];
  /** What the next search needs first. */
  needs: NeedView[] = [];
  /** The search stands still until `goOn`. */
  waits = false;
  /** Getting credentials for it takes until `goOn`. */
  slow = false;
  /** What it is refused. */
  unread = false;
  #changed: (...topics: Topic[]) => void;
  #add: (start: string, role: string) => void;
  #waiting: (() => void)[] = [];

  constructor(changed: (...topics: Topic[]) => void, add: (start: string, role: string) => void) {
    this.#changed = changed;
    this.#add = add;
  }

  #of(start: string): DiscoveryView {
    const view = this.views.find((v) => v.start === start);
    if (!view) throw failure(`No roles were looked for from "${start}".`);
    return view;
  }

  #put(view: DiscoveryView): DiscoveryView {
    this.views = [...this.views.filter((v) => v.start !== view.start), view];
    return view;
  }

  goOn(): void {
    this.waits = false;
    this.slow = false;
    for (const go of this.#waiting.splice(0)) go();
  }

  #discover({ start, organization, role_names }: Commands['discover']['request']): DiscoverOutcome {
    const need = this.needs.shift();
    if (need) return { kind: 'needs', need };
    const at = new Date().toISOString();
    const refused = { operation: 'ListGroupsForUser', why: 'AccessDenied: you may not list groups (request 6f0c2b1e)', request_id: '6f0c2b1e' };
    const view: DiscoveryView = {
      start, daily: false, doing: 'Reading its own policies', error: null, step: 1,
      report: {
        who: 'arn:aws:iam::183438944504:user/troy',
        policies: {
          read_at: at, policies: 3, roles: 1, candidates: 0,
          patterns: [{ pattern: 'arn:aws:iam::*:role/Org*', policy: 'organization-roles', allows: 'roles named Org* in every account', conditional: true }],
          denied: ['guard denies arn:aws:iam::*:role/Break*'], unread: this.unread ? [refused] : []
        },
        organization: organization
          ? {
              read_at: at, accounts: 30, active: 28, candidates: 28 * Math.max(1, role_names.length),
              role_names: role_names.length > 0 ? role_names : ['OrganizationAccountAccessRole'], unread: null
            }
          : null
      }
    };
    return { kind: 'started', discovery: this.#put(view) };
  }

  answers: Part = {
    discoveries: () => this.views,
    discover: async (request) => {
      if (this.slow) await new Promise<void>((go) => this.#waiting.push(go));
      return this.#discover(request);
    },
    await_discovery: async ({ start }) => {
      if (this.waits) await new Promise<void>((go) => this.#waiting.push(go));
      const view = this.#of(start);
      if (view.doing === null) return view;
      this.#add(start, 'FoundByPolicy');
      this.#changed('discoveries', 'catalog');
      return this.#put({ ...view, doing: null, step: view.step + 1 });
    },
    cancel_discovery: ({ start }) => {
      this.views = this.views.filter((v) => v.start !== start || v.doing === null);
      return null;
    },
    forget_discovery: ({ start }) => {
      this.views = this.views.filter((v) => v.start !== start);
      return null;
    },
    set_discovery_daily: ({ start, on }) => {
      this.#put({ ...this.#of(start), daily: on });
      return null;
    }
  };
}
