/** A day or several as bars: one lane for each account, one bar for each session, one pin for each refusal. Pure. */
import type { HistoryRow } from '../wire/HistoryRow';

export interface Bar {
  key: string;
  /** The row that began it. */
  rowId: number;
  /** Where it begins and ends on the axis, 0 to 1. */
  from: number;
  to: number;
  role: string;
  start: Date;
  end: Date;
  /** What is still ahead, as a share of the bar; 0 when it is past. */
  ahead: number;
  /** It goes on after the axis ends. */
  runsOn: boolean;
  /** Which line of its lane it stands in: sessions at the same time stand below each other. */
  level: number;
}

export interface Pin {
  rowId: number;
  at: number;
  date: Date;
  role: string;
}

export interface Lane {
  accountId: string;
  accountName: string;
  bars: Bar[];
  /** How many lines its bars need. */
  levels: number;
  pins: Pin[];
}

export interface Strip {
  lanes: Lane[];
  ticks: { at: number; hour: number }[];
  /** Where now is, if it is on the axis. */
  now: number | null;
}

interface Span {
  key: string;
  row: HistoryRow;
  start: number;
  end: number;
}

const HOUR = 3_600_000;
const FEWEST_HOURS = 8;
const MOST_LEVELS = 3;
/** A session that lasts far into the day does not squeeze what has been. */
const AHEAD_HOURS = 4.5;

/** `rows` in any order, from half a day before the day on; `day` is its midnight. */
export function stripOf(rows: readonly HistoryRow[], day: Date, nextDay: Date, now: Date): Strip {
  const dayFrom = day.getTime();
  const dayTo = nextDay.getTime();
  const spans = spansOf(rows).filter((s) => s.end > dayFrom && s.start < dayTo);
  const refusals = rows.filter((r) => r.outcome === 'denied' && inside(Date.parse(r.at), dayFrom, dayTo));
  const [from, to] = axis(spans, refusals, dayFrom, dayTo, now.getTime());
  const lanes = new Map<string, Lane>();
  fill(lanes, spans, refusals, { from, to, now: now.getTime(), column: 0, columns: 1 });
  return {
    lanes: sorted(lanes),
    ticks: ticksOf(from, to, dayFrom),
    now: inside(now.getTime(), from, to) ? (now.getTime() - from) / (to - from) : null
  };
}

/** Days beside each other, each as wide as the next however many hours it has; `midnights` has one more than there are days. */
export function weekOf(rows: readonly HistoryRow[], midnights: readonly Date[], now: Date): Pick<Strip, 'lanes' | 'now'> {
  const spans = spansOf(rows);
  const refusals = rows.filter((r) => r.outcome === 'denied');
  const lanes = new Map<string, Lane>();
  const columns = midnights.length - 1;
  let at: number | null = null;
  for (let column = 0; column < columns; column += 1) {
    const [from, to] = [midnights[column]?.getTime() ?? 0, midnights[column + 1]?.getTime() ?? 0];
    const pins = refusals.filter((r) => inside(Date.parse(r.at), from, to));
    fill(lanes, spans, pins, { from, to, now: now.getTime(), column, columns });
    if (inside(now.getTime(), from, to)) at = (column + (now.getTime() - from) / (to - from)) / columns;
  }
  return { lanes: sorted(lanes), now: at };
}

/** The stretch of time that a column of the axis shows. */
interface Stretch {
  from: number;
  to: number;
  now: number;
  column: number;
  columns: number;
}

/** Puts into the lanes what the stretch shows. */
function fill(lanes: Map<string, Lane>, spans: readonly Span[], refusals: readonly HistoryRow[], stretch: Stretch): void {
  const { from, to, now, column, columns } = stretch;
  const place = (t: number) => (column + (t - from) / (to - from)) / columns;
  const lane = (r: HistoryRow) => {
    const id = r.account_id ?? '';
    let found = lanes.get(id);
    if (!found) lanes.set(id, (found = { accountId: id, accountName: r.account_name ?? id, bars: [], levels: 1, pins: [] }));
    return found;
  };
  for (const s of spans) {
    if (s.start >= to || s.end <= from) continue;
    const shownTo = Math.min(s.end, to);
    const shownFrom = Math.max(s.start, from);
    lane(s.row).bars.push({
      key: `${s.key}/${column}`,
      rowId: s.row.id,
      from: place(shownFrom),
      to: place(shownTo),
      role: s.row.role_name ?? '',
      start: new Date(s.start),
      end: new Date(s.end),
      ahead: s.end > now ? Math.min(1, (shownTo - Math.max(shownFrom, Math.min(now, shownTo))) / (shownTo - shownFrom)) : 0,
      runsOn: s.end > to,
      level: 0
    });
  }
  for (const r of refusals) {
    const at = Date.parse(r.at);
    lane(r).pins.push({ rowId: r.id, at: place(at), date: new Date(at), role: r.role_name ?? '' });
  }
}

function sorted(lanes: Map<string, Lane>): Lane[] {
  for (const lane of lanes.values()) stack(lane);
  return [...lanes.values()].sort((a, b) => a.accountName.localeCompare(b.accountName));
}

/** Puts each bar into the first line that is free where it begins; the last line takes what is too much. */
function stack(lane: Lane): void {
  const ends: number[] = [];
  lane.bars.sort((a, b) => a.from - b.from);
  for (const bar of lane.bars) {
    const free = ends.findIndex((end) => end <= bar.from);
    bar.level = free >= 0 ? free : Math.min(ends.length, MOST_LEVELS - 1);
    ends[bar.level] = Math.max(ends[bar.level] ?? 0, bar.to);
  }
  lane.levels = Math.max(1, ends.length);
}

const inside = (t: number, from: number, to: number) => t >= from && t < to;

/** One span for each session, from its switch to what ended it, else to its expiry. */
function spansOf(rows: readonly HistoryRow[]): Span[] {
  const bySession = new Map<string, HistoryRow[]>();
  for (const row of rows) {
    if (row.session_id === null || row.outcome !== 'ok') continue;
    const group = bySession.get(row.session_id);
    if (group) group.push(row);
    else bySession.set(row.session_id, [row]);
  }
  const spans: Span[] = [];
  for (const [key, group] of bySession) {
    group.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
    const issues = group.filter((r) => r.event === 'switch' || r.event === 'renew');
    const first = issues[0];
    const last = issues.at(-1);
    if (!first || !last) continue;
    const ended = endOf(group);
    const end = ended ? Date.parse(ended.at) : Date.parse(last.at) + (last.duration_s ?? 0) * 1000;
    spans.push({ key, row: first, start: Date.parse(first.at), end });
  }
  return spans;
}

/** What ended a session: what was undone did not. */
function endOf(group: readonly HistoryRow[]): HistoryRow | undefined {
  let end: HistoryRow | undefined;
  for (const row of group) {
    if (row.event === 'switch_back_undo') end = undefined;
    else if (row.event === 'expire' || row.event === 'switch_back') end ??= row;
  }
  return end;
}

/** Whole hours around what there is, at least a working day of them, inside the day. */
function axis(spans: Span[], pins: readonly HistoryRow[], dayFrom: number, dayTo: number, now: number): [number, number] {
  const today = inside(now, dayFrom, dayTo);
  const begins = [...spans.map((s) => Math.max(s.start, dayFrom)), ...pins.map((p) => Date.parse(p.at)), ...(today ? [now] : [])];
  const far = today ? now + AHEAD_HOURS * HOUR : dayTo;
  const ends = [...spans.map((s) => Math.min(s.end, far, dayTo)), ...begins];
  const hourDown = (t: number) => dayFrom + Math.floor((t - dayFrom) / HOUR) * HOUR;
  let from = begins.length > 0 ? hourDown(Math.min(...begins)) : dayFrom + 9 * HOUR;
  let to = ends.length > 0 ? hourDown(Math.max(...ends)) + HOUR : from + FEWEST_HOURS * HOUR;
  if (to - from < FEWEST_HOURS * HOUR) to = from + FEWEST_HOURS * HOUR;
  if (to > dayTo) {
    from = Math.max(dayFrom, Math.min(from, dayTo - FEWEST_HOURS * HOUR));
    to = dayTo;
  }
  return [from, to];
}

function ticksOf(from: number, to: number, dayFrom: number): Strip['ticks'] {
  const hours = (to - from) / HOUR;
  const every = hours > 14 ? 3 : 2;
  const ticks: Strip['ticks'] = [];
  for (let t = from; t < to; t += every * HOUR) {
    ticks.push({ at: (t - from) / (to - from), hour: Math.round((t - dayFrom) / HOUR) % 24 });
  }
  return ticks;
}
