/** Days, weeks and months of the calendar that hangs on the wall: in the computer's zone, weeks from Monday. Pure. */
import { dayName, dayStart } from '../time/when';

export type Scale = 'day' | 'week' | 'month';

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

/** The Monday of the week that `at` is in. */
export const weekStart = (at: Date) => dayStart(at, -((at.getDay() + 6) % 7));

const monthStart = (at: Date) => new Date(at.getFullYear(), at.getMonth(), 1);

/** The first midnight of the period around `at`, and the one after its last day. */
export function periodOf(at: Date, scale: Scale): [Date, Date] {
  if (scale === 'day') return [dayStart(at), dayStart(at, 1)];
  if (scale === 'week') return [weekStart(at), dayStart(weekStart(at), 7)];
  return [monthStart(at), new Date(at.getFullYear(), at.getMonth() + 1, 1)];
}

/** `at` moved by so many periods; the 31st of a month goes to the last day of a shorter one. */
export function moved(at: Date, scale: Scale, by: number): Date {
  if (scale !== 'month') return dayStart(at, scale === 'week' ? 7 * by : by);
  const last = new Date(at.getFullYear(), at.getMonth() + by + 1, 0).getDate();
  return new Date(at.getFullYear(), at.getMonth() + by, Math.min(at.getDate(), last));
}

/** The midnights of `count` days from `first` on, and the one after the last. */
export const midnights = (first: Date, count: number) => Array.from({ length: count + 1 }, (_, i) => dayStart(first, i));

/** The midnights of the weeks that a month touches, whole weeks, and the one after the last. */
export function monthGrid(at: Date): Date[] {
  const [first, next] = periodOf(at, 'month');
  const from = weekStart(first);
  const days = Math.round((weekStart(dayStart(next, -1)).getTime() - from.getTime()) / 86_400_000) + 7;
  return midnights(from, days);
}

/** `Thu 11 Jun`, `8 to 14 Jun`, `29 Jun to 5 Jul`, `June 2026`. */
export function periodName(at: Date, scale: Scale, now: Date): string {
  if (scale === 'day') return dayName(at, now);
  if (scale === 'month') return `${MONTHS[at.getMonth()]} ${at.getFullYear()}`;
  const [first, next] = periodOf(at, 'week');
  const last = dayStart(next, -1);
  const short = (d: Date) => dayName(d, now).split(' ').slice(1).join(' ');
  return first.getMonth() === last.getMonth() ? `${first.getDate()} to ${short(last)}` : `${short(first)} to ${short(last)}`;
}

/** A day as people type it: `2026-06-11`, `11 Jun`, `11 Jun 2025`, `today`, `yesterday`. Without a year it is the last such day. */
export function dayTyped(text: string, now: Date): Date | null {
  const typed = text.trim().toLowerCase();
  if (typed === 'today') return dayStart(now);
  if (typed === 'yesterday') return dayStart(now, -1);
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(typed);
  if (iso) return existing(Number(iso[1]), Number(iso[2]) - 1, Number(iso[3]));
  const words = /^(\d{1,2})\s+([a-z]{3,9})(?:\s+(\d{4}))?$/.exec(typed);
  const month = MONTHS.findIndex((m) => m.toLowerCase().startsWith(words?.[2] ?? '?'));
  if (!words || month < 0) return null;
  const year = words[3] ? Number(words[3]) : now.getFullYear();
  const day = existing(year, month, Number(words[1]));
  return day && !words[3] && day > now ? existing(year - 1, month, Number(words[1])) : day;
}

/** The day, if the calendar has it. */
function existing(year: number, month: number, day: number): Date | null {
  const at = new Date(year, month, day);
  return at.getFullYear() === year && at.getMonth() === month && at.getDate() === day ? at : null;
}
