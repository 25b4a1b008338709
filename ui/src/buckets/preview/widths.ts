/** How wide the columns of a table are. */
import type { TableView } from '../../wire/TableView';

const LEAST = 48;
const MOST = 280;
/** A character of the table's font, about, and what stands around a cell. */
const LETTER = 7;
const AROUND = 16;
/** Rows that tell enough. */
const SAMPLE = 100;

/** By the longest text of the first rows, in pixels. */
export function widthsOf(table: TableView): number[] {
  const sample = table.rows.slice(0, SAMPLE);
  return table.columns.map((column, i) => {
    const head = column.name.length + (column.of ? column.of.length + 1 : 0);
    const longest = sample.reduce((most, row) => Math.max(most, row[i]?.length ?? 0), head);
    return Math.min(MOST, Math.max(LEAST, longest * LETTER + AROUND));
  });
}
