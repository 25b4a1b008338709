//! Comma-separated values as a table (RFC 4180, and what else is called so).

use crate::wire::{ColumnView, TableView};

/// What is read of an object that is a table.
pub const READ: u64 = 512 * 1024;
const MOST_ROWS: usize = 1000;
const MOST_COLUMNS: usize = 200;
/// A cell is a glance, in characters.
const LONGEST_CELL: usize = 500;

/// The first rows of `text`, which goes on where it is not `whole`. `None` where it is no table.
pub fn view(name: &str, text: &str, whole: bool, mut notes: Vec<String>) -> Option<TableView> {
    let separator = separator(name, text);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows: Vec<Vec<Option<String>>> = Vec::new();
    let (mut widest, mut goes_on) = (0, !whole);
    let mut last_is_cut = !whole;
    for record in reader.records() {
        if rows.len() > MOST_ROWS + 1 {
            goes_on = true;
            last_is_cut = true;
            break;
        }
        // Text is UTF-8, so only what is no table fails.
        let record = record.ok()?;
        widest = widest.max(record.len());
        let cells = record.iter().take(MOST_COLUMNS);
        rows.push(
            cells
                .map(|cell| (!cell.is_empty()).then(|| clipped(cell)))
                .collect(),
        );
    }
    // The last row of what was read may be half a row.
    if last_is_cut && rows.len() > 1 {
        rows.pop();
    }
    if widest > MOST_COLUMNS {
        notes.push(format!("The first {MOST_COLUMNS} of {widest} columns are shown."));
    }
    let width = widest.min(MOST_COLUMNS);
    let named = rows.first().is_some_and(|first| is_head(first, width));
    let names = if named { rows.remove(0) } else { Vec::new() };
    if rows.len() > MOST_ROWS {
        rows.truncate(MOST_ROWS);
        goes_on = true;
    }
    for row in &mut rows {
        row.resize(width, None);
    }
    let columns = (0..width).map(|n| ColumnView {
        name: names
            .get(n)
            .cloned()
            .flatten()
            .unwrap_or_else(|| (n + 1).to_string()),
        of: None,
        numeric: is_numeric(&rows, n),
    });
    Some(TableView {
        columns: columns.collect(),
        total_rows: (!goes_on).then_some(rows.len() as u64),
        rows,
        notes,
        truncated: goes_on,
    })
}

/// A value no longer than a glance takes.
pub fn clipped(text: &str) -> String {
    match text.char_indices().nth(LONGEST_CELL) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// What stands between the values of the first line, by count.
fn separator(name: &str, text: &str) -> u8 {
    let name = name.to_ascii_lowercase();
    if name.ends_with(".tsv") || name.ends_with(".tab") {
        return b'\t';
    }
    let line = text.lines().next().unwrap_or_default().as_bytes();
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    for byte in line {
        quoted ^= *byte == b'"';
        for (separator, count) in &mut counts {
            *count += usize::from(!quoted && byte == separator);
        }
    }
    // Of equals the first: a comma.
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or_default();
    counts
        .iter()
        .find(|(_, count)| *count == most)
        .map_or(b',', |(separator, _)| *separator)
}

/// A first row of names: each there, none twice, none a number.
fn is_head(row: &[Option<String>], width: usize) -> bool {
    let names: Vec<_> = row.iter().flatten().collect();
    let mut distinct = names.clone();
    distinct.sort();
    distinct.dedup();
    names.len() == width && distinct.len() == width && !names.iter().any(|name| is_number(name))
}

fn is_numeric(rows: &[Vec<Option<String>>], column: usize) -> bool {
    let mut values = rows
        .iter()
        .filter_map(|row| row.get(column)?.as_deref())
        .peekable();
    values.peek().is_some() && values.all(is_number)
}

fn is_number(text: &str) -> bool {
    text.trim().parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, text: &str) -> TableView {
        view(name, text, true, Vec::new()).unwrap()
    }

    fn names(table: &TableView) -> Vec<&str> {
        table.columns.iter().map(|column| column.name.as_str()).collect()
    }

    #[test]
    fn quotes_lines_within_and_missing_cells_are_as_in_rfc_4180() {
        let table = table("a.csv", "id,name\r\n1,\"a, \"\"b\"\"\nc\"\r\n2\r\n");
        assert_eq!(names(&table), ["id", "name"]);
        assert_eq!(table.rows[0][1].as_deref(), Some("a, \"b\"\nc"));
        assert_eq!(table.rows[1], [Some("2".to_owned()), None]);
        assert_eq!((table.total_rows, table.truncated), (Some(2), false));
        assert!(table.columns[0].numeric && !table.columns[1].numeric);
    }

    #[test]
    fn the_separator_is_found_and_a_table_without_names_gets_numbers() {
        assert_eq!(names(&table("a.csv", "x;y;z\n1;2;3\n")), ["x", "y", "z"]);
        assert_eq!(names(&table("a.tsv", "x,y\tz\n")), ["x,y", "z"]);
        assert_eq!(names(&table("a.csv", "\"a;b;c\",d\n")), ["a;b;c", "d"]);
        let plain = table("a.csv", "1,2\n3,4\n");
        assert_eq!((names(&plain), plain.rows.len()), (vec!["1", "2"], 2));
    }

    #[test]
    fn a_thousand_rows_are_shown_and_a_row_that_was_cut_is_not() {
        let rows: String = (0..3000).map(|n| format!("{n},x\n")).collect();
        let long = table("a.csv", &format!("id,name\n{rows}"));
        assert_eq!(
            (long.rows.len(), long.truncated, long.total_rows),
            (1000, true, None)
        );
        let exact: String = (0..1000).map(|n| format!("{n},x\n")).collect();
        let exact = table("a.csv", &format!("id,name\n{exact}"));
        assert_eq!(
            (exact.rows.len(), exact.truncated, exact.total_rows),
            (1000, false, Some(1000))
        );
        let cut = view("a.csv", "id,name\n1,one\n2,tw", false, Vec::new()).unwrap();
        assert_eq!((cut.rows.len(), cut.truncated), (1, true));
    }

    #[test]
    fn what_is_as_wide_or_as_long_as_can_be_stays_small() {
        let wide = table("a.csv", &",".repeat(100_000));
        assert_eq!(wide.columns.len(), MOST_COLUMNS);
        assert_eq!(wide.notes.len(), 1);
        let long = table("a.csv", &format!("name\n{}\n", "\u{20ac}".repeat(100_000)));
        assert_eq!(
            long.rows[0][0].as_ref().unwrap().chars().count(),
            LONGEST_CELL + 1
        );
        assert_eq!(table("a.csv", "").rows.len(), 0);
        assert_eq!(table("a.csv", "\"never closed, ...\n").columns.len(), 1);
    }
}
