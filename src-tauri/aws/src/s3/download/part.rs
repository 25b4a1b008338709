//! The file that a download's bytes go to until it is whole.

mod files;
mod synced;

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use cap_std::fs::Dir;
use hatrack_core::bucket::BucketName;
use hatrack_core::bucket::transfer::{Version, WholeRange};

use self::files::part_name;
pub use self::files::{new_file, own_file, random_name};
use super::super::{S3Failure, Turn};
use super::disk::{blocking, failed, reserve, write_all_at};
use super::journal::Journal;
use super::naming::{UsualPermissions, identity, is_named, permit_as, rename_new};
use super::target::{Destination, Folder};
use super::{ONE_STREAM, Order, Shared};

/// How many numbers are tried for a name that is taken.
const MOST_NUMBERS: u32 = 10_000;

/// A part file, locked, with its journal if it has one. Gone when dropped, unless it was kept or is to stay.
#[derive(Debug)]
pub struct Part {
    dir: Arc<Dir>,
    path: PathBuf,
    /// `None` once it has its real name.
    name: Option<String>,
    destination: Destination,
    file: Shared,
    journal: Option<Journal>,
    stays: bool,
    usual: UsualPermissions,
}

/// Hears which name, below the folder, the part file is about to get, what tells the file from another of that name,
/// and which version of the object it holds.
pub type Naming = Arc<dyn Fn(&Path, Option<u64>, &Version) -> io::Result<()> + Send + Sync>;

impl Part {
    /// What an earlier run of the order left, if nobody else has it.
    pub async fn left(order: &Order, turn: Turn) -> Result<Option<Self>, S3Failure> {
        let order = order.clone();
        blocking(move || {
            let Some((dir, path)) = order.folder.descend(order.destination.folders(), false)? else {
                return Ok(None);
            };
            let name = part_name(&order);
            let Some(file) = own_file(&dir, &name).map_err(|why| failed(path.join(&name), "opened", why))?
            else {
                return Ok(None);
            };
            let turn = Some(turn);
            let journal = Journal::open(&dir, &name, turn.clone())
                .map_err(|why| failed(path.join(&name), "opened", why))?;
            Ok(Some(Self {
                dir,
                path,
                name: Some(name),
                destination: order.destination,
                file: Shared::new(file, turn),
                journal,
                stays: true,
                usual: order.folder.usual().clone(),
            }))
        })
        .await
    }

    /// What can be gone on from: the version under way, and the ranges whose bytes are what the journal says.
    pub async fn taken_up(
        self,
        bucket: &BucketName,
        key: &str,
    ) -> Result<Option<(Self, Version, Vec<WholeRange>)>, S3Failure> {
        let (bucket, key) = (bucket.as_str().to_owned(), key.to_owned());
        blocking(move || {
            let mut part = self;
            let taken = match &mut part.journal {
                Some(journal) => journal.taken(&part.file, &bucket, &key),
                None => Ok(None),
            };
            let taken = taken.map_err(|why| failed(&part.path, "read", why))?;
            part.stays(taken.is_some());
            Ok(taken.map(|(version, whole)| (part, version, whole)))
        })
        .await
    }

    /// A new one with room for the version, or with all of its bytes. Makes the folders on the way.
    pub async fn make(
        order: &Order,
        version: &Version,
        turn: Option<Turn>,
        bytes: Option<Bytes>,
    ) -> Result<Self, S3Failure> {
        let (order, version) = (order.clone(), version.clone());
        blocking(move || Self::make_now(order, &version, turn, bytes)).await
    }

    fn make_now(
        order: Order,
        version: &Version,
        turn: Option<Turn>,
        bytes: Option<Bytes>,
    ) -> Result<Self, S3Failure> {
        let made = order.folder.descend(order.destination.folders(), true)?;
        let missing = || failed(order.folder.path(), "made", io::ErrorKind::NotFound.into());
        let (dir, path) = made.ok_or_else(missing)?;
        let own = order.resumable.then(|| part_name(&order));
        let free = own.filter(|name| dir.symlink_metadata(name).is_err());
        let wrong = |why| failed(&path, "written", why);
        // Under a name of its own first, and locked: what has a name that is found again is always somebody's.
        let mut name = random_name().map_err(wrong)?;
        let file = new_file(&dir, &name).map_err(wrong)?;
        // The lock of a file system that has none is not missed: its part file is not shared.
        let _ = file.try_lock();
        let mut journaled = false;
        if let Some(own) = free {
            match rename_new(&dir, &name, OsStr::new(&own)) {
                Ok(()) => {
                    name = own;
                    journaled = version.size > ONE_STREAM && version.etag.is_some();
                }
                // Another download of the same has it just now, and keeps it. One that is found again without a
                // journal is taken away, so a kill leaves nothing for good.
                Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {}
                Err(why) => {
                    let _ = dir.remove_file(&name);
                    return Err(wrong(why));
                }
            }
        }
        // Made first, so that a disk that is too full leaves nothing behind.
        let mut part = Self {
            dir,
            path,
            name: Some(name.clone()),
            destination: order.destination,
            file: Shared::new(file, turn.clone()),
            journal: None,
            stays: false,
            usual: order.folder.usual().clone(),
        };
        match bytes {
            Some(bytes) => {
                write_all_at(&part.file, &bytes, 0).map_err(|why| failed(&part.path, "written", why))?
            }
            None => reserve(&part.file, version.size)
                .map_err(|why| failed(&part.path, "given enough room", why))?,
        }
        if journaled {
            let journal = Journal::make(&part.dir, &name, version, turn);
            part.journal = Some(journal.map_err(|why| failed(&part.path, "written", why))?);
            part.stays = true;
        }
        Ok(part)
    }

    /// Its file.
    pub fn file(&self) -> Shared {
        self.file.clone()
    }

    /// Where it is, for people.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it stays when it is dropped.
    pub fn stays(&mut self, stays: bool) {
        self.stays = stays && self.journal.is_some();
    }

    /// Notes that a range is there.
    pub async fn note(&self, whole: WholeRange) -> Result<(), S3Failure> {
        let Some(journal) = &self.journal else {
            return Ok(());
        };
        let (journal, path) = (journal.clone(), self.path.clone());
        blocking(move || journal.note(whole).map_err(|why| failed(path, "written", why))).await
    }

    /// Writes it through and gives it its name, of which `naming` hears before. The path below `folder`.
    pub async fn keep(
        self,
        folder: &Folder,
        version: &Version,
        naming: Option<Naming>,
    ) -> Result<PathBuf, S3Failure> {
        let (below, version) = (folder.path().to_owned(), version.clone());
        blocking(move || {
            let told = |whole: &Path, id| match &naming {
                Some(naming) => naming(whole.strip_prefix(&below).unwrap_or(whole), id, &version),
                None => Ok(()),
            };
            let kept = self.keep_now(&told)?;
            Ok(kept.strip_prefix(&below).map(PathBuf::from).unwrap_or(kept))
        })
        .await
    }

    fn keep_now(
        mut self,
        naming: &dyn Fn(&Path, Option<u64>) -> io::Result<()>,
    ) -> Result<PathBuf, S3Failure> {
        if let Err(why) = self.file.sync_all() {
            // What is read back now is memory's, and no longer what the disk holds: it cannot be gone on from.
            self.stays = false;
            return Err(failed(&self.path, "written", why));
        }
        let name = match self.destination.clone() {
            Destination::Below(path) => {
                let numbered = |n| OsString::from(path.clone().with_variation(n).file_name());
                let mut names = (1..=MOST_NUMBERS).map(numbered);
                self.take_free_name(&mut names, naming)?
            }
            Destination::Exact(name) => self.take_name(name)?,
            Destination::New(name) => self.take_new_name(name)?,
            Destination::Synced(to) => self.take_synced(to)?,
        };
        // Whole and named: a journal that cannot be removed is of nothing.
        if let Some(journal) = self.journal.take() {
            journal.remove(&self.dir);
        }
        sync_folder(&self.dir).map_err(|why| failed(&self.path, "written", why))?;
        Ok(self.path.join(name))
    }

    /// The first of `names` that nothing has.
    fn take_free_name(
        &mut self,
        names: &mut dyn Iterator<Item = OsString>,
        naming: &dyn Fn(&Path, Option<u64>) -> io::Result<()>,
    ) -> Result<OsString, S3Failure> {
        self.open_up().map_err(|why| failed(&self.path, "written", why))?;
        for name in names {
            if self.dir.symlink_metadata(&name).is_ok() {
                continue;
            }
            let whole = self.path.join(&name);
            let told = naming(&whole, identity(&self.file));
            match told.and_then(|()| self.rename(&name, rename_new)) {
                Ok(()) => return Ok(name),
                Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {}
                Err(why) => return Err(failed(whole, "written", why)),
            }
        }
        let why = io::Error::new(
            io::ErrorKind::AlreadyExists,
            "every number behind this name is taken",
        );
        Err(failed(&self.path, "written", why))
    }

    /// `name`, whatever has it; what replaces a file is open to nobody who could not open that.
    fn take_name(&mut self, name: OsString) -> Result<OsString, S3Failure> {
        let prepared = match self.dir.metadata(&name) {
            Ok(before) => permit_as(&self.file, &before),
            Err(why)
                if why.kind() == io::ErrorKind::NotFound && self.dir.symlink_metadata(&name).is_err() =>
            {
                self.open_up()
            }
            // A link that leads elsewhere: what replaces it stays private.
            Err(_) => Ok(()),
        };
        prepared
            .and_then(|()| self.rename(&name, |dir, part, name| dir.rename(part, dir, name)))
            .map_err(|why| failed(self.path.join(&name), "written", why))?;
        Ok(name)
    }

    /// `name`, if nothing has it.
    fn take_new_name(&mut self, name: OsString) -> Result<OsString, S3Failure> {
        let whole = self.path.join(&name);
        let named = self.open_up().and_then(|()| self.rename(&name, rename_new));
        match named {
            Ok(()) => Ok(name),
            Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {
                // It came meanwhile, and there is nothing to go on to.
                self.stays = false;
                let what = whole.display().to_string();
                Err(S3Failure::Taken { what })
            }
            Err(why) => Err(failed(whole, "written", why)),
        }
    }

    /// Gives it the permissions that a new file has here.
    fn open_up(&self) -> io::Result<()> {
        self.file.set_permissions(self.usual.of(&self.dir)?)
    }

    fn rename(
        &mut self,
        name: &OsStr,
        rename: impl FnOnce(&Dir, &str, &OsStr) -> io::Result<()>,
    ) -> io::Result<()> {
        let Some(part) = self.name.take() else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let renamed = match is_named(&self.dir, &part, &self.file) {
            Ok(true) => rename(&self.dir, &part, name),
            Ok(false) => {
                return Err(io::Error::other(
                    "its part file was taken away while it was written; try again",
                ));
            }
            Err(why) => Err(why),
        };
        if renamed.is_err() {
            self.name = Some(part);
        }
        renamed
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.stays {
            return;
        }
        if let Some(journal) = self.journal.take() {
            journal.remove(&self.dir);
        }
        if let Some(name) = self.name.take() {
            // What cannot be removed now is a hidden file that says what it is.
            if let Err(why) = self.dir.remove_file(&name) {
                tracing::warn!(path = %self.path.join(name).display(), %why, "a part of a download was left behind");
            }
        }
    }
}

/// Names what the order keeps on this computer.
pub(super) fn turn_name(order: &Order) -> String {
    format!(
        "{}/{:?}/{}",
        order.folder.path().display(),
        order.destination.folders(),
        part_name(order)
    )
}

/// A name is only there for good once its folder is written.
#[cfg(unix)]
fn sync_folder(dir: &Dir) -> io::Result<()> {
    // Opened anew: what paths are resolved with cannot be written through.
    match dir.open(".")?.sync_all() {
        // Some file systems know no such thing.
        Err(why) if why.kind() == io::ErrorKind::InvalidInput => Ok(()),
        done => done,
    }
}

#[cfg(not(unix))]
fn sync_folder(_: &Dir) -> io::Result<()> {
    Ok(())
}
