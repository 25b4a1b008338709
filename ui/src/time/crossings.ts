/** Which sessions came past which mark between two looks at them. */
import { MARKS } from './left';

export interface Crossing {
  id: string;
  /** Seconds before the end; 0 is the end. */
  mark: number;
}

const ALL = [0, MARKS.crit, MARKS.warn];

/** Of several marks passed at once only the last is said. A session first seen past a mark says nothing of it. */
export function crossed(before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): Crossing[] {
  const out: Crossing[] = [];
  for (const [id, left] of now) {
    const was = before.get(id);
    const mark = was === undefined ? undefined : ALL.find((m) => was > m && left <= m);
    if (mark !== undefined) out.push({ id, mark });
  }
  return out;
}
