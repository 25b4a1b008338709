//! Two ordered listings become steps.

use std::collections::HashSet;

use sha2::{Digest, Sha256};

use super::{Aside, By, Change, Compared, Entry, Item, Kind, Seen, Step, compare};
use crate::bucket::{Distinct, FileRules, local_path};

/// Which side is on this computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// The source.
    Up,
    /// The target, with the names that its system takes.
    Down(FileRules),
    /// Neither.
    Across,
}

/// Of which side the next item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The source's: the target has nothing of this name.
    Source,
    /// The target's: the source has nothing of this name.
    Target,
    /// Both have it.
    Both,
}

/// Which comes next of what either side gave; `None` at the end of both.
pub fn turn(source: Option<&Item>, target: Option<&Item>) -> Option<Turn> {
    match (source, target) {
        (None, None) => None,
        (Some(_), None) => Some(Turn::Source),
        (None, Some(_)) => Some(Turn::Target),
        (Some(source), Some(target)) => Some(match source.name().as_bytes().cmp(target.name().as_bytes()) {
            std::cmp::Ordering::Less => Turn::Source,
            std::cmp::Ordering::Greater => Turn::Target,
            std::cmp::Ordering::Equal => Turn::Both,
        }),
    }
}

/// Two of one name and size whose checksums decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The source's.
    pub source: Entry,
    /// The target's.
    pub target: Entry,
}

impl Pair {
    /// The step, once it is known how they compare.
    pub fn step(&self, compared: Compared) -> Step {
        let change = match compared {
            Compared::Same => None,
            Compared::Changed(change) => Some(change),
            Compared::Ask => Some(Change::Unknown),
        };
        step(&self.source, Some(&self.target), change)
    }
}

/// What becomes of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// This.
    Step(Step),
    /// Checksums have to be got.
    Compare(Box<Pair>),
}

/// A listing is not in the order of its names' bytes. Directory buckets and some other servers list so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the list is not sorted: \"{}\" comes after \"{}\". What is in such a bucket cannot be compared; copy it instead",
    next.escape_debug(), last.escape_debug()
)]
pub struct Unordered {
    /// What came before.
    pub last: String,
    /// What came next.
    pub next: String,
}

/// Merges. What it holds is as long as one name, not as the listings.
#[derive(Debug)]
pub struct Merge {
    ends: Ends,
    by: By,
    last: [Option<String>; 2],
    /// Files of either side whose names begin the present one: below them nothing can be on a disk.
    files: Vec<String>,
    /// Folders of the source that are not seen.
    unseen: Vec<String>,
    folded: Folded,
}

impl Merge {
    /// Nothing has come yet.
    pub fn new(ends: Ends, by: By) -> Self {
        Self {
            ends,
            by,
            last: [None, None],
            files: Vec::new(),
            unseen: Vec::new(),
            folded: Folded::default(),
        }
    }

    /// Takes what [`turn`] said: the source's item, the target's, or both of one name. `None` where there is nothing
    /// to say of it.
    ///
    /// # Errors
    /// A side gives a name that does not come after its last one.
    pub fn take(
        &mut self,
        source: Option<Item>,
        target: Option<Item>,
    ) -> Result<Option<Decision>, Unordered> {
        for (side, item) in [&source, &target].into_iter().enumerate() {
            if let Some(item) = item {
                self.comes(side, item.name())?;
            }
        }
        let Some(name) = source
            .as_ref()
            .or(target.as_ref())
            .map(|item| item.name().to_owned())
        else {
            return Ok(None);
        };
        self.files.retain(|file| name.starts_with(file.as_str()));
        self.unseen
            .retain(|folder| *folder > name || name.starts_with(folder.as_str()));
        if let Some(Item::Aside { .. }) = source {
            self.unseen.push(format!("{name}/"));
        }
        let above = self.file_above(&name);
        let decision = self.decide(name, above, source.as_ref(), target.as_ref());
        for item in [source, target].into_iter().flatten() {
            if let Item::File(Entry { name, .. }) | Item::Aside { name, .. } = item
                && !name.ends_with('/')
                && self.files.last() != Some(&name)
            {
                self.files.push(name);
            }
        }
        Ok(decision)
    }

    fn comes(&mut self, side: usize, next: &str) -> Result<(), Unordered> {
        let last = self.last[side].replace(next.to_owned());
        match last.filter(|last| last.as_bytes() >= next.as_bytes()) {
            Some(last) => Err(Unordered {
                last,
                next: next.to_owned(),
            }),
            None => Ok(()),
        }
    }

    /// A name above this one that is a file.
    fn file_above(&self, name: &str) -> Option<String> {
        let above = |file: &&String| name[file.len()..].starts_with('/');
        self.files.iter().find(above).cloned()
    }

    fn decide(
        &mut self,
        name: String,
        above: Option<String>,
        source: Option<&Item>,
        target: Option<&Item>,
    ) -> Option<Decision> {
        // What stands for a folder is no file on a disk.
        if name.is_empty() || self.ends != Ends::Across && name.ends_with('/') {
            return None;
        }
        let left = |kind, why: String| Some(Decision::Step(Step::left(name.clone(), kind, why)));
        match (source, target) {
            (Some(Item::Aside { why, .. }), _) => left(Kind::Skipped, why.to_string()),
            // A folder of the source is nothing in a bucket.
            (None | Some(Item::Folder(_)), target) => self.only_at_target(target?),
            (Some(Item::File(source)), target) => {
                if let Some(class) = &source.archived {
                    return left(
                        Kind::Skipped,
                        format!("it is archived ({class}); restore it before reading it"),
                    );
                }
                if let Some(why) = self.no_file(&name) {
                    return left(Kind::Skipped, why);
                }
                if let Some(why) = self.conflict(&name, above, target) {
                    return left(Kind::Conflict, why);
                }
                let Some(Item::File(target)) = target else {
                    return Some(Decision::Step(step(source, None, None)));
                };
                Some(match compare(source, target, self.by) {
                    Compared::Same => Decision::Step(step(source, Some(target), None)),
                    Compared::Changed(change) => Decision::Step(step(source, Some(target), Some(change))),
                    Compared::Ask => Decision::Compare(Box::new(Pair {
                        source: source.clone(),
                        target: target.clone(),
                    })),
                })
            }
        }
    }

    fn only_at_target(&self, target: &Item) -> Option<Decision> {
        let Item::File(entry) = target else {
            return None;
        };
        if self
            .unseen
            .iter()
            .any(|folder| entry.name.starts_with(folder.as_str()))
        {
            let why = "whether the source has it is not known: what is above it there could not be read";
            let step = Step::left(entry.name.clone(), Kind::Skipped, why.to_owned());
            return Some(Decision::Step(step));
        }
        Some(Decision::Step(Step {
            name: entry.name.clone(),
            kind: Kind::Missing,
            size: entry.size,
            modified: None,
            seen: Some(Seen::of(entry)),
            change: None,
            over_newer: false,
            why: None,
        }))
    }

    /// Why the key cannot be a file of exactly this name here. Under another name it would be missing the next time.
    fn no_file(&self, name: &str) -> Option<String> {
        let Ends::Down(rules) = self.ends else {
            return None;
        };
        match local_path(name, "", rules) {
            Err(skipped) => Some(skipped.to_string()),
            Ok(path) if path.components().join("/") == name => None,
            Ok(path) => Some(format!(
                "it cannot have this name here, but \"{}\"; copy it by itself",
                path.components().join("/").escape_debug()
            )),
        }
    }

    fn conflict(&mut self, name: &str, above: Option<String>, target: Option<&Item>) -> Option<String> {
        let Ends::Down(rules) = self.ends else {
            return None;
        };
        if let Some(above) = above {
            return Some(format!(
                "\"{}\" is a file and cannot be a folder too",
                above.escape_debug()
            ));
        }
        match target {
            Some(Item::Folder(_)) => return Some("a folder of this name stands in its place".to_owned()),
            Some(Item::Aside { why, .. }) => {
                return Some(match why {
                    Aside::NoFile => "a link, a pipe or a device stands in its place".to_owned(),
                    Aside::Unreadable(_) => format!("what stands in its place is not known: {why}"),
                });
            }
            _ => {}
        }
        let met = self.folded.meets(name, rules);
        met.then(|| "another name differs from it only in case or form, and here both are one".to_owned())
    }
}

fn step(source: &Entry, target: Option<&Entry>, change: Option<Change>) -> Step {
    let kind = match (target, change) {
        (None, _) => Kind::New,
        (Some(_), Some(_)) => Kind::Changed,
        (Some(_), None) => Kind::Same,
    };
    let later = target.and_then(|target| Some(target.modified? > source.modified?));
    Step {
        name: source.name.clone(),
        kind,
        size: source.size,
        modified: source.modified,
        seen: target.map(Seen::of),
        change,
        over_newer: kind == Kind::Changed && later == Some(true),
        why: None,
    }
}

/// Names as a file system compares them, where it does not do so byte by byte: eight bytes for each.
#[derive(Debug, Default)]
struct Folded(HashSet<u64>);

impl Folded {
    fn meets(&mut self, name: &str, rules: FileRules) -> bool {
        if rules == FileRules::Unix {
            return false;
        }
        let folded = Distinct::new(rules).fold(name);
        let sum = Sha256::digest(folded.as_bytes());
        let mut short = [0u8; 8];
        short.copy_from_slice(&sum[..8]);
        !self.0.insert(u64::from_le_bytes(short))
    }
}

#[cfg(test)]
mod tests;
