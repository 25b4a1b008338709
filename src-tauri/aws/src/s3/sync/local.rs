//! A folder of this computer, listed in S3's order.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use hatrack_core::bucket::sync::{Aside, Entry, Item, tree_order};
use jiff::Timestamp;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::super::S3Failure;
use super::super::download::{disk_failed, is_own_name};
use super::listing::Listed;

/// Items sent at once, and how many such lots may wait.
const LOT: usize = 500;
const WAITING: usize = 4;

/// What is in `folder`. One that is not there is empty if `may_be_absent` says so. Of each folder the names are held
/// while it is walked.
pub(super) fn list(folder: PathBuf, may_be_absent: bool) -> Receiver<Result<Vec<Listed>, S3Failure>> {
    let (tell, told) = channel(WAITING);
    tokio::task::spawn_blocking(move || {
        let mut walk = Walk {
            tell,
            lot: Vec::new(),
        };
        let found = match Names::of(&folder) {
            Err(why) if why.kind() == io::ErrorKind::NotFound && may_be_absent => return,
            Err(why) => Err(disk_failed(&folder, "read", why)),
            Ok(names) => Ok(names),
        };
        let ended = match found {
            Ok(names) => walk.whole(folder, names).and_then(|()| walk.send()),
            // Whoever listened has heard enough.
            Err(failure) => walk.tell.blocking_send(Err(failure)).map_err(|_| Unheard),
        };
        drop(ended);
    });
    told
}

/// Nobody listens any more.
struct Unheard;

struct Walk {
    tell: Sender<Result<Vec<Listed>, S3Failure>>,
    lot: Vec<Listed>,
}

/// One folder that is walked.
struct Level {
    path: PathBuf,
    /// What comes before each name, with its slash.
    above: String,
    names: std::vec::IntoIter<Place>,
    /// Folders of this one that were told and are not walked yet.
    below: HashMap<String, Names>,
}

/// A name at its place in the order. A folder has two: its own, and that of what is in it.
struct Place {
    name: String,
    what: What,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    File,
    Folder,
    InFolder,
    Other,
}

/// The names of a folder, in order, and those that no key can have.
struct Names {
    places: Vec<Place>,
    unnamed: Vec<PathBuf>,
}

impl Names {
    fn of(folder: &Path) -> io::Result<Self> {
        let (mut places, mut unnamed) = (Vec::new(), Vec::new());
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                unnamed.push(entry.path());
                continue;
            };
            let kind = entry.file_type()?;
            // What an unfinished download keeps is of nobody else's concern.
            if kind.is_file() && is_own_name(&name) {
                continue;
            }
            let mut put = |name: String, what| places.push(Place { name, what });
            if kind.is_dir() {
                put(name.clone(), What::Folder);
                put(name, What::InFolder);
            } else if kind.is_file() {
                put(name, What::File);
            } else {
                put(name, What::Other);
            }
        }
        let key = |place: &Place| place.what == What::InFolder;
        places.sort_by(|one, other| tree_order((&one.name, key(one)), (&other.name, key(other))));
        Ok(Self { places, unnamed })
    }
}

impl Walk {
    fn whole(&mut self, root: PathBuf, names: Names) -> Result<(), Unheard> {
        let mut open = vec![self.enter(root, String::new(), names)?];
        while let Some(level) = open.last_mut() {
            let Some(place) = level.names.next() else {
                open.pop();
                continue;
            };
            let (path, name) = (
                level.path.join(&place.name),
                format!("{}{}", level.above, place.name),
            );
            match place.what {
                What::InFolder => {
                    if let Some(names) = level.below.remove(&place.name) {
                        let level = self.enter(path, name + "/", names)?;
                        open.push(level);
                    }
                }
                What::Folder => match Names::of(&path) {
                    Ok(names) => {
                        level.below.insert(place.name, names);
                        self.put(Item::Folder(name))?;
                    }
                    Err(why) => self.put(aside(name, &why))?,
                },
                What::File => {
                    let item = file(&path, name);
                    self.put(item)?;
                }
                What::Other => self.put(Item::Aside {
                    name,
                    why: Aside::NoFile,
                })?,
            }
        }
        Ok(())
    }

    fn enter(&mut self, path: PathBuf, above: String, names: Names) -> Result<Level, Unheard> {
        for unnamed in names.unnamed {
            self.push(Listed::Unnamed(unnamed.display().to_string()))?;
        }
        Ok(Level {
            path,
            above,
            names: names.places.into_iter(),
            below: HashMap::new(),
        })
    }

    fn put(&mut self, item: Item) -> Result<(), Unheard> {
        self.push(Listed::Item(item))
    }

    fn push(&mut self, listed: Listed) -> Result<(), Unheard> {
        self.lot.push(listed);
        if self.lot.len() < LOT {
            return Ok(());
        }
        self.send()
    }

    fn send(&mut self) -> Result<(), Unheard> {
        let lot = std::mem::take(&mut self.lot);
        self.tell.blocking_send(Ok(lot)).map_err(|_| Unheard)
    }
}

fn file(path: &Path, name: String) -> Item {
    match path.symlink_metadata() {
        Ok(found) if found.is_file() => Item::File(Entry {
            name,
            size: found.len(),
            modified: found.modified().ok().and_then(time),
            etag: None,
            archived: None,
        }),
        Ok(_) => Item::Aside {
            name,
            why: Aside::NoFile,
        },
        Err(why) => aside(name, &why),
    }
}

fn aside(name: String, why: &io::Error) -> Item {
    Item::Aside {
        name,
        why: Aside::Unreadable(why.to_string()),
    }
}

pub(super) fn time(time: SystemTime) -> Option<Timestamp> {
    time.try_into().ok()
}
