/** What is said of requests to an endpoint. */
import type { EndpointUse } from '../wire/EndpointUse';
import type { EndpointView } from '../wire/EndpointView';
import type { UseOutcome } from '../wire/UseOutcome';
import type { UseProcess } from '../wire/UseProcess';

export const OUTCOMES: Record<UseOutcome, string> = { served: 'Served', refused: 'Refused', failed: 'Not served' };

export function processName(process: UseProcess): string {
  switch (process.kind) {
    case 'known':
      return process.program === '' ? `Process ${process.pid}` : `${process.program} (${process.pid})`;
    case 'of_user':
      return `A program of user ${process.uid}`;
    case 'not_known':
      return 'Not known';
  }
}

/** `Served 3, turned away 1`. */
export function counts(endpoint: EndpointView): string {
  if (endpoint.served === 0 && endpoint.refused === 0) return 'Nobody has asked yet';
  const others = endpoint.refused > 0 ? `, turned away ${endpoint.refused}` : '';
  return `Served ${endpoint.served}${others}`;
}

/** What the program says, as a sentence of its own. */
export const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;

/** Why a program got nothing; empty where it got credentials. */
export const reason = (use: EndpointUse) => (use.why ? sentence(use.why) : '');

/** Where it listens, without what all have in common. */
export const place = (endpoint: EndpointView) => endpoint.address.replace(/^http:\/\//, '').replace(/\/.*$/, '');
