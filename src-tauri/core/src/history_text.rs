//! The history as text for other programs: the same from the window and from `hat`.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::bucket::spreadsheet::cell;
use crate::history_view::HistoryRow;

/// What the other program reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HistoryFormat {
    /// RFC 4180, as spreadsheets take it; what looks like a formula gets a `'` before it (OWASP, "CSV Injection").
    Csv,
    /// One array, a row on each line.
    Json,
}

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

/// Rows on their way to text, of which never more than a page is in memory.
#[derive(Debug)]
pub struct HistoryText {
    format: HistoryFormat,
    rows: u64,
}

impl HistoryText {
    /// In this form.
    pub fn of(format: HistoryFormat) -> Self {
        Self { format, rows: 0 }
    }

    /// How many rows there were so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// What stands before the first row.
    pub fn begin(&self) -> String {
        match self.format {
            HistoryFormat::Csv => line(HEADINGS.map(str::to_owned)),
            HistoryFormat::Json => "[".to_owned(),
        }
    }

    /// Adds one row to `text`.
    pub fn add(&mut self, row: &HistoryRow, text: &mut String) -> Result<(), serde_json::Error> {
        match self.format {
            HistoryFormat::Csv => text.push_str(&csv(row)),
            HistoryFormat::Json => {
                text.push_str(if self.rows == 0 { "\n" } else { ",\n" });
                text.push_str(&serde_json::to_string(row)?);
            }
        }
        self.rows += 1;
        Ok(())
    }

    /// What stands after the last row.
    pub fn end(&self) -> &'static str {
        match (self.format, self.rows) {
            (HistoryFormat::Csv, _) => "",
            (HistoryFormat::Json, 0) => "]\n",
            (HistoryFormat::Json, _) => "\n]\n",
        }
    }
}

fn csv(row: &HistoryRow) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{event, outcome};

    fn row(account_name: &str) -> HistoryRow {
        HistoryRow {
            id: 1,
            at: "2026-11-23T08:00:00Z".parse().unwrap(),
            event: event::SWITCH.into(),
            outcome: outcome::OK.into(),
            account_id: None,
            account_name: Some(account_name.into()),
            role_name: None,
            arn: None,
            profile: None,
            session_id: None,
            duration_s: Some(3600),
            call_ms: None,
            request_id: None,
            error: Some("a, \"b\"\nc".into()),
            client: "hat".into(),
            detail: None,
        }
    }

    fn text(format: HistoryFormat, rows: &[HistoryRow]) -> String {
        let mut writer = HistoryText::of(format);
        let mut text = writer.begin();
        for row in rows {
            writer.add(row, &mut text).unwrap();
        }
        text + writer.end()
    }

    #[test]
    fn an_account_that_is_called_like_a_formula_stays_text() {
        let csv = text(HistoryFormat::Csv, &[row("=1+1"), row("\t@x")]);
        let lines: Vec<_> = csv.split("\r\n").collect();
        assert_eq!(
            lines[1],
            "2026-11-23T08:00:00Z,switch,ok,,'=1+1,,,,,3600,,,\"a, \"\"b\"\"\nc\",hat,"
        );
        assert!(lines[2].contains(",'\t@x,"));
    }

    #[test]
    fn json_is_one_array_even_without_rows() {
        for rows in [vec![], vec![row("a")], vec![row("a"), row("b")]] {
            let read: Vec<HistoryRow> = serde_json::from_str(&text(HistoryFormat::Json, &rows)).unwrap();
            assert_eq!(read, rows);
        }
    }
}
