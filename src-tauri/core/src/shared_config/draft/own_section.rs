//! Lines that were put into a file and are taken out again, as if they had never been there.

use serde::{Deserialize, Serialize};

use super::{Draft, PropertySpan, SectionSpan};
use crate::shared_config::merge::sections_titled;

/// How lines were put into a file: enough to take out exactly these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Put {
    /// Whether the section was made for them.
    pub made_section: bool,
    /// Whether the file did not end with a line's end before.
    pub unended: bool,
}

impl Draft<'_> {
    /// Puts lines into the profile: below the header of the section that is there, else into one that is made at the
    /// end of the file under `header`.
    pub fn put(&mut self, profile: &str, header: &str, lines: &[&str]) -> Put {
        let text = self.file.text();
        let unended = !text.is_empty() && !text.ends_with('\n');
        let made_section = !self.insert(profile, lines);
        if made_section {
            self.append(header, lines);
        }
        Put {
            made_section,
            unended,
        }
    }

    /// Puts lines into a section of their own, whatever there is.
    pub fn put_anew(&mut self, header: &str, lines: &[&str]) -> Put {
        let text = self.file.text();
        self.append(header, lines);
        Put {
            made_section: true,
            unended: !text.is_empty() && !text.ends_with('\n'),
        }
    }

    /// Takes the lines of `keys` out of the profile. Where nothing else is left in a section that was made for them, its
    /// header goes too, with the empty line before it. What others have added since stays. `false` where there is none
    /// of them.
    pub fn take_back(&mut self, profile: &str, keys: &[&str], put: Put) -> bool {
        let text = self.file.text();
        let mut found = false;
        let sections: Vec<_> = self.sections(profile).into_iter().cloned().collect();
        for section in &sections {
            let (ours, others): (Vec<_>, Vec<_>) = section.properties.iter().partition(|property| {
                let key = &text[property.key.clone()];
                keys.iter().any(|own| key.eq_ignore_ascii_case(own))
            });
            if ours.is_empty() {
                continue;
            }
            found = true;
            for property in &ours {
                self.change(property.whole.clone(), "");
            }
            if !put.made_section || !others.is_empty() {
                self.take_end_before(section, &ours, put);
                continue;
            }
            let from = self.before_header(section.whole.start);
            let header_end = text[section.whole.clone()]
                .find('\n')
                .map_or(section.whole.end, |at| section.whole.start + at + 1);
            let last = ours.last().map_or(header_end, |property| property.whole.end);
            let from = match &text[..from] {
                // The line's end that was put where the file had none.
                before if put.unended && last == text.len() => without_end(before).len(),
                before => before.len(),
            };
            self.change(from..header_end, "");
        }
        found
    }

    /// Takes the line's end that was put below a header that had none.
    fn take_end_before(&mut self, section: &SectionSpan, ours: &[&PropertySpan], put: Put) {
        let text = self.file.text();
        let Some(first) = ours.first().filter(|_| put.unended && !put.made_section) else {
            return;
        };
        let last = ours.last().map_or(first.whole.end, |property| property.whole.end);
        let below_header = !text[section.whole.start..first.whole.start]
            .trim_end_matches(['\r', '\n'])
            .contains('\n');
        if last == text.len() && below_header {
            let end = without_end(&text[..first.whole.start]).len();
            self.change(end..first.whole.start, "");
        }
    }

    /// Where the header at `start` begins with the empty line before it, if there is one.
    fn before_header(&self, start: usize) -> usize {
        let before = &self.file.text()[..start];
        let shorter = without_end(before);
        if shorter.len() < before.len() && shorter.ends_with('\n') {
            shorter.len()
        } else {
            start
        }
    }

    /// Gives the profile's sections other headers, `to` of each one's place in the file, without brackets. Those too that
    /// do not count beside others. Returns the headers of before.
    pub fn rename(&mut self, profile: &str, to: impl Fn(usize) -> String) -> Vec<String> {
        let text = self.file.text();
        let titled = sections_titled(self.file, &self.document, profile);
        let names: Vec<_> = titled.into_iter().map(|section| section.name.clone()).collect();
        let mut before = Vec::new();
        for (place, name) in names.into_iter().enumerate() {
            before.push(text[name.clone()].to_owned());
            self.change(name, &to(place));
        }
        before
    }

    /// The profile's lines that have none of `keys`: the key and the text of each, with the lines that continue it.
    pub fn lines_but(&self, profile: &str, is_other: impl Fn(&str) -> bool) -> Vec<(String, String)> {
        let text = self.file.text();
        let sections = self.sections(profile);
        let all = sections.into_iter().flat_map(|section| &section.properties);
        let kept = all.filter_map(|property| {
            let key = text[property.key.clone()].to_ascii_lowercase();
            let line = text[property.whole.clone()].trim_end_matches(['\r', '\n']);
            is_other(&key).then(|| (key, line.to_owned()))
        });
        kept.collect()
    }
}

/// `text` without the end of its last line.
fn without_end(text: &str) -> &str {
    match text.strip_suffix('\n') {
        Some(shorter) => shorter.strip_suffix('\r').unwrap_or(shorter),
        None => text,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;
