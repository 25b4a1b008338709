//! From an object to this computer. Bytes are checked before they appear anywhere.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use hatrack_aws::s3::S3;
use hatrack_aws::s3::download::{Downloaded, Folder};
use hatrack_core::bucket::{FileRules, LocalPath, S3Location, local_path};
use tempfile::TempDir;

use super::cp::Stopped;
use super::meter::Meter;
use crate::failure::Failure;
use crate::private_folder::private_folder;

/// Where the bytes go.
#[derive(Debug, PartialEq, Eq)]
pub enum Target {
    /// A file by a name that the person chose; replaced if it is there, as `cp` does.
    File(PathBuf),
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
        match path.file_name() {
            Some(_) if !to.ends_with(std::path::is_separator) => Ok(Self::File(path)),
            _ => Err(Failure::usage(format!(
                "{to} is no folder; make it first, or name a file"
            ))),
        }
    }

    /// Fetches the object.
    pub async fn fetch(&self, s3: &S3, from: &S3Location, meter: &Meter) -> Result<(), Stopped> {
        match self {
            Self::Folder(folder, name) => {
                let folder = Folder::open(folder)?;
                download(s3, from, &folder, name, meter).await.map(drop)
            }
            Self::File(path) => {
                let parent = path
                    .parent()
                    .filter(|parent| !parent.as_os_str().is_empty())
                    .unwrap_or(Path::new("."));
                let (aside, file) = fetch_aside(s3, from, parent, meter).await?;
                take_place(&file, path).map_err(|why| failed(path, "written", &why))?;
                drop(aside);
                Ok(())
            }
            Self::Output => {
                let (aside, file) = fetch_aside(s3, from, &std::env::temp_dir(), meter).await?;
                // The reader may be slow, and an interruption must still be heard.
                let printed = tokio::task::spawn_blocking(move || print(&file)).await;
                drop(aside);
                printed.unwrap_or_else(|stopped| Err(Failure::refused(stopped)))?;
                Ok(())
            }
        }
    }
}

/// Into a private folder in `parent`, which goes with what is still in it when it is dropped.
async fn fetch_aside(
    s3: &S3,
    from: &S3Location,
    parent: &Path,
    meter: &Meter,
) -> Result<(TempDir, PathBuf), Stopped> {
    let aside = private_folder(".hat-")
        .tempdir_in(parent)
        .map_err(|why| failed(parent, "written to", &why))?;
    let folder = Folder::open(aside.path())?;
    let name = local_path("object", "", FileRules::here()).map_err(Failure::refused)?;
    let done = download(s3, from, &folder, &name, meter).await?;
    let file = aside.path().join(done.path);
    Ok((aside, file))
}

async fn download(
    s3: &S3,
    from: &S3Location,
    folder: &Folder,
    name: &LocalPath,
    meter: &Meter,
) -> Result<Downloaded, Stopped> {
    let show = |done: u64, total: Option<u64>| meter.show(done, total);
    Ok(s3.download(&from.bucket, &from.key, folder, name, &show).await?)
}

/// Puts `file` where `path` is, open to nobody who could not open what was there.
fn take_place(file: &Path, path: &Path) -> io::Result<()> {
    if let Ok(before) = path.metadata() {
        std::fs::set_permissions(file, before.permissions())?;
    }
    std::fs::rename(file, path)
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
