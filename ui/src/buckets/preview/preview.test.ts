import { expect, test } from 'vitest';
import type { TableView } from '../../wire/TableView';
import { readable } from './readable';
import { widthsOf } from './widths';

test('text keeps its lines and tabs, and shows what would be unseen', () => {
  expect(readable('a\tb\r\nc')).toBe('a\tb\r\nc');
  expect(readable('moc\u202Egpj\u0007\u001b[2J\u200b')).toBe('moc\\u{202e}gpj\\u{7}\\u{1b}[2J\\u{200b}');
});

test('columns are as wide as what is in them, within limits', () => {
  const table: TableView = {
    columns: [
      { name: 'id', of: null, numeric: true }, { name: 'text', of: 'string', numeric: false }, { name: 'none', of: null, numeric: false }
    ],
    rows: [['1', 'x'.repeat(500), null], ['22', 'y', null]], total_rows: 2, notes: [], truncated: false
  };
  const [id, text, none] = widthsOf(table);
  expect(id).toBe(48);
  expect(text).toBe(280);
  expect(none).toBeGreaterThanOrEqual(48);
  expect(widthsOf({ ...table, columns: [], rows: [] })).toEqual([]);
});
