/** Arithmetic of a list with many rows of one height. */
export interface Whole {
  count: number;
  tall: number;
  /** Pixels that are scrolled through. */
  height: number;
  /** Pixels that all rows would take. */
  full: number;
}

/** A web view cannot lay out more than about 33 million pixels; what is longer is scrolled through faster. */
const MOST = 30_000_000;
const SPARE = 10;

export function heightOf(count: number, tall: number): Whole {
  const full = count * tall;
  return { count, tall, full, height: Math.min(full, MOST) };
}

/** Where the view's upper edge is among all rows, in pixels, when it is scrolled by `top`. */
function edge({ full, height }: Whole, top: number, view: number): number {
  if (full === height) return top;
  const way = Math.max(1, height - view);
  return (Math.min(top, way) / way) * (full - view);
}

/** The rows to draw, `from` to before `to`, with some to spare on both sides. */
export function seenRows(whole: Whole, top: number, view: number): { from: number; to: number } {
  const at = edge(whole, top, view);
  const first = Math.floor(at / whole.tall);
  const last = Math.ceil((at + view) / whole.tall);
  return { from: Math.min(whole.count, Math.max(0, first - SPARE)), to: Math.max(0, Math.min(whole.count, last + SPARE)) };
}

/** Where a row is drawn, from the upper end of what is scrolled. */
export function topOf(whole: Whole, row: number, top: number, view: number): number {
  const start = row * whole.tall;
  return whole.full === whole.height ? start : top + start - edge(whole, top, view);
}

/** How far to scroll so that a row is seen; `null` where it is. */
export function scrolledTo(whole: Whole, row: number, top: number, view: number): number | null {
  const at = edge(whole, top, view);
  const start = row * whole.tall;
  const wanted = start < at ? start : start + whole.tall > at + view ? start + whole.tall - view + 4 : null;
  if (wanted === null) return null;
  return whole.full === whole.height ? wanted : (wanted / (whole.full - view)) * (whole.height - view);
}
