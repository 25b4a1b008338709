import { describe, expect, it } from 'vitest';
import { briefly, dayAndTime, daysAgo, dayStart, fileTime, fullTime } from './when';

const now = new Date(2026, 5, 11, 14, 20, 12);
const at = (...parts: [number, number, number, number?, number?, number?]) => new Date(...parts);

describe('points in time', () => {
  it.each([
    [at(2026, 5, 11, 9, 5), '09:05'],
    [at(2026, 5, 10, 23, 59), 'yesterday'],
    [at(2026, 5, 8, 1, 0), '3 d ago'],
    [at(2026, 4, 27, 12, 0), '2 w ago'],
    [at(2026, 2, 12, 12, 0), '12 Mar'],
    [at(2025, 2, 12, 12, 0), '12 Mar 2025']
  ])('%s is %s in a list', (when, text) => expect(briefly(when, now)).toBe(text));

  it('names the day where the exact time matters', () => {
    expect(dayAndTime(at(2026, 5, 11, 14, 19), now)).toBe('Today 14:19');
    expect(dayAndTime(at(2026, 5, 10, 16, 12), now)).toBe('Yesterday 16:12');
    expect(dayAndTime(at(2026, 5, 9, 10, 40), now)).toBe('Tue 9 Jun 10:40');
  });

  it('writes object times for a narrow column and in full', () => {
    expect(fileTime(at(2026, 5, 11, 2, 14), now)).toBe('Today 02:14');
    expect(fileTime(at(2026, 5, 8, 11, 26), now)).toBe('Mon 11:26');
    expect(fileTime(at(2026, 4, 4, 10, 2), now)).toBe('4 May 10:02');
    expect(fileTime(at(2025, 2, 12), now)).toBe('12 Mar 2025');
    expect(fullTime(at(2026, 5, 8, 11, 26, 4))).toBe('Mon 8 Jun 2026, 11:26:04');
  });

  it('counts calendar days over a change to summer time', () => {
    const spring = at(2026, 2, 30, 0, 30);
    expect(daysAgo(at(2026, 2, 28, 23, 30), spring)).toBe(2);
    expect(dayStart(spring, -1).getDate()).toBe(29);
  });
});
