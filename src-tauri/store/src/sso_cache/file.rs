//! Small files that hold secrets and that other tools write too.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use zeroize::Zeroizing;

use crate::private::sync_folder;

/// Tokens have a few thousand characters; more than this is something else.
const LARGEST: u64 = 256 * 1024;

/// The file's bytes; `None` where there is none. Never waits: a pipe in the place of a file must not hold the agent.
pub fn read(path: &Path) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let file = match without_waiting().read(true).open(path) {
        Ok(file) => file,
        Err(why) if matches!(why.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(why) => return Err(why),
    };
    let about = file.metadata()?;
    if !about.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    warn_if_open_to_others(path, &about);
    let size = usize::try_from(about.len().min(LARGEST)).unwrap_or_default();
    // Sized before reading: a buffer that grows leaves copies of the secret behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(size + 1));
    file.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Opens a file that needs no content, for its lock.
pub fn open_or_create(path: &Path) -> io::Result<File> {
    private_file().create(true).truncate(false).open(path)
}

/// Replaces `path` in one step, through the file `beside` it, which nobody else writes.
pub fn replace(path: &Path, beside: &Path, bytes: &[u8]) -> io::Result<()> {
    remove(beside)?;
    let mut file = private_file().create_new(true).open(beside)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(beside, path));
    if let Err(why) = written {
        let _ = remove(beside);
        return Err(why);
    }
    sync_folder(path.parent().unwrap_or(Path::new(".")))
}

/// Removes a file; `false` where there was none.
pub fn remove(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(why) => Err(why),
    }
}

#[cfg(unix)]
fn private_file() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    options
}

#[cfg(not(unix))]
fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    options
}

#[cfg(unix)]
fn without_waiting() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    let mut options = OpenOptions::new();
    options.custom_flags(i32::try_from(flags.bits()).unwrap_or_default());
    options
}

#[cfg(not(unix))]
fn without_waiting() -> OpenOptions {
    OpenOptions::new()
}

/// Said, and left as it is: who opened it may have had a reason. What we write in its place is closed.
#[cfg(unix)]
fn warn_if_open_to_others(path: &Path, about: &fs::Metadata) {
    use std::os::unix::fs::PermissionsExt;
    let mode = about.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        tracing::warn!(
            path = %path.display(),
            mode = format_args!("{mode:04o}"),
            "other users of this computer may open this sign-in; close it with chmod 600"
        );
    }
}

#[cfg(not(unix))]
fn warn_if_open_to_others(_: &Path, _: &fs::Metadata) {}
