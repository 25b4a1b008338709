import { describe, expect, it } from 'vitest';
import { PROD } from '../host/fakeRoles';
import { historyRow } from '../host/fakeHistory';
import { usesIn } from '../roles/pastUses';
import { fuelOf } from './fuel';
import { ahead, behind } from './timeline';

const end = new Date('2026-06-11T13:02:29Z');

describe('bar', () => {
  it('stands where the design draws it', () => {
    const fuel = fuelOf(3600, 2537, end);
    expect(fuel.gone).toBeCloseTo(0.2953, 3);
    expect(fuel.notches.map((n) => n.toFixed(3))).toEqual(['0.750', '0.917']);
  });
  it('has no mark that is not below the life, nor one that is past', () => {
    expect(fuelOf(900, 800, end).notches).toHaveLength(1);
    expect(fuelOf(3600, 200, end).notches).toEqual([]);
  });
  it('keeps its times apart', () => {
    for (const left of [3600, 3500, 1000, 310, 100, 1, 0]) {
      const at = fuelOf(3600, left, end).labels.map((l) => l.at);
      at.slice(1).forEach((x, i) => expect(x - (at[i] ?? 0)).toBeGreaterThanOrEqual(0.07));
    }
  });
});

describe('timeline', () => {
  it('shows reminders that will come, none for sessions renewed by themselves', () => {
    expect(ahead(end, 3600, 2537, false)).toHaveLength(3);
    expect(ahead(end, 3600, 600, false)).toHaveLength(2);
    expect(ahead(end, 900, 890, false)).toHaveLength(2);
    expect(ahead(end, 3600, 2537, true)).toHaveLength(1);
    expect(ahead(end, 3600, 0, false)).toEqual([]);
  });
  it('marks what went wrong', () => {
    const [ok, bad] = behind([historyRow(PROD, 'R', { id: 2, at: end.toISOString() }), historyRow(PROD, 'R', { id: 1, at: end.toISOString(), outcome: 'denied' })]);
    expect(ok?.bad).toBe(false);
    expect(bad?.bad).toBe(true);
  });
});

it('pairs a use with how it ended', () => {
  const at = end.toISOString();
  const rows = [
    historyRow(PROD, 'R', { id: 5, at, session_id: 'live' }),
    historyRow(PROD, 'R', { id: 4, at, outcome: 'denied' }),
    historyRow(PROD, 'R', { id: 3, at, event: 'expire', session_id: 'x' }),
    historyRow(PROD, 'R', { id: 2, at, session_id: 'x', duration_s: 3600 })
  ];
  expect(usesIn(rows).map((u) => u.outcome)).toEqual(['Active', 'Denied', 'Expired']);
});
