import { describe, expect, it } from 'vitest';
import { dayTyped, midnights, monthGrid, moved, periodName, periodOf, weekStart } from './calendar';

const now = new Date(2026, 5, 11, 14, 20);
const iso = (at: Date) => `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`;

describe('periods', () => {
  it('weeks begin on Monday, a Sunday belongs to the one before', () => {
    expect(iso(weekStart(new Date(2026, 5, 14)))).toBe('2026-06-08');
    expect(iso(weekStart(new Date(2026, 5, 8)))).toBe('2026-06-08');
    expect(periodOf(now, 'week').map(iso)).toEqual(['2026-06-08', '2026-06-15']);
  });

  it('a step of a month keeps to days that there are', () => {
    expect(iso(moved(new Date(2026, 4, 31), 'month', -1))).toBe('2026-04-30');
    expect(iso(moved(new Date(2026, 0, 31), 'month', 1))).toBe('2026-02-28');
    expect(iso(moved(new Date(2026, 0, 1), 'week', -1))).toBe('2025-12-25');
  });

  it('a month is shown in whole weeks', () => {
    const june = monthGrid(now);
    expect([june.length, iso(june[0] ?? now), iso(june.at(-1) ?? now)]).toEqual([36, '2026-06-01', '2026-07-06']);
    expect(monthGrid(new Date(2026, 1, 10)).length).toBe(36);
    // March 2026 in a zone of Europe has a day of 23 hours; the weeks stay whole.
    const march = monthGrid(new Date(2026, 2, 1));
    expect([march.length, iso(march[0] ?? now), iso(march.at(-1) ?? now)]).toEqual([43, '2026-02-23', '2026-04-06']);
    expect(march.every((d) => d.getHours() === 0)).toBe(true);
  });

  it('midnights are those of the zone', () => {
    expect(midnights(new Date(2026, 2, 28), 3).map(iso)).toEqual(['2026-03-28', '2026-03-29', '2026-03-30', '2026-03-31']);
  });

  it('is called as people call it', () => {
    expect(periodName(now, 'day', now)).toBe('Thu 11 Jun');
    expect(periodName(now, 'week', now)).toBe('8 to 14 Jun');
    expect(periodName(new Date(2026, 5, 30), 'week', now)).toBe('29 Jun to 5 Jul');
    expect(periodName(new Date(2025, 11, 31), 'week', now)).toBe('29 Dec 2025 to 4 Jan');
    expect(periodName(now, 'month', now)).toBe('June 2026');
  });
});

describe('a typed day', () => {
  it.each([
    ['2026-06-01', '2026-06-01'],
    ['11 jun', '2026-06-11'],
    ['12 Jun', '2025-06-12'],
    [' 3 march 2024 ', '2024-03-03'],
    ['today', '2026-06-11'],
    ['Yesterday', '2026-06-10']
  ])('%s', (text, day) => {
    const found = dayTyped(text, now);
    expect(found && iso(found)).toBe(day);
  });

  it.each(['', 'soon', '2026-02-30', '31 jun', '11 xyz', '2026-13-01'])('no day: %s', (text) => expect(dayTyped(text, now)).toBeNull());
});
