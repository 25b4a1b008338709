//! Plain aligned tables.

use hatrack_core::shared_config::inert;

/// Rows of text under headings; columns are as wide as their widest cell.
pub struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

const BOLD: &str = "\u{1b}[1m";
const PLAIN: &str = "\u{1b}[0m";

impl Table {
    /// An empty table.
    pub fn new<const N: usize>(headings: [&'static str; N]) -> Self {
        Self {
            headings: headings.into(),
            rows: Vec::new(),
        }
    }

    /// Adds a row. Names come from files and from AWS: whatever could steer a terminal is spelled out.
    pub fn row<const N: usize>(&mut self, cells: [&str; N]) {
        self.rows.push(cells.iter().map(|cell| inert(cell)).collect());
    }

    /// The lines, two blanks between columns, no blanks at the end of a line.
    pub fn render(&self, coloured: bool) -> String {
        let width = |at: usize| {
            let cells = self
                .rows
                .iter()
                .filter_map(|row| row.get(at))
                .map(|cell| cell.chars().count());
            cells.chain([self.headings[at].len()]).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..self.headings.len()).map(width).collect();
        let line = |cells: &mut dyn Iterator<Item = &str>| {
            let mut line = String::new();
            for (cell, width) in cells.zip(&widths) {
                line.push_str(&format!("{cell:width$}  "));
            }
            line.truncate(line.trim_end().len());
            line
        };
        let headings = line(&mut self.headings.iter().copied());
        let mut text = if coloured {
            format!("{BOLD}{headings}{PLAIN}\n")
        } else {
            headings + "\n"
        };
        for row in &self.rows {
            text.push_str(&line(&mut row.iter().map(String::as_str)));
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_nothing_steers_the_terminal() {
        let mut table = Table::new(["ROLE", "ACCOUNT"]);
        table.row(["Reader", "Acme"]);
        table.row(["\u{1b}[2J", ""]);
        assert_eq!(
            table.render(false),
            "ROLE       ACCOUNT\nReader     Acme\n\\u{1b}[2J\n"
        );
        assert_eq!(
            table.render(true).lines().next(),
            Some("\u{1b}[1mROLE       ACCOUNT\u{1b}[0m")
        );
    }
}
