//! From an object to this computer. Bytes are checked before they appear anywhere.

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hatrack_aws::s3::download::{Destination, Downloaded, Folder, Order};
use hatrack_aws::s3::transfer::{Download, DownloadFolder};
use hatrack_core::bucket::transfer::Only;
use hatrack_core::bucket::{FileRules, LocalPath, S3Location, local_path};

use super::access::Open;
use super::cp::Stopped;
use super::options::Options;
use super::outcome::Outcome;
use super::running::{run, run_at_once};
use crate::failure::Failure;
use crate::interruption::Interruption;
use crate::private_folder::private_folder;

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(folder, name) => folder.join(name).display().fmt(f),
            Self::Folder(folder, name) => folder.join(name.to_path()).display().fmt(f),
            Self::Output => f.write_str("-"),
        }
    }
}

/// Where the bytes go.
#[derive(Debug, PartialEq, Eq)]
pub enum Target {
    /// A file by a name that the person chose; replaced if it is there, as `cp` does, unless the options forbid it.
    File(PathBuf, OsString),
    /// A folder, under the key's own last name. A name that comes from a bucket replaces nothing: it gets a number.
    Folder(PathBuf, LocalPath),
    /// Standard output, once all of it is there.
    Output,
}

impl Target {
    /// What `to` means for `key`.
    pub fn of(to: &str, key: &str) -> Result<Self, Failure> {
        if to == "-" {
            return Ok(Self::Output);
        }
        let path = PathBuf::from(to);
        if path.is_dir() {
            let below = &key[..key.rfind('/').map_or(0, |at| at + 1)];
            let name = local_path(key, below, FileRules::here()).map_err(Failure::refused)?;
            return Ok(Self::Folder(path, name));
        }
        // What takes a file's place is renamed over it: a device or a pipe would be gone.
        if path.metadata().is_ok_and(|found| !found.is_file()) {
            return Err(Failure::usage(format!(
                "{to} is no file; name a file, or - for standard output"
            )));
        }
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new(".")).to_owned();
        match path.file_name() {
            Some(name) if !to.ends_with(std::path::is_separator) => Ok(Self::File(parent, name.to_owned())),
            _ => Err(Failure::usage(format!(
                "{to} is no folder; make it first, or name a file"
            ))),
        }
    }

    /// Whether the options let a file that is there be replaced.
    pub fn may_be_written(&self, options: &Options) -> Result<(), Failure> {
        match self {
            Self::File(folder, name) if options.no_overwrite => {
                let path = folder.join(name);
                match path.symlink_metadata() {
                    Ok(_) => Err(Failure::refused(format!(
                        "{} is there already; nothing was replaced",
                        path.display()
                    ))),
                    Err(_) => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// Fetches the object.
    pub async fn fetch(
        &self,
        open: &Open,
        from: &S3Location,
        options: &Options,
        interrupted: &mut Interruption,
    ) -> Result<Outcome, Stopped> {
        match self {
            Self::Folder(folder, name) => {
                let job = job(open, from, folder, Destination::Below(name.clone()), true)?;
                Ok(down(folder, run(&job, interrupted).await?))
            }
            Self::File(folder, name) => {
                // It may come while the object does.
                let destination = match options.no_overwrite {
                    true => Destination::New(name.clone()),
                    false => Destination::Exact(name.clone()),
                };
                let job = job(open, from, folder, destination, true)?;
                Ok(down(folder, run(&job, interrupted).await?))
            }
            Self::Output => {
                let parent = std::env::temp_dir();
                let aside = private_folder(".hat-")
                    .tempdir_in(&parent)
                    .map_err(|why| failed(&parent, "written to", &why))?;
                // What is there of it goes with the folder.
                let job = job(
                    open,
                    from,
                    aside.path(),
                    Destination::Exact("object".into()),
                    false,
                )?;
                let done = down(aside.path(), run_at_once(&job, interrupted).await?);
                let file = aside.path().join("object");
                // The reader may be slow, and an interruption must still be heard.
                let printing = tokio::task::spawn_blocking(move || print(&file));
                let printed = tokio::select! {
                    printed = printing => printed.unwrap_or_else(|stopped| Err(Failure::refused(stopped))),
                    () = interrupted.come() => Err(Failure::refused("the copy was interrupted")),
                };
                drop(aside);
                printed?;
                Ok(done)
            }
        }
    }
}

fn job(
    open: &Open,
    from: &S3Location,
    folder: &Path,
    destination: Destination,
    resumable: bool,
) -> Result<Download, Stopped> {
    Ok(Download {
        s3: Arc::clone(&open.s3),
        order: Order {
            bucket: from.bucket.clone(),
            key: from.key.clone(),
            folder: Folder::open(folder)?,
            destination,
            resumable,
        },
    })
}

fn down(folder: &Path, done: Downloaded) -> Outcome {
    let to = folder.join(&done.path).display().to_string();
    Outcome {
        to,
        ..Outcome::down(done)
    }
}

/// Everything below a prefix, into a folder that is made if it is not there.
pub async fn all(
    open: &Open,
    from: &S3Location,
    folder: &Path,
    only: &Only,
    interrupted: &mut Interruption,
) -> Result<Outcome, Stopped> {
    std::fs::create_dir_all(folder).map_err(|why| failed(folder, "made", &why))?;
    let job = DownloadFolder {
        s3: Arc::clone(&open.s3),
        from: from.clone(),
        folder: Folder::open(folder)?,
        only: only.clone(),
    };
    Ok(Outcome::folder(run(&job, interrupted).await?, false))
}

fn print(file: &Path) -> Result<(), Failure> {
    let mut from = File::open(file).map_err(|why| failed(file, "read", &why))?;
    let mut out = io::stdout().lock();
    match io::copy(&mut from, &mut out).and_then(|_| out.flush()) {
        // The reader has seen enough.
        Err(why) if why.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(why) => Err(Failure::refused(format!(
            "standard output could not be written: {why}; free space or use another file"
        ))),
        Ok(()) => Ok(()),
    }
}

fn failed(path: &Path, doing: &str, why: &io::Error) -> Failure {
    Failure::refused(format!(
        "{} could not be {doing}: {why}; check the path and the space left",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_device_is_not_replaced() {
        assert!(Target::of("/dev/null", "key").is_err());
    }
}
