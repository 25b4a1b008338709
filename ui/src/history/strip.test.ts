import { expect, it } from 'vitest';
import { DEV, PROD } from '../host/fakeRoles';
import { historyRow } from '../host/fakeHistory';
import { stripOf, weekOf } from './strip';

const day = new Date(2026, 5, 11);
const next = new Date(2026, 5, 12);
const now = new Date(2026, 5, 11, 14, 20);
const at = (h: number, m = 0, d = 11) => new Date(2026, 5, d, h, m).toISOString();

it('draws a bar from the switch to what ended it', () => {
  const { lanes } = stripOf(
    [
      historyRow(DEV, 'R', { id: 2, at: at(11), event: 'switch_back', session_id: 's' }),
      historyRow(DEV, 'R', { id: 1, at: at(10), duration_s: 7200, session_id: 's' })
    ],
    day, next, now
  );
  const bar = lanes[0]?.bars[0];
  expect(bar?.start.getHours()).toBe(10);
  expect(bar?.end.getHours()).toBe(11);
  expect(bar).toMatchObject({ rowId: 1, ahead: 0, runsOn: false });
});

it('draws what is still ahead of a live session, and lets a long one run on', () => {
  const { lanes, now: place } = stripOf([historyRow(PROD, 'R', { id: 1, at: at(13), duration_s: 43_200, session_id: 's' })], day, next, now);
  const bar = lanes[0]?.bars[0];
  expect(bar?.runsOn).toBe(true);
  expect(bar?.to).toBe(1);
  expect(bar && bar.from + (bar.to - bar.from) * (1 - bar.ahead)).toBeCloseTo(place ?? -1);
});

it('a renewal moves the end, one bar for the session', () => {
  const { lanes } = stripOf(
    [
      historyRow(PROD, 'R', { id: 1, at: at(9), duration_s: 3600, session_id: 's' }),
      historyRow(PROD, 'R', { id: 2, at: at(9, 50), event: 'renew', duration_s: 3600, session_id: 's' })
    ],
    day, next, now
  );
  expect(lanes[0]?.bars).toHaveLength(1);
  expect(lanes[0]?.bars[0]?.end.getMinutes()).toBe(50);
});

it('shows a session of the evening before from the start of the day, and pins refusals of the day only', () => {
  const { lanes, ticks } = stripOf(
    [
      historyRow(PROD, 'R', { id: 1, at: at(22, 0, 10), duration_s: 28_800, session_id: 's' }),
      historyRow(PROD, 'R', { id: 2, at: at(23, 0, 10), outcome: 'denied' }),
      historyRow(PROD, 'R', { id: 3, at: at(8, 52), outcome: 'denied' })
    ],
    day, next, now
  );
  expect(ticks[0]?.hour).toBe(0);
  expect(lanes[0]?.bars[0]?.from).toBe(0);
  expect(lanes[0]?.pins.map((p) => p.rowId)).toEqual([3]);
});

it('is empty on a day without sessions', () => {
  expect(stripOf([], day, next, now).lanes).toEqual([]);
});

it('puts sessions of one account at the same time below each other', () => {
  const one = (id: number, h: number, m: number) => historyRow(PROD, `R${id}`, { id, at: at(h, m), duration_s: 3600, session_id: `s${id}` });
  const [lane] = stripOf([one(1, 9, 0), one(2, 9, 30), one(3, 10, 10)], day, next, now).lanes;
  expect(lane?.bars.map((b) => b.level)).toEqual([0, 1, 0]);
  expect(lane?.levels).toBe(2);
});

it('puts the days of a week beside each other, a session over midnight into both', () => {
  const midnights = [9, 10, 11, 12].map((d) => new Date(2026, 5, d));
  const { lanes, now: place } = weekOf(
    [
      historyRow(PROD, 'R', { id: 1, at: at(22, 0, 9), duration_s: 4 * 3600, session_id: 's' }),
      historyRow(PROD, 'R', { id: 2, at: at(12, 0, 10), outcome: 'denied' }),
      historyRow(DEV, 'R', { id: 3, at: at(0, 0, 8), duration_s: 3600, session_id: 'before' }),
      historyRow(PROD, 'R', { id: 4, at: at(1, 0, 8), outcome: 'denied' })
    ],
    midnights, now
  );
  expect(lanes.map((l) => l.accountName)).toEqual([PROD.name]);
  const [first, second] = lanes[0]?.bars ?? [];
  expect(first).toMatchObject({ rowId: 1, to: 1 / 3, runsOn: true });
  expect(first?.from).toBeCloseTo(22 / 24 / 3);
  expect(second).toMatchObject({ rowId: 1, from: 1 / 3, runsOn: false });
  expect(second?.to).toBeCloseTo((1 + 2 / 24) / 3);
  expect(lanes[0]?.pins.map((p) => [p.rowId, p.at])).toEqual([[2, 1.5 / 3]]);
  expect(place).toBeCloseTo((2 + (14 + 20 / 60) / 24) / 3);
});
