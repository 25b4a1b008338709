/** How the person wants the shown role to be switched to, where that differs from the role's own settings. */
import type { RoleView } from '../wire/RoleView';
import type { SwitchRequest } from '../host/host';

export const DURATIONS = [900, 1800, 2700, 3600, 7200, 14400, 28800, 43200];
const LONGEST = 43_200;
const CHAIN_CAP = 3600;

/** Whether the permission set decides how long a session lives and what it is called: Identity Center takes no wishes. */
export const isPermissionSet = (role: RoleView) => role.identity.kind === 'identity_center' && role.hops.length === 0;

/** Whether the sign-in names the session: an identity provider does. */
export const isNamedBySignIn = (role: RoleView) => role.identity.kind === 'saml' && role.hops.length === 0;

/** The longest that may be asked for: AWS refuses more, it does not shorten. */
export function cap(role: RoleView): number {
  const known = role.max_duration ?? LONGEST;
  return role.chained ? Math.min(known, CHAIN_CAP) : known;
}

/** Why longer durations cannot be had, if so. */
export function capReason(role: RoleView): string | null {
  if (role.chained) return 'AWS caps chained roles at 1 h.';
  return null;
}

/** The choices to draw, with the role's own duration among them. */
export function durations(role: RoleView): number[] {
  const own = Math.min(role.duration, cap(role));
  return DURATIONS.includes(own) ? DURATIONS : [...DURATIONS, own].sort((a, b) => a - b);
}

interface Fields {
  duration: number | null;
  region: string | null;
  sessionName: string | null;
  externalId: string | null;
}

const UNTOUCHED: Fields = { duration: null, region: null, sessionName: null, externalId: null };

class Choices {
  #byRole = $state<Record<string, Fields>>({});

  of(role: RoleView): Fields {
    return this.#byRole[role.key] ?? UNTOUCHED;
  }

  set(role: RoleView, fields: Partial<Fields>): void {
    this.#byRole[role.key] = { ...this.of(role), ...fields };
  }

  duration(role: RoleView): number {
    return this.of(role).duration ?? Math.min(role.duration, cap(role));
  }

  region(role: RoleView): string {
    return this.of(role).region ?? role.region;
  }

  /** Only what was touched goes out: a default may be lowered, a wish may not. */
  request(role: RoleView): SwitchRequest {
    const f = this.of(role);
    const changed = (now: string | null, own: string | null) => (now === null || now === (own ?? '') ? null : now || null);
    return {
      role_key: role.key,
      duration: f.duration,
      region: changed(f.region, role.region),
      session_name: changed(f.sessionName, role.session_name),
      external_id: changed(f.externalId, role.external_id),
      mfa_code: null
    };
  }
}

export const choices = new Choices();
