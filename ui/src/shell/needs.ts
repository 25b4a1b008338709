/** Asks the person for whatever a switch or a renewal turns out to need, and repeats it then. */
import { commandConsents, type For } from '../consent/ask.svelte';
import { mfaAsk } from '../mfa/ask.svelte';
import { proxyLogins } from '../proxy/ask.svelte';
import { signIns } from '../signin/ask.svelte';
import type { NeedView } from '../wire/NeedView';
import type { SwitchOutcome } from '../wire/SwitchOutcome';

interface Asking extends For {
  send: (code: string | null) => Promise<SwitchOutcome>;
}

type Askable = Exclude<NeedView, { kind: 'endpoint_consent' }>;

/**
 * What came of it once nothing is needed any more, or `null` where the person gave up. Consent to an endpoint is left
 * to the caller, who knows where to ask for it.
 */
export async function meetingNeeds(asking: Asking): Promise<SwitchOutcome | null> {
  const signedIn = new Set<string>();
  let outcome: SwitchOutcome | null = await asking.send(null);
  while (outcome?.kind === 'needs' && outcome.need.kind !== 'endpoint_consent') {
    outcome = await meet(outcome.need, asking, signedIn);
  }
  return outcome;
}

/** `signedIn`: where the person signed in for this already, portals and proxies. */
async function meet(need: Askable, asking: Asking, signedIn: Set<string>): Promise<SwitchOutcome | null> {
  switch (need.kind) {
    case 'mfa_code':
      return mfaAsk.ask({ ...asking, need });
    case 'sign_in': {
      // One that did not help is made anew: it may have been ended elsewhere.
      const anew = signedIn.has(need.portal.name);
      signedIn.add(need.portal.name);
      return (await signIns.ask(need.portal, anew)) ? asking.send(null) : null;
    }
    case 'proxy_password': {
      const again = signedIn.has(need.proxy);
      signedIn.add(need.proxy);
      return (await proxyLogins.ask(need.proxy, again)) ? asking.send(null) : null;
    }
    case 'command_consent':
      return (await commandConsents.ask(need, asking)) ? asking.send(null) : null;
  }
}
