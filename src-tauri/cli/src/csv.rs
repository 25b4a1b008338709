//! Comma-separated values (RFC 4180) that a spreadsheet takes for text.

use hatrack_core::bucket::spreadsheet::cell;
use hatrack_core::view::HistoryRow;

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

/// The history's rows under their JSON names.
pub fn of_history(rows: &[HistoryRow]) -> String {
    let mut text = line(HEADINGS.map(str::to_owned));
    for row in rows {
        let number = |number: Option<u32>| number.map(|n| n.to_string()).unwrap_or_default();
        let words = |words: &Option<String>| words.clone().unwrap_or_default();
        text.push_str(&line([
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
        ]));
    }
    text
}

fn line<const N: usize>(cells: [String; N]) -> String {
    cells.map(|text| cell(&text).into_owned()).join(",") + "\r\n"
}
