//! Which keys are meant: a part of the name, or a glob.

use globset::{GlobBuilder, GlobMatcher};

/// Keys below a prefix that are looked for.
#[derive(Debug, Clone)]
pub struct KeyPattern {
    /// What every key begins with that can match: only these are listed.
    prefix: String,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    /// In lower case, somewhere below the prefix.
    Part(String),
    /// Of the whole key.
    Glob(GlobMatcher),
    Every,
}

/// The text is no glob.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{}\" is no pattern: {why}; write * for anything, ? for one letter, [ab] or {{a,b}} for a choice", text.escape_debug())]
pub struct NotAKeyPattern {
    /// It.
    text: String,
    /// What is wrong with it.
    why: String,
}

/// What makes a text that is looked for a glob.
const SIGNS: [char; 4] = ['*', '?', '[', '{'];
/// What makes the address of an object one: other signs are common in keys, as in `report[1].csv` and `{id}.json`, and
/// are meant as they are written.
const ADDRESS_SIGNS: [char; 2] = ['*', '?'];

impl KeyPattern {
    /// Everything below `prefix`.
    pub fn every(prefix: &str) -> Self {
        Self {
            prefix: prefix.to_owned(),
            kind: Kind::Every,
        }
    }

    /// As a person types it into a search below `prefix`: a glob of what follows the prefix, if it has one of `*?[{`, or
    /// else a part of it in any case.
    ///
    /// # Errors
    /// Where the glob is none.
    pub fn typed(prefix: &str, text: &str) -> Result<Self, NotAKeyPattern> {
        if text.is_empty() {
            return Ok(Self::every(prefix));
        }
        if !text.contains(SIGNS) {
            return Ok(Self {
                prefix: prefix.to_owned(),
                kind: Kind::Part(text.to_lowercase()),
            });
        }
        // What is typed may stand anywhere below the prefix, like a part of a name; a glob that begins with its first
        // letters says where.
        let (start, _) = literal(text, &SIGNS);
        let whole = match start.is_empty() {
            true => format!("{}{text}", globset::escape(prefix)),
            false => format!("{}{{**/,}}{text}", globset::escape(prefix)),
        };
        Ok(Self {
            prefix: prefix.to_owned(),
            kind: Kind::Glob(matcher(&whole, text)?),
        })
    }

    /// The whole key as a glob: `logs/2026-*/*.gz`. Only `*` and `?` are signs, and only what begins with its letters
    /// before the first of them is listed.
    ///
    /// # Errors
    /// Where the glob is none.
    pub fn whole(text: &str) -> Result<Self, NotAKeyPattern> {
        let (prefix, _) = literal(text, &ADDRESS_SIGNS);
        let mut glob = String::with_capacity(text.len());
        for letter in text.chars() {
            match letter {
                '[' | ']' | '{' | '}' => glob.extend(['[', letter, ']']),
                other => glob.push(other),
            }
        }
        Ok(Self {
            prefix: prefix.to_owned(),
            kind: Kind::Glob(matcher(&glob, text)?),
        })
    }

    /// What is to be listed.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Whether a key is meant.
    pub fn takes(&self, key: &str) -> bool {
        let Some(below) = key.strip_prefix(self.prefix.as_str()) else {
            return false;
        };
        match &self.kind {
            Kind::Every => true,
            Kind::Part(part) => below.to_lowercase().contains(part),
            Kind::Glob(glob) => glob.is_match(key),
        }
    }
}

/// Whether the address of an object means those that match it.
pub fn is_glob(text: &str) -> bool {
    text.contains(ADDRESS_SIGNS)
}

/// Where an address has its first sign of a glob.
pub fn first_sign(text: &str) -> Option<usize> {
    text.find(ADDRESS_SIGNS)
}

fn literal<'a>(text: &'a str, signs: &[char]) -> (&'a str, &'a str) {
    text.split_at(text.find(signs).unwrap_or(text.len()))
}

/// `*` matches `/` too: keys have no folders.
fn matcher(whole: &str, text: &str) -> Result<GlobMatcher, NotAKeyPattern> {
    GlobBuilder::new(whole)
        .literal_separator(false)
        .backslash_escape(true)
        .build()
        .map(|glob| glob.compile_matcher())
        .map_err(|why| NotAKeyPattern {
            text: text.to_owned(),
            why: why.kind().to_string(),
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_part_of_a_name_matches_in_any_case_and_only_below_the_prefix() {
        let pattern = KeyPattern::typed("Logs/", "logs").unwrap();
        assert!(pattern.takes("Logs/app/LOGS.txt"));
        assert!(!pattern.takes("Logs/app/other.txt"));
        assert!(!pattern.takes("logs/logs.txt"));
    }

    #[test]
    fn a_typed_glob_matches_below_the_prefix_at_any_depth() {
        let pattern = KeyPattern::typed("a[1]/", "*.gz").unwrap();
        assert!(pattern.takes("a[1]/b/c.gz"));
        assert!(!pattern.takes("a[1]/b/c.txt"));
        assert!(!pattern.takes("a1/b/c.gz"));
        let named = KeyPattern::typed("x/", "report-*.csv").unwrap();
        assert!(named.takes("x/report-1.csv"));
        assert!(named.takes("x/deep/er/report-1.csv"));
        assert!(!named.takes("x/my-report-1.csv"));
    }

    #[test]
    fn a_glob_of_the_whole_key_lists_only_what_begins_with_its_letters() {
        let pattern = KeyPattern::whole("logs/2026-*/x?.gz").unwrap();
        assert_eq!(pattern.prefix(), "logs/2026-");
        assert!(pattern.takes("logs/2026-01/x1.gz"));
        assert!(!pattern.takes("logs/2026-01/x12.gz"));
    }

    #[test]
    fn in_an_address_brackets_and_braces_are_meant_as_they_are_written() {
        assert!(!is_glob("report[1].csv") && !is_glob("{id}.json"));
        let pattern = KeyPattern::whole("a[1]/{id}-*.csv").unwrap();
        assert_eq!(pattern.prefix(), "a[1]/{id}-");
        assert!(pattern.takes("a[1]/{id}-x.csv"));
        assert!(!pattern.takes("a1/id-x.csv") && !pattern.takes("a[1]/id-x.csv"));
    }

    #[test]
    fn what_is_no_glob_is_said() {
        let wrong = KeyPattern::typed("", "a[b").unwrap_err();
        assert!(wrong.to_string().starts_with("\"a[b\" is no pattern"));
    }
}
