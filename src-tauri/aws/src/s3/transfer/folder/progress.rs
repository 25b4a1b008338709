//! Which objects of a folder are down already, so that a run that was stopped goes on.

mod held;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::TryLockError;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use hatrack_core::bucket::transfer::{Version, Watermark, journal_id};
use hatrack_core::bucket::{LocalPath, S3Location};
use tokio::sync::Notify;

use self::held::{Held, Kept, Line};
use super::super::super::download::{Folder, Naming, blocking, new_file, own_file};
use super::super::super::walk::Found;
use super::super::super::{S3Failure, Turn, locked};

/// So many keys may be done behind one that is not: they are held in memory.
const MOST_BEYOND: usize = 50_000;

/// A file's time may come from a clock that is a little behind the one that S3's comes from.
const SLACK: Duration = Duration::from_secs(1);

/// A run that was stopped so long ago is not gone on with: what lies before its mark may be another by now.
const LONG_PAST: Duration = Duration::from_secs(24 * 60 * 60);

/// The journal of one folder, and what it told.
pub struct Done {
    folder: Folder,
    held: Arc<Mutex<Held>>,
    /// A key has ended.
    ended: Notify,
    /// What an earlier run did beyond the mark.
    earlier: BTreeMap<String, Kept>,
    before: (u64, u64),
    reached: Option<String>,
    retried: Vec<Found>,
    /// Up to here an earlier walk brought all but these.
    through: Option<String>,
    missing: BTreeSet<String>,
    /// Those of them that there still are.
    met: Mutex<BTreeSet<String>>,
}

impl Done {
    /// What an earlier run of the same left in the folder. A journal that another process has is left to it, and
    /// nothing is noted then.
    pub async fn open(folder: &Folder, from: &S3Location, only: &str, turn: Turn) -> Result<Self, S3Failure> {
        let (bucket, prefix) = (from.bucket.as_str().as_bytes(), from.key.as_bytes());
        let id = journal_id(&[bucket, prefix, only.as_bytes()]);
        let (folder, name) = (folder.clone(), format!(".hatrack-{id}.folder.journal"));
        blocking(move || Self::open_now(folder.clone(), name, turn).map_err(|why| failed(folder.path(), why)))
            .await
    }

    fn open_now(folder: Folder, name: String, turn: Turn) -> io::Result<Self> {
        let file = match own_file(folder.dir(), &name)? {
            Some(file) => Some(file),
            None => match new_file(folder.dir(), &name) {
                Ok(file) => match file.try_lock() {
                    // Another process found it just now.
                    Err(TryLockError::WouldBlock) => None,
                    // The lock of a file system that has none is not missed.
                    _ => Some(file),
                },
                Err(why) if why.kind() == io::ErrorKind::AlreadyExists => None,
                Err(why) => return Err(why),
            },
        };
        let mut held = Held {
            folder: folder.clone(),
            name,
            file: None,
            lines: 0,
            mark: Watermark::default(),
            beyond: BTreeMap::new(),
            named: BTreeMap::new(),
            begun: BTreeSet::new(),
            failed: BTreeMap::new(),
            files: 0,
            bytes: 0,
            through: None,
            _turn: turn,
        };
        let mut reached = None;
        if let Some(mut file) = file {
            let written = file.metadata()?.modified();
            reached = held.read(&mut file)?;
            if written.is_ok_and(is_long_past) {
                held.begin_anew(reached.take());
            }
            held.mark = Watermark::from(reached.clone());
            held.file = Some(file);
        }
        // Those beyond the mark are found again by the walk.
        let passed = |key: &String| reached.as_ref().is_some_and(|mark| key <= mark);
        let retried = held.failed.iter().filter(|(key, _)| passed(key));
        let retried = retried.map(|(key, size)| Found {
            key: key.clone(),
            size: *size,
            etag: None,
            modified_at: None,
        });
        Ok(Self {
            retried: retried.collect(),
            through: held.through.clone(),
            missing: held.failed.keys().cloned().collect(),
            met: Mutex::default(),
            folder,
            earlier: held.beyond.clone(),
            before: (held.files, held.bytes),
            reached,
            held: Arc::new(Mutex::new(held)),
            ended: Notify::new(),
        })
    }

    /// Files and bytes up to the mark.
    pub fn before(&self) -> (u64, u64) {
        self.before
    }

    /// The mark: where the walk starts.
    pub fn reached(&self) -> Option<String> {
        self.reached.clone()
    }

    /// What failed in an earlier run and lies before the mark.
    pub fn retried(&self) -> Vec<Found> {
        self.retried.clone()
    }

    /// What an earlier run began and did not end: each has left a part.
    pub fn begun(&self) -> Vec<String> {
        locked(&self.held).begun.iter().cloned().collect()
    }

    /// Comes back when the walk may go on: the keys that are done behind one that takes long are not too many.
    pub async fn room(&self) {
        loop {
            {
                let held = locked(&self.held);
                if held.beyond.len() < MOST_BEYOND || held.mark.is_idle() {
                    return;
                }
            }
            self.ended.notified().await;
        }
    }

    /// A key of the walk is under way.
    pub fn begin(&self, key: &str) {
        if self.missing.contains(key) {
            locked(&self.met).insert(key.to_owned());
        }
        locked(&self.held).mark.begin(key);
    }

    /// Whether an earlier run brought it by a walk that is through, of which each name is not noted: the file that is
    /// there has its size, and is not older.
    pub fn was_brought(&self, found: &Found, path: &LocalPath) -> bool {
        let walked = self.through.as_ref().is_some_and(|mark| found.key <= *mark);
        if !walked || self.missing.contains(&found.key) || self.earlier.contains_key(&found.key) {
            return false;
        }
        let path = path.to_path();
        let Ok(there) = self.folder.dir().symlink_metadata(&path) else {
            return false;
        };
        let newer = there
            .modified()
            .ok()
            .zip(found.modified_at)
            .is_some_and(|(here, stored)| here.into_std() + SLACK >= SystemTime::from(stored));
        if !there.is_file() || there.len() != found.size || !newer {
            return false;
        }
        let file = Kept {
            path: Some(path),
            size: found.size,
            id: None,
            etag: None,
        };
        locked(&self.held).done(&found.key, file);
        self.ended.notify_one();
        true
    }

    /// Whether an earlier run has it, and its file is still there.
    pub fn is_there(&self, found: &Found) -> bool {
        let Some(kept) = self.earlier.get(&found.key) else {
            return false;
        };
        let Some(path) = &kept.path else {
            return false;
        };
        let Ok(there) = self.folder.dir().symlink_metadata(path) else {
            return false;
        };
        let same = kept.id.is_none_or(|id| is_of(&there, id));
        let version = kept.etag.is_none() || found.etag.is_none() || kept.etag == found.etag;
        version && kept.size == found.size && there.is_file() && there.len() == found.size && same
    }

    /// A key leaves a part behind if it is stopped.
    pub fn leaves_a_part(&self, found: &Found) -> Result<(), S3Failure> {
        let mut held = locked(&self.held);
        held.begun.insert(found.key.clone());
        let key = found.key.clone();
        let noted = held.write(&Line::Begun { key });
        noted.map_err(|why| failed(self.folder.path(), why))
    }

    /// Notes the name that a key's file is about to get: a kill right after must not bring it twice.
    pub fn naming(&self, found: &Found) -> Naming {
        let (held, key) = (Arc::clone(&self.held), found.key.clone());
        Arc::new(move |path: &Path, id, version: &Version| {
            let file = Kept {
                path: Some(path.to_owned()),
                size: version.size,
                id,
                etag: version.etag.clone(),
            };
            let mut held = locked(&held);
            held.named.insert(key.clone(), file.clone());
            let key = key.clone();
            held.write(&Line::Kept { key, file })
        })
    }

    /// A key is done: it has the name that was noted last, or the one of an earlier run.
    pub fn kept(&self, found: &Found) {
        let mut held = locked(&self.held);
        let named = held.named.remove(&found.key);
        if let Some(file) = named.or_else(|| self.earlier.get(&found.key).cloned()) {
            held.done(&found.key, file);
        }
        self.ended.notify_one();
    }

    /// There is nothing to have of a key, or it failed and is tried again by the next run.
    pub fn passed(&self, found: &Found, failed_for_good: bool) -> Result<(), S3Failure> {
        let (key, size) = (found.key.clone(), found.size);
        let nothing = Kept {
            path: None,
            size,
            id: None,
            etag: None,
        };
        let mut held = locked(&self.held);
        let noted = if failed_for_good {
            held.failed.insert(key.clone(), size);
            held.begun.remove(&key);
            held.named.remove(&key);
            held.moved(&key);
            held.write(&Line::Failed { key, size })
        } else {
            held.done(&key, nothing.clone());
            held.write(&Line::Kept { key, file: nothing })
        };
        self.ended.notify_one();
        noted.map_err(|why| failed(self.folder.path(), why))
    }

    /// The walk is through: what failed is left for the next run, which brings that and what has come since.
    pub fn through(self) {
        let failed = {
            let mut held = locked(&self.held);
            let met = locked(&self.met);
            // What has gone from the bucket meanwhile no run can bring.
            let retried: BTreeSet<&String> = self.retried.iter().map(|one| &one.key).collect();
            let is_tried = |key: &String| met.contains(key) || retried.contains(key);
            held.failed
                .retain(|key, _| !self.missing.contains(key) || is_tried(key));
            drop(met);
            let mark = held.mark.reached().map(str::to_owned);
            if let Some(key) = mark.filter(|_| !held.failed.is_empty())
                && let Err(why) = held.write(&Line::Through { key })
            {
                tracing::warn!(%why, "the end of a download was not noted");
            }
            !held.failed.is_empty()
        };
        if !failed {
            self.finished();
        }
    }

    /// Nothing of it is gone on with.
    pub fn finished(self) {
        let mut held = locked(&self.held);
        if held.file.take().is_some()
            && let Err(why) = self.folder.dir().remove_file(&held.name)
        {
            tracing::warn!(name = held.name, %why, "the journal of a download was left behind");
        }
    }
}

/// Whether what was noted then is no longer of the run that goes on now.
fn is_long_past(written: SystemTime) -> bool {
    written.elapsed().is_ok_and(|age| age > LONG_PAST)
}

#[cfg(unix)]
fn is_of(there: &cap_std::fs::Metadata, id: u64) -> bool {
    use cap_std::fs::MetadataExt;
    there.ino() == id
}

#[cfg(not(unix))]
fn is_of(_: &cap_std::fs::Metadata, _: u64) -> bool {
    true
}

fn failed(path: &Path, why: io::Error) -> S3Failure {
    S3Failure::Disk {
        path: path.to_owned(),
        doing: "written",
        why,
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn the_walk_waits_for_a_key_that_takes_long() -> Result<(), S3Failure> {
        let aside = tempfile::tempdir().map_err(|why| failed(Path::new("aside"), why))?;
        let folder = Folder::open(aside.path())?;
        let from = S3Location {
            bucket: "example-bucket"
                .to_owned()
                .try_into()
                .map_err(|_| failed(aside.path(), io::ErrorKind::InvalidInput.into()))?,
            key: String::new(),
        };
        let turn = Arc::new(Arc::new(tokio::sync::Mutex::new(())).lock_owned().await);
        let done = Done::open(&folder, &from, "", turn).await?;
        let found = |key: String| Found {
            key,
            size: 1,
            etag: None,
            modified_at: None,
        };
        let slow = found("a".into());
        done.begin(&slow.key);
        for n in 0..MOST_BEYOND {
            assert!(done.room().now_or_never().is_some(), "{n}");
            let one = found(format!("b{n:06}"));
            done.begin(&one.key);
            done.passed(&one, false)?;
        }
        assert!(done.room().now_or_never().is_none());
        done.passed(&slow, false)?;
        assert!(done.room().now_or_never().is_some());
        Ok(())
    }
}
