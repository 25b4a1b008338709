//! Comma-separated values (RFC 4180) that a spreadsheet takes for text.

use hatrack_core::bucket::spreadsheet::cell;
use hatrack_core::history_view::HistoryRow;

const HEADINGS: [&str; 15] = [
    "at",
    "event",
    "outcome",
    "account_id",
    "account_name",
    "role_name",
    "arn",
    "profile",
    "session_id",
    "duration_s",
    "call_ms",
    "request_id",
    "error",
    "client",
    "detail",
];

/// The names of the history's columns, as in JSON.
pub fn headings() -> String {
    line(HEADINGS.map(str::to_owned))
}

/// One row of the history.
pub fn of_row(row: &HistoryRow) -> String {
    let number = |number: Option<u32>| number.map(|n| n.to_string()).unwrap_or_default();
    let words = |words: &Option<String>| words.clone().unwrap_or_default();
    line([
        row.at.to_string(),
        row.event.clone(),
        row.outcome.clone(),
        row.account_id.map(|id| id.to_string()).unwrap_or_default(),
        words(&row.account_name),
        words(&row.role_name),
        words(&row.arn),
        words(&row.profile),
        words(&row.session_id),
        number(row.duration_s),
        number(row.call_ms),
        words(&row.request_id),
        words(&row.error),
        row.client.clone(),
        words(&row.detail),
    ])
}

fn line<const N: usize>(cells: [String; N]) -> String {
    cells.map(|text| cell(&text).into_owned()).join(",") + "\r\n"
}
