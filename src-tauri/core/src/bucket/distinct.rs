//! Files of one download that would meet in one name.

use std::collections::HashMap;

use icu_normalizer::ComposingNormalizerBorrowed;

use super::{FileRules, LocalPath};

/// Hands out paths, none twice by the rules of the file system: the second of `A` and `a`, or of two Unicode forms
/// of one name, is renamed.
///
/// A tree of names: a path costs its own length, however deep it is and however many share its folders or its name.
#[derive(Debug)]
pub struct Distinct {
    rules: FileRules,
    /// What stands under a name in a folder; the names as the file system compares them.
    taken: HashMap<(FolderId, String), Taken>,
    folders: usize,
}

type FolderId = usize;

/// The folder that all paths start from.
const ROOT: FolderId = 0;

#[derive(Debug, Clone, Copy)]
enum Taken {
    File {
        /// The last variation of the name that was handed out.
        last: u32,
    },
    Folder(FolderId),
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
            folders: ROOT,
        }
    }

    /// The path, or a variation of its file name.
    pub fn take(&mut self, path: LocalPath) -> Result<LocalPath, Conflict> {
        let conflict = |depth: usize| Conflict {
            name: path.components()[..depth].join("/"),
        };
        let mut folder = ROOT;
        for (at, name) in path.folders().iter().enumerate() {
            let place = (folder, self.fold(name));
            folder = match self.taken.get(&place) {
                Some(Taken::Folder(known)) => *known,
                Some(Taken::File { .. }) => return Err(conflict(at + 1)),
                None => {
                    self.folders += 1;
                    self.taken.insert(place, Taken::Folder(self.folders));
                    self.folders
                }
            };
        }
        let place = (folder, self.fold(path.file_name()));
        let mut n = match self.taken.get(&place) {
            None => {
                self.taken.insert(place, Taken::File { last: 1 });
                return Ok(path);
            }
            Some(Taken::Folder(_)) => return Err(conflict(path.components().len())),
            Some(Taken::File { last }) => last + 1,
        };
        loop {
            let candidate = path.clone().with_variation(n);
            let varied = (folder, self.fold(candidate.file_name()));
            if !self.taken.contains_key(&varied) {
                self.taken.insert(varied, Taken::File { last: 1 });
                self.taken.insert(place, Taken::File { last: n });
                return Ok(candidate);
            }
            n += 1;
        }
    }

    /// What the file system compares.
    pub(in crate::bucket) fn fold(&self, name: &str) -> String {
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
    #![allow(clippy::unwrap_used, clippy::panic)]

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
    fn a_variation_that_is_a_key_of_its_own_is_passed_over() {
        assert_eq!(
            paths(FileRules::Windows, &["a (2)", "a", "A", "a"]),
            ["a (2)", "a", "A (3)", "a (4)"]
        );
    }

    #[test]
    fn c38_deep_keys_and_many_of_one_name_cost_their_own_length() {
        let mut distinct = Distinct::new(FileRules::Windows);
        let mut take = |key: String| {
            distinct
                .take(local_path(&key, "", FileRules::Windows).unwrap())
                .unwrap()
        };
        for n in 0..100 {
            assert_eq!(take(format!("{n}/{}x", "d/".repeat(500))).components().len(), 502);
        }
        // Fourteen letters in either case: 16,384 keys with one name.
        for bits in 0..1u32 << 14 {
            let name: String = (0..14)
                .map(|at| if bits >> at & 1 == 0 { 'a' } else { 'A' })
                .collect();
            take(name);
        }
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
