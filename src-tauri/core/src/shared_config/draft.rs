//! A change of one shared file that leaves every other byte as it was.

mod own_section;
mod shown;

use std::ops::Range;

use zeroize::Zeroizing;

use super::document::{Document, PropertySpan, SectionSpan};
use super::error::ConfigError;
use super::merge::profile_sections;
use super::source::SourceFile;

/// A file and what is to be changed in it.
///
/// Invariant: the changes do not overlap, and each covers whole lines or a value.
#[derive(Debug)]
pub struct Draft<'a> {
    file: &'a SourceFile,
    document: Document,
    changes: Vec<Change>,
}

/// What stands in the place of a part of the file. The new text may be a secret, so that `Debug` leaves it out.
struct Change {
    part: Range<usize>,
    text: Zeroizing<String>,
}

impl std::fmt::Debug for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Change({:?})", self.part)
    }
}

impl<'a> Draft<'a> {
    /// Takes the file apart.
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn of(file: &'a SourceFile) -> Result<Self, ConfigError> {
        Ok(Self {
            file,
            document: Document::parse(file)?,
            changes: Vec::new(),
        })
    }

    /// Whether the profile has a section here.
    pub fn has(&self, profile: &str) -> bool {
        !self.sections(profile).is_empty()
    }

    /// The lines of `keys` in the profile's sections, in the order of the file: the number of each, counted from 1, and
    /// the key.
    pub fn lines_of(&self, profile: &str, keys: &[&str]) -> Vec<(u32, String)> {
        let key = |property: &PropertySpan| self.file.text()[property.key.clone()].to_owned();
        let spans = self.spans(profile, keys);
        spans.iter().map(|span| (span.line, key(span))).collect()
    }

    /// Gives `key` this value wherever the profile has it. `false` where it does not.
    pub fn set(&mut self, profile: &str, key: &str, value: &str) -> bool {
        let spans = self.spans(profile, &[key]);
        for span in &spans {
            let end = span.continuations.last().map_or(span.value.end, |last| last.end);
            self.change(span.value.start..end, value);
        }
        !spans.is_empty()
    }

    /// Takes the lines of `keys` out of the profile, and puts `lines` in the place of the last of them. `false` where
    /// there is none; then nothing is changed.
    pub fn replace_lines(&mut self, profile: &str, keys: &[&str], lines: &[&str]) -> bool {
        let spans = self.spans(profile, keys);
        let Some((last, before)) = spans.split_last() else {
            return false;
        };
        for span in before {
            self.change(span.whole.clone(), "");
        }
        let mut new = Zeroizing::new(lines.join(self.ending()));
        if !lines.is_empty() {
            new.push_str(ending_of(&self.file.text()[last.whole.clone()]));
        }
        self.change(last.whole.clone(), &new);
        true
    }

    /// Puts lines right below the header of the profile's last section. `false` where it has none.
    pub fn insert(&mut self, profile: &str, lines: &[&str]) -> bool {
        let Some(section) = self.sections(profile).last().map(|section| (*section).clone()) else {
            return false;
        };
        let text = self.file.text();
        let header = &text[section.whole.clone()];
        let length = header.find('\n').map_or(header.len(), |at| at + 1);
        let at = section.whole.start + length;
        let ending = self.ending();
        let mut added = Zeroizing::new(String::new());
        if !header[..length].ends_with('\n') {
            added.push_str(ending);
        }
        for line in lines {
            added.push_str(line);
            added.push_str(ending);
        }
        self.change(at..at, &added);
        true
    }

    /// Puts a section at the end of the file: its header without brackets, and its lines.
    pub fn append(&mut self, header: &str, lines: &[&str]) {
        let (text, ending) = (self.file.text(), self.ending());
        let mut added = Zeroizing::new(String::new());
        if !text.is_empty() && !text.ends_with('\n') {
            added.push_str(ending);
        }
        if !text.is_empty() {
            added.push_str(ending);
        }
        added.push_str(&format!("[{header}]{ending}"));
        for line in lines {
            added.push_str(line);
            added.push_str(ending);
        }
        let end = text.len();
        self.change(end..end, &added);
    }

    /// Takes out the sections of a profile, as [`Self::append`] put one in. Comments below their last lines stay.
    pub fn remove(&mut self, profile: &str) -> bool {
        let text = self.file.text();
        // Not what stands below its last line: that is said of what follows.
        let part = |section: &&SectionSpan| {
            let header = section.whole.clone();
            let header_end = text[header.clone()]
                .find('\n')
                .map_or(header.end, |at| header.start + at + 1);
            let end = section
                .properties
                .last()
                .map_or(header_end, |last| last.whole.end);
            section.whole.start..end
        };
        let parts: Vec<_> = self.sections(profile).iter().map(part).collect();
        let ending = self.ending();
        for part in &parts {
            // The empty line that was put before it.
            let before = &text[..part.start];
            let start = match before.ends_with(&format!("{ending}{ending}")) {
                true => part.start - ending.len(),
                false => part.start,
            };
            self.change(start..part.end, "");
        }
        !parts.is_empty()
    }

    /// The file as it is to be.
    pub fn text(mut self) -> Zeroizing<String> {
        self.changes.sort_by_key(|change| change.part.start);
        let old = self.file.text();
        let added: usize = self.changes.iter().map(|change| change.text.len()).sum();
        // Sized from the start: a buffer that grows leaves copies of secrets behind.
        let mut new = Zeroizing::new(String::with_capacity(old.len() + added));
        let mut at = 0;
        for change in &self.changes {
            new.push_str(&old[at..change.part.start]);
            new.push_str(&change.text);
            at = change.part.end;
        }
        new.push_str(&old[at..]);
        new
    }

    fn change(&mut self, part: Range<usize>, text: &str) {
        self.changes.push(Change {
            part,
            text: Zeroizing::new(text.to_owned()),
        });
    }

    fn sections(&self, profile: &str) -> Vec<&SectionSpan> {
        profile_sections(self.file, &self.document, profile)
    }

    fn spans(&self, profile: &str, keys: &[&str]) -> Vec<PropertySpan> {
        let text = self.file.text();
        let wanted = |span: &&PropertySpan| {
            let key = &text[span.key.clone()];
            keys.iter().any(|wanted| key.eq_ignore_ascii_case(wanted))
        };
        let sections = self.sections(profile);
        let all = sections.into_iter().flat_map(|section| &section.properties);
        all.filter(wanted).cloned().collect()
    }

    /// The line ending of the file's first line.
    fn ending(&self) -> &'static str {
        match self.file.text().find('\n') {
            Some(at) => ending_of(&self.file.text()[..=at]),
            None => "\n",
        }
    }
}

/// How a line ends.
fn ending_of(line: &str) -> &'static str {
    if line.ends_with("\r\n") {
        "\r\n"
    } else if line.ends_with('\n') {
        "\n"
    } else {
        ""
    }
}

pub use own_section::Put;
pub use shown::LineChange;

#[cfg(test)]
mod tests;
