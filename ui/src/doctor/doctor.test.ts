import { describe, expect, it } from 'vitest';
import { historyRow } from '../host/fakeHistory';
import type { CureView } from '../wire/CureView';
import type { HistoryRow } from '../wire/HistoryRow';
import type { PlacementView } from '../wire/PlacementView';
import { cureLines, cureText } from './cures';
import { EMPTY, missingOf, wishOf } from './draft';
import { linesFound } from './findings';
import { jsonPieces } from './highlight';
import { openDenials } from './open';
import { crossing, firstToShow, toneOf, verdictWord } from './words';

const NAMES = ['assume_role', 'trust', 'permissions', 'bucket_policy'];

/** Placements by their verdicts, in the order of the request. */
function placed(verdicts: string[], names = NAMES): PlacementView[] {
  return verdicts.map((verdict, i) => ({
    placement: names[i] ?? '', number: i + 1, title: '', account_id: null, verdict, note: '', evidence: [], cure: null
  }));
}

describe('denials to look at', () => {
  const row = (id: number, outcome: string, more: Partial<HistoryRow> = {}) => historyRow(null, null, { id, outcome, arn: 'arn:a', ...more });

  it('leaves out what was looked at', () => {
    expect(openDenials([row(3, 'denied'), row(2, 'denied')], [3]).map((r) => r.id)).toEqual([2]);
  });

  it('leaves out what a later success of the same kind and role has settled', () => {
    expect(openDenials([row(3, 'ok'), row(2, 'denied')], [])).toEqual([]);
    expect(openDenials([row(3, 'denied'), row(2, 'ok')], []).map((r) => r.id)).toEqual([3]);
    expect(openDenials([row(3, 'ok', { arn: 'arn:b' }), row(2, 'denied')], []).map((r) => r.id)).toEqual([2]);
    expect(openDenials([row(3, 'ok', { event: 'export' }), row(2, 'denied')], []).map((r) => r.id)).toEqual([2]);
  });

  it('settles nothing where the role is not known', () => {
    expect(openDenials([row(3, 'ok', { arn: null }), row(2, 'denied', { arn: null })], []).map((r) => r.id)).toEqual([2]);
  });
});

describe('verdicts', () => {
  it('has a word and a tone for each, and shows one that is new as it is', () => {
    expect(verdictWord('likely_missing')).toBe('Likely missing');
    expect(toneOf('denies')).toBe('bad');
    expect(toneOf('cant_see')).toBe('');
    expect(verdictWord('another')).toBe('another');
    expect(toneOf('toString')).toBe('');
  });

  it('shows first what most needs doing', () => {
    expect(firstToShow(placed(['present', 'likely_missing', 'not_reached', 'optional']))).toBe(2);
    expect(firstToShow(placed(['present', 'cant_see', 'cant_see', 'optional']))).toBe(2);
    expect(firstToShow(placed(['present', 'present', 'present', 'optional']))).toBe(1);
    expect(firstToShow([])).toBeNull();
  });

  it('stops the request between the accounts where the switch was refused', () => {
    expect(crossing(placed(['present', 'likely_missing', 'not_reached', 'optional']), true)).toBe('refused');
    expect(crossing(placed(['cant_see', 'cant_see', 'not_reached', 'not_reached']), true)).toBe('refused');
    expect(crossing(placed(['present', 'present', 'missing', 'optional']), true)).toBe('passed');
    expect(crossing(placed(['present', 'missing'], ['permissions', 'bucket_policy']), true)).toBe('refused');
  });
});

describe('cures', () => {
  const cure: CureView = {
    title: '', place: '', account_id: null, way: 'change', target: null, target_name: null, policy_name: null, document: '{\n  "a": 1,\n  "b": 2\n}\n',
    added_from: 3, added_to: 3, statement: null, cli: 'aws iam', terraform: null, cloudformation: null, message: null, warnings: []
  };

  it('marks the lines that are new, of the document only', () => {
    expect(cureLines(cure, 'json').map((l) => l.added)).toEqual([false, false, true, false]);
    expect(cureLines(cure, 'cli')).toEqual([{ text: 'aws iam', added: false }]);
  });

  it('copies the document as it is, else the statement', () => {
    expect(cureText(cure, 'json')).toBe(cure.document);
    expect(cureText({ ...cure, document: null, statement: '{}' }, 'json')).toBe('{}');
    expect(cureText(cure, 'terraform')).toBeNull();
  });
});

describe('code', () => {
  it.each(['{ "Sid": "a\\"b", "n": -1.5e3, "yes": true }', '  "open', '}', ''])('keeps every character of %s', (line) => {
    expect(jsonPieces(line).map((p) => p.text).join('')).toBe(line);
  });

  it('tells keys from strings', () => {
    expect(jsonPieces('"a": "b"').filter((p) => p.kind)).toEqual([
      { text: '"a"', kind: 'k' },
      { text: '"b"', kind: 's' }
    ]);
  });

  it('marks a line by the worst that was found on it', () => {
    const found = (line: number, severity: 'error' | 'warning' | 'note') => ({ line, severity, check: 'json' as const, column: 1, what: '', advice: null });
    const lines = linesFound('a\nb\nc', [found(1, 'warning'), found(1, 'error'), found(1, 'warning'), found(2, 'note'), found(3, 'warning')]);
    expect(lines.map((l) => l.found)).toEqual(['error', null, 'warning']);
  });
});

describe('a new access', () => {
  const role = 'arn:aws:iam::111122223333:role/team/Reader';
  const own = { ...EMPTY, caller: ' arn:aws:iam::444455556666:user/troy ', role, bucket: 'b' };

  it('says what is missing first', () => {
    expect(missingOf(EMPTY)).toBe('Caller is missing');
    expect(missingOf({ ...own, role: 'Reader' })).toContain('Role is an ARN');
    expect(missingOf({ ...own, role: 'arn:aws:iam::111122223333:user/Reader' })).toContain('Role is an ARN');
    expect(missingOf({ ...own, bucket: ' ' })).toBe('Bucket is missing');
    expect(missingOf({ ...EMPTY, case: 'machine', role, bucket: 'b' })).toContain('machine');
    expect(missingOf({ ...EMPTY, case: 'direct_bucket', callers: role, bucket: 'b', owner: '1' })).toContain('12 digits');
    expect(missingOf(own)).toBeNull();
  });

  it('wishes what was typed, without the blanks around it', () => {
    const wish = wishOf({ ...own, case: 'third_party', mfa: true });
    expect(wish).toMatchObject({ case: 'third_party', caller: 'arn:aws:iam::444455556666:user/troy', external_id: null, mfa: true });
    expect(wishOf({ ...own, externalId: 'x-1' })).toMatchObject({ external_id: null });
    expect(wishOf({ ...EMPTY, case: 'direct_bucket', callers: `${role}\n\n${role}2 `, owner: '111122223333', bucket: 'b' })).toMatchObject({
      callers: [role, `${role}2`]
    });
    expect(wishOf({ ...EMPTY, case: 'trust', trust: 'saml', provider: 'p' })).toEqual({ case: 'trust', kind: 'saml', provider: 'p' });
  });
});
