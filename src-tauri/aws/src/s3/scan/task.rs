//! One list of a walk, and what its page leads to. Pure.

use std::collections::BTreeSet;

use super::super::S3Failure;
use super::super::pages::{Listed, Page, PageAsk};

/// A page whose keys lie in more folders than this is read on as one list: so many small lists would cost more calls than
/// they save time.
const MOST_FOLDERS: usize = 16;
/// Sorts after whatever may follow in a key.
const LAST: char = '\u{10FFFF}';

/// A part of the walk that is asked for next. Parts never overlap, and [`Task::from`] sorts them.
#[derive(Debug, Clone)]
pub(super) struct Task {
    from: String,
    step: Step,
}

#[derive(Debug, Clone)]
enum Step {
    /// Every key of a prefix.
    Flat {
        prefix: String,
        after: Option<String>,
        token: Option<String>,
        /// Only keys that begin so: a folder that is read by a list of what is above it.
        within: Option<String>,
        may_split: bool,
        /// What is above this folder, to be listed instead where S3 refuses to list the folder.
        above: Option<String>,
    },
    /// What lies right below a prefix, after a key.
    ByFolder {
        prefix: String,
        after: String,
        token: Option<String>,
    },
}

/// What a page led to.
#[derive(Debug, Default)]
pub(super) struct After {
    /// Objects, each run with where it begins among the other parts.
    pub found: Vec<(String, Vec<Listed>)>,
    /// What is to be asked next.
    pub tasks: Vec<Task>,
}

impl Task {
    pub fn first(prefix: &str, may_split: bool) -> Self {
        Self {
            from: prefix.to_owned(),
            step: Step::Flat {
                prefix: prefix.to_owned(),
                after: None,
                token: None,
                within: None,
                may_split,
                above: None,
            },
        }
    }

    /// Where it begins: no key of it sorts before, none of another part between this and its first key.
    pub fn from(&self) -> &str {
        &self.from
    }

    pub fn ask(&self) -> PageAsk {
        match &self.step {
            Step::Flat {
                prefix, after, token, ..
            } => PageAsk {
                prefix: prefix.clone(),
                by_folder: false,
                after: after.clone(),
                token: token.clone(),
                most: None,
            },
            Step::ByFolder { prefix, after, token } => PageAsk {
                prefix: prefix.clone(),
                by_folder: true,
                after: Some(after.clone()),
                token: token.clone(),
                most: None,
            },
        }
    }

    /// What the answer leads to; `idle` where more lists may be in flight.
    pub fn after(self, answer: Result<Page, S3Failure>, idle: bool) -> Result<After, S3Failure> {
        match answer {
            Ok(page) => Ok(match self.step {
                Step::Flat { .. } => self.after_flat(page, idle),
                Step::ByFolder { prefix, after, .. } => by_folder(&self.from, &prefix, &after, page),
            }),
            Err(S3Failure::Denied(denial)) => match self.instead() {
                Some(task) => Ok(After {
                    tasks: vec![task],
                    ..After::default()
                }),
                None => Err(S3Failure::Denied(denial)),
            },
            Err(other) => Err(other),
        }
    }

    /// How to read the same without what S3 refused.
    fn instead(self) -> Option<Self> {
        let step = match self.step {
            // Later pages were allowed by the first.
            Step::ByFolder {
                prefix,
                after,
                token: None,
            } => Step::Flat {
                prefix,
                after: Some(after),
                token: None,
                within: None,
                may_split: false,
                above: None,
            },
            Step::Flat {
                prefix,
                after,
                above: Some(above),
                ..
            } => Step::Flat {
                prefix: above,
                // Everything that begins with the folder sorts after this, and hardly anything else before it.
                after: after.or_else(|| before(&prefix)),
                token: None,
                within: Some(prefix),
                may_split: false,
                above: None,
            },
            Step::ByFolder { .. } | Step::Flat { .. } => return None,
        };
        Some(Self {
            from: self.from,
            step,
        })
    }

    fn after_flat(self, page: Page, idle: bool) -> After {
        let Self { from, step } = self;
        let Step::Flat {
            prefix,
            within,
            may_split,
            above,
            ..
        } = step
        else {
            return After::default();
        };
        let read = page.objects.last().map(|object| object.key.clone());
        let mut objects = page.objects;
        let mut next = page.next;
        if let Some(within) = &within {
            // Past the folder: what follows is another's.
            if read
                .as_ref()
                .is_some_and(|key| key.as_str() > within.as_str() && !key.starts_with(within))
            {
                next = None;
            }
            objects.retain(|object| object.key.starts_with(within));
        }
        let split = idle && may_split && next.is_some() && in_few_folders(&prefix, &objects);
        let mut tasks = Vec::new();
        match (next, read) {
            (Some(_), Some(read)) if split => split_at(&prefix, read, above, &mut tasks),
            (Some(token), read) => tasks.push(Self {
                // Not the same twice, even for an empty page.
                from: read.unwrap_or_else(|| from.clone()),
                step: Step::Flat {
                    prefix,
                    after: None,
                    token: Some(token),
                    within,
                    may_split,
                    above: None,
                },
            }),
            (None, _) => {}
        }
        After {
            found: vec![(from, objects)],
            tasks,
        }
    }
}

/// Reads on after `read`: the rest of its folder as one list, and what follows by folder.
fn split_at(prefix: &str, read: String, above: Option<String>, tasks: &mut Vec<Task>) {
    let folder = folder_of(prefix, &read);
    let after = match folder {
        Some(folder) => {
            tasks.push(Task {
                from: read.clone(),
                step: Step::Flat {
                    prefix: folder.to_owned(),
                    after: Some(read.clone()),
                    token: None,
                    within: None,
                    may_split: true,
                    above: Some(above.unwrap_or_else(|| prefix.to_owned())),
                },
            });
            end_of(folder)
        }
        None => read,
    };
    tasks.push(Task {
        from: after.clone(),
        step: Step::ByFolder {
            prefix: prefix.to_owned(),
            after,
            token: None,
        },
    });
}

/// The objects of a page by folder, and a list for each of its folders.
fn by_folder(from: &str, prefix: &str, after: &str, page: Page) -> After {
    let mut out = After::default();
    let folders: BTreeSet<String> = page
        .folders
        .into_iter()
        .filter(|folder| folder.as_str() > after && !after.starts_with(folder.as_str()))
        .collect();
    let mut reached = from.to_owned();
    let mut run: (String, Vec<Listed>) = (from.to_owned(), Vec::new());
    let mut left = folders.iter().peekable();
    for object in page
        .objects
        .into_iter()
        .filter(|object| object.key.as_str() > after)
    {
        let mut passed = false;
        while let Some(folder) = left.next_if(|folder| folder.as_str() < object.key.as_str()) {
            reached = end_of(folder);
            passed = true;
        }
        if passed {
            out.found
                .push(std::mem::replace(&mut run, (object.key.clone(), Vec::new())));
        }
        reached.clone_from(&object.key);
        run.1.push(object);
    }
    out.found.push(run);
    if let Some(folder) = left.last() {
        reached = end_of(folder);
    }
    out.tasks = folders
        .into_iter()
        .map(|folder| Task {
            from: folder.clone(),
            step: Step::Flat {
                prefix: folder,
                after: None,
                token: None,
                within: None,
                may_split: true,
                above: Some(prefix.to_owned()),
            },
        })
        .collect();
    if let Some(token) = page.next {
        out.tasks.push(Task {
            from: reached,
            step: Step::ByFolder {
                prefix: prefix.to_owned(),
                after: after.to_owned(),
                token: Some(token),
            },
        });
    }
    out
}

/// The folder right below `prefix` that a key lies in.
fn folder_of<'a>(prefix: &str, key: &'a str) -> Option<&'a str> {
    let below = key.strip_prefix(prefix)?;
    below.find('/').map(|at| &key[..prefix.len() + at + 1])
}

fn in_few_folders(prefix: &str, objects: &[Listed]) -> bool {
    let mut folders = BTreeSet::new();
    for object in objects {
        if let Some(folder) = folder_of(prefix, &object.key) {
            folders.insert(folder);
        }
        if folders.len() > MOST_FOLDERS {
            return false;
        }
    }
    !folders.is_empty()
}

fn end_of(folder: &str) -> String {
    format!("{folder}{LAST}")
}

/// A key that sorts before everything in `folder`; `None` where it would be the empty one.
fn before(folder: &str) -> Option<String> {
    // `.` is the sign before `/`.
    folder.strip_suffix('/').map(|name| format!("{name}.{LAST}"))
}

#[cfg(test)]
mod tests;
