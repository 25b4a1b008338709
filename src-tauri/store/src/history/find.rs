//! From a question to SQL.

use hatrack_core::history_view::HistoryQuery;
use sqlx::{QueryBuilder, Sqlite};

use super::row::COLUMNS;

const DEFAULT_ROWS: usize = 100;
const MOST_ROWS: usize = 1000;
/// Words beyond this many narrow nothing that the first ones did not.
const MOST_WORDS: usize = 12;
/// More kinds of events there are not.
const MOST_EVENTS: usize = 64;
/// The trigram index knows parts of this many letters and more.
const TRIGRAM: usize = 3;

/// How many rows the page is to have.
pub fn limit(query: &HistoryQuery) -> usize {
    match query.limit as usize {
        0 => DEFAULT_ROWS,
        n => n.min(MOST_ROWS),
    }
}

/// The statement for the newest `rows` rows that `query` asks for.
pub fn page(query: &HistoryQuery, rows: usize) -> QueryBuilder<Sqlite> {
    let words = Words::of(query.text.as_deref().unwrap_or_default());
    let mut sql = QueryBuilder::new("SELECT ");
    sql.push(COLUMNS);
    // The index that finds words is read first and newest first; without words the filter's own index is.
    let id = match (words.long.is_empty(), words.short.is_empty()) {
        (false, _) => {
            sql.push(
                " FROM event_part CROSS JOIN event ON event.id = event_part.rowid WHERE event_part MATCH ",
            );
            sql.push_bind(words.parts());
            for short in &words.short {
                sql.push(
                    " AND concat_ws(' ', event.account_id, event.account_name, event.role_name, event.arn, \
                     event.profile, event.error, event.request_id) LIKE ",
                );
                sql.push_bind(like(short)).push(" ESCAPE '\\'");
            }
            "event_part.rowid"
        }
        (true, false) => {
            sql.push(
                " FROM event_start CROSS JOIN event ON event.id = event_start.rowid WHERE event_start MATCH ",
            );
            sql.push_bind(words.starts());
            "event_start.rowid"
        }
        (true, true) => {
            sql.push(" FROM event WHERE TRUE");
            "event.id"
        }
    };
    for (column, wanted) in [
        ("event.account_id", query.account_id.map(|a| a.to_string())),
        ("event.outcome", query.outcome.clone()),
        ("event.event", query.event.clone()),
        ("event.session_id", query.session_id.clone()),
        ("event.role_name", query.role_name.clone()),
    ] {
        if let Some(wanted) = wanted {
            sql.push(" AND ").push(column).push(" = ").push_bind(wanted);
        }
    }
    if !query.events.is_empty() {
        // With the sign the ids' own order is followed: an index of events would have to be sorted first.
        sql.push(" AND +event.event IN (");
        let mut events = sql.separated(", ");
        for event in query.events.iter().take(MOST_EVENTS) {
            events.push_bind(event.clone());
        }
        sql.push(")");
    }
    let bounds = [
        (" >= ", query.since.map(|at| at.as_microsecond())),
        (" < ", query.until.map(|at| at.as_microsecond())),
        (" < ", query.before),
    ];
    for (sign, bound) in bounds {
        if let Some(bound) = bound {
            sql.push(" AND ").push(id).push(sign).push_bind(bound);
        }
    }
    sql.push(" ORDER BY ").push(id).push(" DESC LIMIT ");
    sql.push_bind(i64::try_from(rows).unwrap_or(i64::MAX));
    sql
}

/// What the person typed, in words; each must be found.
struct Words {
    long: Vec<String>,
    short: Vec<String>,
}

impl Words {
    fn of(text: &str) -> Self {
        // An FTS5 string ends at a NUL, quotes or no quotes.
        let words = text
            .split(|c: char| c.is_whitespace() || c == '\0')
            .filter(|w| !w.is_empty());
        let (long, short) = words
            .take(MOST_WORDS)
            .map(str::to_owned)
            .partition(|word: &String| word.chars().count() >= TRIGRAM);
        Self { long, short }
    }

    fn parts(&self) -> String {
        let quoted: Vec<_> = self.long.iter().map(|word| quote(word)).collect();
        quoted.join(" AND ")
    }

    fn starts(&self) -> String {
        let quoted: Vec<_> = self
            .short
            .iter()
            .map(|word| format!("{}*", quote(word)))
            .collect();
        quoted.join(" AND ")
    }
}

/// An FTS5 string: nothing in it is an operator (sqlite.org, "FTS5 Strings").
fn quote(word: &str) -> String {
    format!("\"{}\"", word.replace('"', "\"\""))
}

fn like(word: &str) -> String {
    let mut pattern = String::from("%");
    for c in word.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
