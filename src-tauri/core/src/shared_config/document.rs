//! One file, taken apart without losing a byte.

use std::ops::Range;

use super::error::{ConfigError, ConfigErrorKind};
use super::source::{LONGEST_LINE, SourceFile};

/// Blanks to AWS's parsers: nothing else is trimmed.
pub(super) const BLANKS: [char; 2] = [' ', '\t'];
const COMMENT: [char; 2] = ['#', ';'];
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A file's sections, by byte ranges into its text.
///
/// Invariant: the preamble and the sections' `whole` ranges follow each other without a gap and cover the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What stands before the first section: a byte order mark, comments, blank lines.
    pub preamble: Range<usize>,
    /// The sections in the order of the file, duplicates apart.
    pub sections: Vec<SectionSpan>,
}

/// One `[section]` and its properties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionSpan {
    /// The header's line, counted from 1.
    pub line: u32,
    /// From the header to the next section's header.
    pub whole: Range<usize>,
    /// Between the brackets, untrimmed.
    pub name: Range<usize>,
    /// The properties in the order of the file, duplicates apart.
    pub properties: Vec<PropertySpan>,
}

/// One `key = value` and the indented lines that continue it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertySpan {
    /// The line of the key, counted from 1.
    pub line: u32,
    /// From the line of the key to the end of its last continuation, line endings included.
    pub whole: Range<usize>,
    /// The key, trimmed, in the case it is written in.
    pub key: Range<usize>,
    /// The value on the line of the key, trimmed, without a trailing comment.
    pub value: Range<usize>,
    /// The continuation lines, trimmed. AWS's parsers keep comments in them.
    pub continuations: Vec<Range<usize>>,
}

impl PropertySpan {
    /// The value as AWS's parsers give it: continuations follow, each after a line feed.
    pub fn value_in(&self, text: &str) -> String {
        let mut value = text[self.value.clone()].to_owned();
        for line in &self.continuations {
            value.push('\n');
            value.push_str(&text[line.clone()]);
        }
        value
    }
}

impl Document {
    /// Takes a file apart.
    ///
    /// # Errors
    /// At the first line that AWS's SDK would refuse, and at a line over [`LONGEST_LINE`].
    pub fn parse(file: &SourceFile) -> Result<Self, ConfigError> {
        let text = file.text();
        let mut document = Self {
            preamble: 0..text.len(),
            sections: Vec::new(),
        };
        let mut start = if text.starts_with(BYTE_ORDER_MARK) {
            BYTE_ORDER_MARK.len()
        } else {
            0
        };
        let mut number = 0;
        while start < text.len() {
            number += 1;
            let line = Line::at(text, start, number);
            let read = if line.content.len() > LONGEST_LINE {
                Err(ConfigErrorKind::LineTooLong {
                    bytes: line.content.len(),
                })
            } else {
                document.read(text, &line)
            };
            read.map_err(|kind| ConfigError::at(&file.name, number, kind))?;
            start = line.end;
        }
        document.close(text.len());
        Ok(document)
    }

    fn read(&mut self, text: &str, line: &Line) -> Result<(), ConfigErrorKind> {
        let content = &text[line.content.clone()];
        if content.starts_with(COMMENT) || trim(text, line.content.clone()).is_empty() {
            return Ok(());
        }
        if content.starts_with('[') {
            self.read_header(text, line)
        } else if content.starts_with(BLANKS) {
            self.read_continuation(text, line)
        } else {
            self.read_property(text, line)
        }
    }

    fn read_header(&mut self, text: &str, line: &Line) -> Result<(), ConfigErrorKind> {
        let header = without_comment(text, line.content.clone(), false);
        if header.len() < 2 || !text[header.clone()].ends_with(']') {
            return Err(ConfigErrorKind::UnclosedSection);
        }
        self.close(line.content.start);
        self.sections.push(SectionSpan {
            line: line.number_u32(),
            whole: line.content.start..text.len(),
            name: header.start + 1..header.end - 1,
            properties: Vec::new(),
        });
        Ok(())
    }

    fn read_property(&mut self, text: &str, line: &Line) -> Result<(), ConfigErrorKind> {
        let section = self
            .sections
            .last_mut()
            .ok_or(ConfigErrorKind::BeforeFirstSection)?;
        let (key, value) = key_and_value(text, line.content.clone(), false)?;
        section.properties.push(PropertySpan {
            line: line.number_u32(),
            whole: line.content.start..line.end,
            key,
            value,
            continuations: Vec::new(),
        });
        Ok(())
    }

    fn read_continuation(&mut self, text: &str, line: &Line) -> Result<(), ConfigErrorKind> {
        let section = self
            .sections
            .last_mut()
            .ok_or(ConfigErrorKind::BeforeFirstSection)?;
        let property = section
            .properties
            .last_mut()
            .ok_or(ConfigErrorKind::ContinuationWithoutProperty)?;
        if property.value.is_empty() {
            key_and_value(text, line.content.clone(), true)?;
        }
        property.continuations.push(trim(text, line.content.clone()));
        property.whole.end = line.end;
        Ok(())
    }

    /// What is open ends at `at`: the preamble before the first section, or the section before this one.
    fn close(&mut self, at: usize) {
        match self.sections.last_mut() {
            Some(section) => section.whole.end = at,
            None => self.preamble.end = at,
        }
    }
}

/// One line of a text.
struct Line {
    /// Counted from 1.
    number: usize,
    /// Without its line ending.
    content: Range<usize>,
    /// Where the next line starts.
    end: usize,
}

impl Line {
    fn at(text: &str, start: usize, number: usize) -> Self {
        let (mut content, end) = match text[start..].find('\n') {
            Some(length) => (start..start + length, start + length + 1),
            None => (start..text.len(), text.len()),
        };
        // A carriage return belongs to the line ending only before a line feed, as in `str::lines`.
        if content.end < end && text[content.clone()].ends_with('\r') {
            content.end -= 1;
        }
        Self { number, content, end }
    }

    fn number_u32(&self) -> u32 {
        u32::try_from(self.number).unwrap_or(u32::MAX)
    }
}

fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start_matches(BLANKS).len());
    start..start + part.trim_matches(BLANKS).len()
}

/// `range` trimmed and without its comment. In a header a comment sign ends the text wherever it stands; in a
/// property only after white space, so that `value;more` is a value.
fn without_comment(text: &str, range: Range<usize>, after_blank_only: bool) -> Range<usize> {
    let range = trim(text, range);
    // Nearly every line has no such sign, and letters are dearer to walk than bytes.
    if !text.as_bytes()[range.clone()]
        .iter()
        .any(|b| matches!(b, b'#' | b';'))
    {
        return range;
    }
    let mut after_blank = false;
    for (at, c) in text[range.clone()].char_indices() {
        if COMMENT.contains(&c) && (after_blank || !after_blank_only) {
            return trim(text, range.start..range.start + at);
        }
        after_blank = c.is_whitespace();
    }
    range
}

fn key_and_value(
    text: &str,
    range: Range<usize>,
    nested: bool,
) -> Result<(Range<usize>, Range<usize>), ConfigErrorKind> {
    let range = without_comment(text, range, true);
    let equals = text[range.clone()]
        .find('=')
        .ok_or(ConfigErrorKind::NoEquals { nested })?
        + range.start;
    let key = trim(text, range.start..equals);
    if key.is_empty() {
        return Err(ConfigErrorKind::NoName { nested });
    }
    Ok((key, trim(text, equals + 1..range.end)))
}
