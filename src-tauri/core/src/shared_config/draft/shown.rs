//! A draft as people see it before it is written.

use super::Draft;
use crate::shared_config::sections::is_secret_key;

/// Lines that go and lines that come, at one place of a file. No secret stands in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineChange {
    /// The first line, counted from 1 in the file as it is.
    pub line: u32,
    /// What goes.
    pub removed: Vec<String>,
    /// What comes.
    pub added: Vec<String>,
}

impl Draft<'_> {
    /// What changes, in the order of the file; the values of secrets as `***`.
    pub fn shown(&self) -> Vec<LineChange> {
        let text = self.file.text();
        let mut changes: Vec<_> = self.changes.iter().collect();
        changes.sort_by_key(|change| change.part.start);
        let of = |change: &&super::Change| {
            let (from, to) = (change.part.start, change.part.end);
            let start = text[..from].rfind('\n').map_or(0, |at| at + 1);
            // What is put in between whole lines takes none of them along.
            let whole = from == to && start == from;
            let end = match text[to..].find('\n') {
                _ if whole => to,
                _ if to > start && text[..to].ends_with('\n') => to,
                Some(at) => to + at + 1,
                None => text.len(),
            };
            let new = format!("{}{}{}", &text[start..from], &*change.text, &text[to..end]);
            let old = lines(&text[start..end]);
            let mut added = lines(&new);
            let mut removed = old;
            let same = removed.iter().zip(&added).take_while(|(a, b)| a == b).count();
            removed.drain(..same);
            added.drain(..same);
            let line = text[..start].matches('\n').count() + 1 + same;
            LineChange {
                line: u32::try_from(line).unwrap_or(u32::MAX),
                removed,
                added,
            }
        };
        changes.iter().map(of).collect()
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(masked).collect()
}

fn masked(line: &str) -> String {
    match line.split_once('=') {
        Some((key, value)) if is_secret_key(key.trim()) && !value.trim().is_empty() => {
            format!("{}= ***", key)
        }
        _ => line.to_owned(),
    }
}
