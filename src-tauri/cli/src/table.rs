//! Tables for people: aligned, coloured where the terminal takes colours, no wider than the terminal.

mod columns;

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use hatrack_core::shared_config::inert;
use unicode_width::UnicodeWidthStr;

use crate::failure::Failure;
use crate::out::{self, Paper};
use columns::{fit, wrap};

/// Rows of text under headings; columns are as wide as their widest cell.
#[derive(Debug)]
pub struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Row>,
}

/// One row; each cell can be given a tone.
#[derive(Debug)]
pub struct Row(Vec<(String, Tone)>);

/// What a cell says beside its words. Nothing is said by a tone alone: colours get lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Nothing.
    #[default]
    Plain,
    /// All is well.
    Good,
    /// Soon something has to be done.
    Warn,
    /// Something failed or is over.
    Bad,
}

/// From here on a session nears its end, in seconds left; the window turns amber there too.
const NEAR: u32 = 15 * 60;
/// From here on it is nearly over, and the window turns red.
const NEARLY_OVER: u32 = 5 * 60;
/// Between two columns.
const GAP: usize = 2;

impl Tone {
    /// Of what is left of a session, as in the window.
    pub fn of_seconds_left(seconds: u32) -> Self {
        if seconds <= NEARLY_OVER {
            Self::Bad
        } else if seconds <= NEAR {
            Self::Warn
        } else {
            Self::Good
        }
    }

    /// The terminal's own colours: they suit its background.
    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Warn => AnsiColor::Yellow.on_default(),
            Self::Bad => AnsiColor::Red.on_default(),
        }
    }
}

impl Row {
    /// Gives a cell a tone.
    pub fn tone(&mut self, column: usize, tone: Tone) {
        if let Some(cell) = self.0.get_mut(column) {
            cell.1 = tone;
        }
    }
}

impl Table {
    /// An empty table.
    pub fn new<const N: usize>(headings: [&'static str; N]) -> Self {
        Self {
            headings: headings.into(),
            rows: Vec::new(),
        }
    }

    /// Adds a row. Names come from files and from AWS: whatever could steer a terminal is spelled out.
    pub fn row<const N: usize>(&mut self, cells: [&str; N]) -> &mut Row {
        let row = Row(cells.iter().map(|cell| (inert(cell), Tone::Plain)).collect());
        self.rows.push(row);
        let last = self.rows.len() - 1;
        &mut self.rows[last]
    }

    /// Writes it to standard output, as that takes it.
    pub fn print(&self) -> Result<(), Failure> {
        out::print(&self.render(Paper::of_stdout()))
    }

    /// The lines; no blanks at the end of a line. Cells of a table that is too wide go on in the next line.
    pub fn render(&self, paper: Paper) -> String {
        let widths = fit(&self.natural_widths(), &self.least_widths(), GAP, paper.columns);
        let mut text = String::new();
        let headings: Vec<_> = self
            .headings
            .iter()
            .map(|heading| (*heading, Style::new().bold()))
            .collect();
        write_line(&mut text, &headings, &widths, paper.coloured);
        for Row(cells) in &self.rows {
            let wrapped: Vec<Vec<&str>> = cells
                .iter()
                .zip(&widths)
                .map(|((cell, _), width)| wrap(cell, *width))
                .collect();
            let lines = wrapped.iter().map(Vec::len).max().unwrap_or_default();
            for at in 0..lines {
                let pieces: Vec<_> = wrapped
                    .iter()
                    .zip(cells)
                    .map(|(pieces, (_, tone))| (pieces.get(at).copied().unwrap_or_default(), tone.style()))
                    .collect();
                write_line(&mut text, &pieces, &widths, paper.coloured);
            }
        }
        text
    }

    /// Of each column, its widest cell.
    fn natural_widths(&self) -> Vec<usize> {
        let mut widths = self.least_widths();
        for Row(cells) in &self.rows {
            for (width, (cell, _)) in widths.iter_mut().zip(cells) {
                *width = cell.width().max(*width);
            }
        }
        widths
    }

    /// A column is never narrower than its heading.
    fn least_widths(&self) -> Vec<usize> {
        self.headings.iter().map(|heading| heading.width()).collect()
    }
}

fn write_line(text: &mut String, cells: &[(&str, Style)], widths: &[usize], coloured: bool) {
    let mut blanks = 0;
    for ((cell, style), width) in cells.iter().zip(widths) {
        if !cell.is_empty() {
            text.extend(std::iter::repeat_n(' ', blanks));
            blanks = 0;
            // Writing into a String cannot fail.
            let _ = match coloured && !style.is_plain() {
                true => write!(text, "{style}{cell}{style:#}"),
                false => write!(text, "{cell}"),
            };
        }
        blanks += width.saturating_sub(cell.width()) + GAP;
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Paper = Paper {
        coloured: false,
        columns: None,
    };

    #[test]
    fn columns_are_aligned_and_nothing_steers_the_terminal() {
        let mut table = Table::new(["ROLE", "ACCOUNT"]);
        table.row(["Reader", "Acme"]);
        table.row(["\u{1b}[2J", ""]);
        table.row(["", "Later"]);
        assert_eq!(
            table.render(PLAIN),
            "ROLE       ACCOUNT\nReader     Acme\n\\u{1b}[2J\n           Later\n"
        );
    }

    #[test]
    fn wide_letters_count_twice_and_marks_on_letters_not_at_all() {
        let mut table = Table::new(["ROLE", "ACCOUNT"]);
        table.row(["監査ロール", "東京"]);
        table.row(["Re\u{301}viseur", "Acme"]);
        assert_eq!(
            table.render(PLAIN),
            "ROLE        ACCOUNT\n監査ロール  東京\nRe\u{301}viseur    Acme\n"
        );
    }

    #[test]
    fn colours_stand_around_words_and_move_no_column() {
        let mut table = Table::new(["LEFT", "ROLE"]);
        table.row(["5 min", "Reader"]).tone(0, Tone::of_seconds_left(300));
        table
            .row(["15 min", "Reader"])
            .tone(0, Tone::of_seconds_left(900));
        table
            .row(["16 min", "Reader"])
            .tone(0, Tone::of_seconds_left(960));
        let coloured = Paper {
            coloured: true,
            ..PLAIN
        };
        assert_eq!(
            table.render(coloured),
            "\u{1b}[1mLEFT\u{1b}[0m    \u{1b}[1mROLE\u{1b}[0m\n\
             \u{1b}[31m5 min\u{1b}[0m   Reader\n\u{1b}[33m15 min\u{1b}[0m  Reader\n\u{1b}[32m16 min\u{1b}[0m  Reader\n"
        );
        let plain: String = anstream::adapter::strip_str(&table.render(coloured)).to_string();
        assert_eq!(plain, table.render(PLAIN));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_and_nothing_is_left_out() {
        let mut table = Table::new(["AT", "DETAIL"]);
        table.row(["2026-11-22", "is not authorized to perform: sts:AssumeRole"]);
        table.row(["2026-11-23", "arn:aws:iam::081278057606:role/AVeryLongRoleName"]);
        table.row(["2026-11-24", "監査ロールは利用できません"]);
        let narrow = Paper {
            columns: Some(32),
            ..PLAIN
        };
        assert_eq!(
            table.render(narrow),
            "AT          DETAIL\n\
             2026-11-22  is not authorized to\n            perform:\n            sts:AssumeRole\n\
             2026-11-23  arn:aws:iam::0812780\n            57606:role/AVeryLong\n            RoleName\n\
             2026-11-24  監査ロールは利用でき\n            ません\n"
        );
    }
}
