/** Points in time as people read them, on the computer's clock and in its time zone. */

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (n: number) => String(n).padStart(2, '0');

export const clockTime = (at: Date) => `${two(at.getHours())}:${two(at.getMinutes())}`;
export const clockTimeToSeconds = (at: Date) => `${clockTime(at)}:${two(at.getSeconds())}`;

export function dayStart(at: Date, plusDays = 0): Date {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() + plusDays);
}

/** Whole calendar days from `at` to `now`; daylight saving makes some days 23 or 25 hours long. */
export function daysAgo(at: Date, now: Date): number {
  return Math.round((dayStart(now).getTime() - dayStart(at).getTime()) / 86_400_000);
}

/** `Thu 11 Jun`, with the year where it is another. */
export function dayName(at: Date, now: Date): string {
  const year = at.getFullYear() === now.getFullYear() ? '' : ` ${at.getFullYear()}`;
  return `${DAYS[at.getDay()]} ${at.getDate()} ${MONTHS[at.getMonth()]}${year}`;
}

/** `Today`, `Yesterday` or `Wed 10 Jun`. */
export function relativeDay(at: Date, now: Date): string {
  const days = daysAgo(at, now);
  if (days === 0) return 'Today';
  return days === 1 ? 'Yesterday' : dayName(at, now);
}

/** `Today 14:19`, `Wed 10 Jun 14:19`. */
export const dayAndTime = (at: Date, now: Date) => `${relativeDay(at, now)} ${clockTime(at)}`;

/** The short form of a list's last column: `14:19`, `yesterday`, `3 d ago`, `2 w ago`, `12 Mar`. */
export function briefly(at: Date, now: Date): string {
  const days = daysAgo(at, now);
  if (days <= 0) return clockTime(at);
  if (days === 1) return 'yesterday';
  if (days < 7) return `${days} d ago`;
  if (days < 60) return `${Math.floor(days / 7)} w ago`;
  return shortDate(at, now);
}

function shortDate(at: Date, now: Date): string {
  const year = at.getFullYear() === now.getFullYear() ? '' : ` ${at.getFullYear()}`;
  return `${at.getDate()} ${MONTHS[at.getMonth()]}${year}`;
}

/** When an object was written, in a narrow column: `Today 02:14`, `Mon 11:26`, `4 May 10:02`, `12 Mar 2025`. */
export function fileTime(at: Date, now: Date): string {
  const days = daysAgo(at, now);
  if (days === 0) return `Today ${clockTime(at)}`;
  if (days > 0 && days < 7) return `${DAYS[at.getDay()]} ${clockTime(at)}`;
  return at.getFullYear() === now.getFullYear() ? `${shortDate(at, now)} ${clockTime(at)}` : shortDate(at, now);
}

/** In full: `Mon 8 Jun 2026, 11:26:04`. */
export function fullTime(at: Date): string {
  return `${DAYS[at.getDay()]} ${at.getDate()} ${MONTHS[at.getMonth()]} ${at.getFullYear()}, ${clockTimeToSeconds(at)}`;
}
