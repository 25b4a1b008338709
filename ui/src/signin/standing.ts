/** How one stands with a portal, in words. */
import type { PortalStateView } from '../wire/PortalStateView';
import type { PortalView } from '../wire/PortalView';
import { formatCount } from '../parts/sizes';
import { formatLength } from '../time/left';
import { clockTime, dayAndTime, daysAgo } from '../time/when';

/** When the sign-in ends, if one is signed in at `now`. One that is renewed by itself may be past its time. */
export function signedInUntil(state: PortalStateView, now: Date): Date | null {
  if (state.signed_in_until === null) return null;
  const until = new Date(state.signed_in_until);
  return until.getTime() > now.getTime() || state.refreshes ? until : null;
}

/** Whether one signs in at an organisation's own identity provider, not at Identity Center. */
export const isSaml = (portal: PortalView) => portal.kind === 'saml';

export const isSignedIn = (state: PortalStateView, now: Date) => signedInUntil(state, now) !== null;

const at = (when: Date, now: Date) => (daysAgo(when, now) === 0 ? clockTime(when) : dayAndTime(when, now));
const inText = (when: Date, now: Date) => dayAndTime(when, now).replace(/^(Today|Yesterday)/, (day) => day.toLowerCase());

/** `signed in until 18:20`, `signed in`, `signed out`. */
export function standing(state: PortalStateView, now: Date): string {
  const until = signedInUntil(state, now);
  if (until === null) return 'signed out';
  return until.getTime() > now.getTime() ? `signed in until ${at(until, now)}` : 'signed in';
}

/** In full sentences, with how long that is and what happens then: `Until 18:20, 4 h from now. Renewed by itself.` */
export function standingInFull(state: PortalStateView, now: Date): string {
  const until = signedInUntil(state, now);
  if (until === null) {
    // What a provider gives serves for minutes only; the sessions had with it live on.
    if (isSaml(state.portal) && state.roles !== null) return 'Sign in again for the next switch. Live sessions go on.';
    if (state.left_elsewhere) return 'A sign-in from before sharing was changed is still there. Sign out to end it.';
    return state.signed_in_until === null ? 'Sign in to list and use its roles.' : `Ended ${inText(new Date(state.signed_in_until), now)}.`;
  }
  const seconds = (until.getTime() - now.getTime()) / 1000;
  if (seconds <= 0) return 'Renewed by itself when it is next used.';
  const when = `Until ${at(until, now)}, ${formatLength(Math.max(60, Math.round(seconds)))} from now`;
  return state.refreshes ? `${when}. Renewed by itself.` : `${when}.`;
}

/** `12 accounts, 31 roles, listed today 14:02`; nothing before the first listing. */
export function listed(state: PortalStateView, now: Date): string | null {
  if (state.accounts === null || state.roles === null) return null;
  const counts = `${count(state.accounts, 'account')}, ${count(state.roles, 'role')}`;
  return state.listed_at === null ? counts : `${counts}, listed ${inText(new Date(state.listed_at), now)}`;
}

const count = (n: number, what: string) => `${formatCount(n)} ${what}${n === 1 ? '' : 's'}`;

/** What to call a portal: its session, or the host where the older form has only an address. */
export const portalName = (portal: PortalView) => (portal.name === portal.start_url ? portalHost(portal) : portal.name);

/** The host of its address; the whole address where that is none. */
export function portalHost(portal: PortalView): string {
  try {
    return new URL(portal.start_url).host || portal.start_url;
  } catch {
    return portal.start_url;
  }
}

/** Of all portals, for one line. */
export function standingOfAll(states: readonly PortalStateView[], now: Date): string | null {
  const [one] = states;
  if (!one) return null;
  if (states.length === 1) return standing(one, now);
  const signedIn = states.filter((s) => isSignedIn(s, now)).length;
  if (signedIn === 0) return 'signed out';
  return signedIn === states.length ? 'signed in' : `${signedIn} of ${states.length} signed in`;
}
