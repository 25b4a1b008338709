/** How verdicts are called, and how they look. */
import type { PlacementView } from '../wire/PlacementView';

export type Tone = '' | 'ok' | 'bad';

const VERDICTS = new Map<string, { word: string; tone: Tone }>([
  ['present', { word: 'Present', tone: 'ok' }],
  ['likely_missing', { word: 'Likely missing', tone: 'bad' }],
  ['missing', { word: 'Missing', tone: 'bad' }],
  ['denies', { word: 'Denies it', tone: 'bad' }],
  ['not_reached', { word: 'Not reached', tone: '' }],
  ['optional', { word: 'Optional', tone: '' }],
  ['cant_see', { word: 'Can’t see', tone: '' }]
]);

export const verdictWord = (verdict: string) => VERDICTS.get(verdict)?.word ?? verdict;
export const toneOf = (verdict: string | undefined): Tone => VERDICTS.get(verdict ?? '')?.tone ?? '';

/** The check to show first: what most needs doing, else one with something to add, else what cannot be seen. */
export function firstToShow(placements: readonly PlacementView[]): number | null {
  const by = (test: (p: PlacementView) => boolean) => placements.find(test)?.number;
  return by((p) => toneOf(p.verdict) === 'bad') ?? by((p) => p.cure !== null) ?? by((p) => p.verdict === 'cant_see') ?? placements[0]?.number ?? null;
}

/** How the request got over from B to A: with a role the switch is what crosses, without one the request itself. */
export function crossing(placements: readonly PlacementView[], refused: boolean): 'refused' | 'passed' {
  const verdict = (name: string) => placements.find((p) => p.placement === name)?.verdict;
  if (!placements.some((p) => p.placement === 'trust')) return refused || placements.some((p) => toneOf(p.verdict) === 'bad') ? 'refused' : 'passed';
  const stopped = ['assume_role', 'trust'].some((name) => toneOf(verdict(name)) === 'bad');
  return stopped || verdict('permissions') === 'not_reached' ? 'refused' : 'passed';
}
