/** Identity Center and SAML providers of the fake worlds: portals, and sign-ins that a test finishes. */
import type { PortalStateView } from '../wire/PortalStateView';
import type { SamlRequest } from '../wire/SamlRequest';
import type { SamlResponse } from '../wire/SamlResponse';
import type { SignInOutcome } from '../wire/SignInOutcome';
import type { SignInRequest } from '../wire/SignInRequest';
import type { SignInView } from '../wire/SignInView';
import type { Topic } from './host';

type Ago = (minutes: number) => string;

function state(name: string, more: Partial<PortalStateView> & { start_url: string; region?: string }): PortalStateView {
  const { start_url, region = 'eu-west-1', ...rest } = more;
  return {
    portal: { name, start_url, region, kind: 'identity_center' },
    signed_in_until: null, left_elsewhere: false, refreshes: true, accounts: null, roles: null, listed_at: null, listing: false, error: null,
    ...rest
  };
}

/** The one of the design's pages. */
export function specPortals(ago: Ago): PortalStateView[] {
  return [
    state('stuzio-sso', {
      start_url: 'https://stuzio.awsapps.com/start', signed_in_until: ago(-240), accounts: 4, roles: 5, listed_at: ago(22)
    })
  ];
}

/** One of each kind: signed out, signed in, not on an AWS host, older form, never listed, failing. */
export function manyPortals(ago: Ago): PortalStateView[] {
  return [
    state('acme', { start_url: 'https://d-9067f1a2b3.awsapps.com/start', region: 'eu-central-1', accounts: 12, roles: 31, listed_at: ago(1500) }),
    ...specPortals(ago),
    state('lab', { start_url: 'https://sso.lab.example/start', region: 'us-east-1' }),
    state('https://legacy.awsapps.com/start', {
      start_url: 'https://legacy.awsapps.com/start', refreshes: false, signed_in_until: ago(-52), accounts: 1, roles: 1, listed_at: ago(200),
      error: 'The portal refused to list accounts. Sign in again. ForbiddenException: No access (request 3f1c0de2-77aa-4b1e-9f00-0a2f1f7be1d4)'
    })
  ];
}

export function hostilePortals(): PortalStateView[] {
  const evil = '<img src=x onerror="window.pwned=1">\u202Emoc';
  return [state(evil, { start_url: 'https://evil.awsapps.com/<b>start</b>', region: '<i>r</i>', error: evil, accounts: 1, roles: 1 })];
}

interface Pending {
  view: SignInView;
  done: Promise<null>;
  finish: () => void;
  fail: (message: string) => void;
}

const failure = (message: string) => Object.assign(new Error(message), { code: null });

export class FakePortals {
  states: PortalStateView[];
  #pending = new Map<string, Pending>();
  #begun = 0;
  #agreed: ReadonlySet<string>;
  #changed: (...topics: Topic[]) => void;

  constructor(states: PortalStateView[], agreed: ReadonlySet<string>, changed: (...topics: Topic[]) => void) {
    this.states = states;
    this.#agreed = agreed;
    this.#changed = changed;
  }

  of(name: string): PortalStateView {
    const found = this.states.find((s) => s.portal.name === name);
    if (!found) throw failure(`No sign-in is called ${name}. Name one of the shared config.`);
    return found;
  }

  patch(name: string, more: Partial<PortalStateView>): void {
    this.states = this.states.map((s) => (s.portal.name === name ? { ...s, ...more } : s));
  }

  signIn(request: SignInRequest): SignInOutcome {
    const { portal, signed_in_until } = this.of(request.portal);
    const { origin, hostname, protocol } = new URL(portal.start_url);
    const unasked = portal.kind === 'saml' && protocol === 'https:';
    if (!unasked && !hostname.endsWith('.awsapps.com') && !this.#agreed.has(origin)) {
      return { kind: 'needs', need: { kind: 'endpoint_consent', endpoint: origin } };
    }
    if (signed_in_until !== null && !request.anew) return { kind: 'signed_in' };
    const under = [...this.#pending.values()].find((p) => p.view.portal.name === portal.name);
    if (under) return { kind: 'waiting', sign_in: { ...under.view, begun: false } };
    return { kind: 'waiting', sign_in: this.#begin(portal.name, request.device).view };
  }

  /** A sign-in that some other program has under way. */
  beginElsewhere(name: string): void {
    this.#begin(name, false);
  }

  #begin(name: string, device: boolean): Pending {
    const { portal } = this.of(name);
    this.#begun += 1;
    const id = `si-${this.#begun}`;
    const code = 'QBWD-LMXK';
    const oidc = `https://oidc.${portal.region}.amazonaws.com/authorize?response_type=code&client_id=hatrack`;
    let finish = () => undefined as void;
    let fail = (_message: string) => undefined as void;
    const done = new Promise<null>((resolve, reject) => {
      finish = () => resolve(null);
      fail = (message) => reject(failure(message));
    });
    // Nobody has to wait for it.
    done.catch(() => undefined);
    const view: SignInView = {
      id, portal, begun: true, user_code: device ? code : null, seconds_left: device ? 600 : 300,
      url: device ? `https://device.sso.${portal.region}.amazonaws.com/?user_code=${code}` : oidc
    };
    const pending = { view, done, finish, fail };
    this.#pending.set(id, pending);
    return pending;
  }

  wait(id: string): Promise<null> {
    const pending = this.#pending.get(id);
    if (!pending) throw failure('That sign-in is over. Sign in again.');
    return pending.done;
  }

  cancel(id: string): null {
    this.#end(id)?.fail('The sign-in was given up.');
    return null;
  }

  /** What the person does in the browser; tests call these. */
  allow(name: string): void {
    this.patch(name, { signed_in_until: new Date(Date.now() + 8 * 3_600_000).toISOString() });
    this.#endOf(name)?.finish();
    this.#changed('portals', 'catalog');
  }

  deny(name: string, message = 'The sign-in was refused in the browser. Sign in again and choose Allow.'): void {
    this.#endOf(name)?.fail(message);
  }

  addSaml(request: SamlRequest): null {
    const { name, start_url } = request;
    if (!start_url.startsWith('http')) throw failure(`"${start_url}" is no address of a sign-in page.`);
    const there = this.states.find((s) => s.portal.name === name);
    if (there && !request.replace && there.portal.start_url !== start_url) {
      throw Object.assign(failure(`a provider called "${name}" is there already, at ${there.portal.start_url}`), { code: 'already_there' });
    }
    const added = state(name, { start_url, region: request.region ?? '', refreshes: false });
    this.states = [...this.states.filter((s) => s.portal.name !== name), { ...added, portal: { ...added.portal, kind: 'saml' } }];
    this.#changed('portals');
    return null;
  }

  removeSaml(name: string): null {
    this.states = this.states.filter((s) => s.portal.name !== name);
    this.#changed('portals');
    return null;
  }

  pasteSaml(request: SamlResponse): null {
    if (!request.response.startsWith('PHNhbWxwOl')) throw failure('That is not a SAML response: it is not base64.');
    this.allow(request.portal);
    return null;
  }

  #endOf(name: string): Pending | undefined {
    const pending = [...this.#pending.values()].find((p) => p.view.portal.name === name);
    return pending && this.#end(pending.view.id);
  }

  #end(id: string): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  signOut(name: string): null {
    this.patch(this.of(name).portal.name, { signed_in_until: null, left_elsewhere: false });
    queueMicrotask(() => this.#changed('portals', 'catalog'));
    return null;
  }

  /** Goes on until a test calls `listed`. */
  list(name: string): null {
    this.patch(this.of(name).portal.name, { listing: true, error: null });
    queueMicrotask(() => this.#changed('portals'));
    return null;
  }

  listed(name: string, accounts: number, roles: number): void {
    this.patch(name, { listing: false, accounts, roles, listed_at: new Date().toISOString() });
    this.#changed('portals', 'catalog');
  }
}
