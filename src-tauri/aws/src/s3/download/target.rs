//! The folder that downloads go to.
//!
//! Invariant: every path is resolved below an open folder, one plain name at a time, and no link is followed: one that
//! was planted before or is put there meanwhile leads nowhere.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};
use hatrack_core::bucket::LocalPath;

use super::super::S3Failure;
use super::Shared;

/// How many numbers are tried for a name that is taken.
const MOST_NUMBERS: u32 = 10_000;

/// A folder that the person chose. Open: what happens to its path afterwards does not matter.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    dir: Arc<Dir>,
}

impl Folder {
    /// Opens the folder. It must be there; links on the way to it are the person's own.
    pub fn open(path: &Path) -> Result<Self, S3Failure> {
        let dir =
            Dir::open_ambient_dir(path, ambient_authority()).map_err(|why| disk(path, "opened", why))?;
        Ok(Self {
            path: path.to_owned(),
            dir: Arc::new(dir),
        })
    }

    /// Its path, as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A temporary file of `size` bytes beside where `target` will be. Makes the folders on the way.
    pub(super) async fn temporary(&self, target: &LocalPath, size: u64) -> Result<Temporary, S3Failure> {
        let (folder, target) = (self.clone(), target.clone());
        blocking(move || folder.temporary_now(target, size)).await
    }

    fn temporary_now(&self, target: LocalPath, size: u64) -> Result<Temporary, S3Failure> {
        let (dir, path) = self.descend(target.folders())?;
        let name = temporary_name().map_err(|why| disk(&path, "written", why))?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        let file = dir
            .open_with(&name, &options)
            .map_err(|why| disk(&path.join(&name), "written", why))?;
        // Made first, so that a disk that is too full leaves nothing behind.
        let temporary = Temporary {
            dir,
            path,
            name: Some(name),
            target,
            file: Arc::new(file.into_std()),
        };
        reserve(&temporary.file, size).map_err(|why| disk(&temporary.path, "given enough room", why))?;
        Ok(temporary)
    }

    /// The folder `names` below this one, made where it is missing.
    fn descend(&self, names: &[String]) -> Result<(Arc<Dir>, PathBuf), S3Failure> {
        let (mut dir, mut path) = (Arc::clone(&self.dir), self.path.clone());
        for name in names {
            path.push(name);
            match dir.create_dir(name) {
                Err(why) if why.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(disk(&path, "made", why));
                }
                _ => {}
            }
            let found = dir
                .symlink_metadata(name)
                .map_err(|why| disk(&path, "opened", why))?;
            if !found.is_dir() {
                return Err(S3Failure::InTheWay { path });
            }
            // A link that comes between the look and the opening is confined to this folder: it leads nowhere else.
            let below = dir.open_dir(name).map_err(|why| disk(&path, "opened", why))?;
            dir = Arc::new(below);
        }
        Ok((dir, path))
    }
}

/// A file under a name of its own, gone when dropped unless it was kept.
#[derive(Debug)]
pub(super) struct Temporary {
    dir: Arc<Dir>,
    path: PathBuf,
    /// `None` once it has its real name.
    name: Option<String>,
    target: LocalPath,
    file: Shared,
}

impl Temporary {
    pub fn file(&self) -> Shared {
        Arc::clone(&self.file)
    }

    /// Writes it through and gives it its name, or the next free one: nothing is overwritten.
    pub async fn keep(self) -> Result<LocalPath, S3Failure> {
        blocking(move || self.keep_now()).await
    }

    fn keep_now(mut self) -> Result<LocalPath, S3Failure> {
        self.file
            .sync_all()
            .map_err(|why| disk(&self.path, "written", why))?;
        for n in 1..=MOST_NUMBERS {
            let kept = self.target.clone().with_variation(n);
            let name = kept.file_name();
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            // The name is taken by an empty file, which then is replaced: a rename alone would overwrite.
            match self.dir.open_with(name, &options) {
                Err(why) if why.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(why) => return Err(disk(&self.path.join(name), "written", why)),
                Ok(claim) => drop(claim),
            }
            let Some(temporary) = self.name.take() else {
                break;
            };
            if let Err(why) = self.dir.rename(&temporary, &self.dir, name) {
                // The claim is ours and empty.
                let _ = self.dir.remove_file(name);
                self.name = Some(temporary);
                return Err(disk(&self.path.join(name), "written", why));
            }
            return Ok(kept);
        }
        Err(disk(
            &self.path.join(self.target.file_name()),
            "written",
            io::Error::new(
                io::ErrorKind::AlreadyExists,
                "every number behind this name is taken",
            ),
        ))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(name) = self.name.take() {
            // What cannot be removed now is a hidden file that says what it is.
            if let Err(why) = self.dir.remove_file(&name) {
                tracing::warn!(path = %self.path.join(name).display(), %why, "a part of a download was left behind");
            }
        }
    }
}

fn temporary_name() -> io::Result<String> {
    let mut random = [0u8; 8];
    getrandom::fill(&mut random).map_err(|why| io::Error::other(why.to_string()))?;
    Ok(format!(".hatrack-{:016x}.part", u64::from_le_bytes(random)))
}

/// Takes the room now, so that a full disk is known before the first byte.
fn reserve(file: &std::fs::File, size: u64) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    if size > 0 {
        use rustix::fs::{FallocateFlags, fallocate};
        use rustix::io::Errno;
        match fallocate(file, FallocateFlags::empty(), 0, size) {
            // Some file systems cannot; they get a file with holes.
            Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS) => {}
            Err(why) => return Err(why.into()),
        }
    }
    file.set_len(size)
}

/// Writes `bytes` at `offset`.
pub(super) async fn write_at(file: &Shared, bytes: Bytes, offset: u64, what: &str) -> Result<(), S3Failure> {
    let file = Arc::clone(file);
    let what = PathBuf::from(what);
    blocking(move || write_all_at(&file, &bytes, offset).map_err(|why| disk(&what, "written", why))).await
}

#[cfg(unix)]
fn write_all_at(file: &std::fs::File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(windows)]
fn write_all_at(file: &std::fs::File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_write(file, bytes, offset)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            n => {
                bytes = &bytes[n..];
                offset += n as u64;
            }
        }
    }
    Ok(())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, S3Failure> + Send + 'static,
) -> Result<T, S3Failure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(stopped) => Err(disk(Path::new("the file"), "written", io::Error::other(stopped))),
    }
}

fn disk(path: &Path, doing: &'static str, why: io::Error) -> S3Failure {
    S3Failure::Disk {
        path: path.to_owned(),
        doing,
        why,
    }
}
