//! Files of one download that would meet in one name.

use std::collections::HashMap;

use icu_normalizer::ComposingNormalizerBorrowed;

use super::{FileRules, LocalPath};

/// Hands out paths, none twice by the rules of the file system: the second of `A` and `a`, or of two Unicode forms
/// of one name, is renamed.
#[derive(Debug)]
pub struct Distinct {
    rules: FileRules,
    taken: HashMap<Vec<String>, Kind>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
}

/// The key needs a folder where another key is a file: `a` and `a/b`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{}\" is a file and a folder in this bucket, and cannot be both here", name.escape_debug())]
pub struct Conflict {
    /// The name that is both.
    pub name: String,
}

impl Distinct {
    /// Nothing is taken yet.
    pub fn new(rules: FileRules) -> Self {
        Self {
            rules,
            taken: HashMap::new(),
        }
    }

    /// The path, or a variation of its file name.
    pub fn take(&mut self, path: LocalPath) -> Result<LocalPath, Conflict> {
        let folded: Vec<String> = path.components().iter().map(|name| self.fold(name)).collect();
        for depth in 1..folded.len() {
            if self.taken.get(&folded[..depth]) == Some(&Kind::File) {
                return Err(Conflict {
                    name: path.components()[..depth].join("/"),
                });
            }
        }
        if self.taken.get(&folded[..]) == Some(&Kind::Folder) {
            return Err(Conflict {
                name: path.components().join("/"),
            });
        }
        for depth in 1..folded.len() {
            self.taken.insert(folded[..depth].to_vec(), Kind::Folder);
        }
        let mut n = 1;
        loop {
            let candidate = path.clone().with_variation(n);
            let mut place = folded.clone();
            if let Some(last) = place.last_mut() {
                *last = self.fold(candidate.file_name());
            }
            if !self.taken.contains_key(&place) {
                self.taken.insert(place, Kind::File);
                return Ok(candidate);
            }
            n += 1;
        }
    }

    /// What the file system compares.
    fn fold(&self, name: &str) -> String {
        match self.rules {
            FileRules::Unix => name.to_owned(),
            FileRules::MacOs | FileRules::Windows => ComposingNormalizerBorrowed::new_nfc()
                .normalize(&name.to_lowercase())
                .into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bucket::local_path;

    fn taken(rules: FileRules, keys: &[&str]) -> Vec<Result<String, Conflict>> {
        let mut distinct = Distinct::new(rules);
        keys.iter()
            .map(|key| {
                distinct
                    .take(local_path(key, "", rules).unwrap())
                    .map(|p| p.components().join("/"))
            })
            .collect()
    }

    fn paths(rules: FileRules, keys: &[&str]) -> Vec<String> {
        taken(rules, keys).into_iter().map(Result::unwrap).collect()
    }

    #[test]
    fn c40_names_that_meet_are_told_apart() {
        assert_eq!(
            paths(FileRules::Windows, &["A.txt", "a.txt", "d/A", "D/a"]),
            ["A.txt", "a (2).txt", "d/A", "D/a (2)"]
        );
        assert_eq!(
            paths(FileRules::MacOs, &["caf\u{e9}", "cafe\u{301}"]),
            ["caf\u{e9}", "cafe\u{301} (2)"]
        );
        assert_eq!(paths(FileRules::Unix, &["A", "a"]), ["A", "a"]);
        assert_eq!(paths(FileRules::Unix, &["a//b", "a/b"]), ["a/b", "a/b (2)"]);
    }

    #[test]
    fn c39_a_file_that_is_also_a_folder_is_reported() {
        for keys in [["a", "a/b"], ["a/b", "a"]] {
            let found = taken(FileRules::Unix, &keys);
            assert!(found[0].is_ok());
            assert_eq!(found[1], Err(Conflict { name: "a".into() }));
        }
        let found = taken(FileRules::Windows, &["A/b", "a"]);
        assert!(found[1].is_err());
    }
}
