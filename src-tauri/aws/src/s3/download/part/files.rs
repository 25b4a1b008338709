//! The hidden files beside a target: how they are called, made, and found again.

use std::fs::TryLockError;
use std::io;

use cap_std::fs::{Dir, OpenOptions};
use hatrack_core::bucket::transfer::journal_id;

use super::super::Order;
use super::super::naming::is_named;

/// The same for the same order, so that the next run finds it.
pub fn part_name(order: &Order) -> String {
    let name = order.destination.name();
    let id = journal_id(&[
        order.bucket.as_str().as_bytes(),
        order.key.as_bytes(),
        name.as_encoded_bytes(),
    ]);
    format!(".hatrack-{id}.part")
}

pub fn random_name() -> io::Result<String> {
    let mut random = [0u8; 8];
    getrandom::fill(&mut random).map_err(|why| io::Error::other(why.to_string()))?;
    Ok(format!(".hatrack-{:016x}.part", u64::from_le_bytes(random)))
}

/// A file that was not there, for this user alone.
pub fn new_file(dir: &Dir, name: &str) -> io::Result<std::fs::File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    {
        use cap_std::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    dir.open_with(name, &options).map(cap_std::fs::File::into_std)
}

/// A file of ours that an earlier run left and nobody has locked. In a folder that others may write to, a file that
/// is not this user's own plain one is not believed.
pub fn own_file(dir: &Dir, name: &str) -> io::Result<Option<std::fs::File>> {
    match dir.symlink_metadata(name) {
        Ok(found) if found.is_file() => {}
        Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
        _ => return Ok(None),
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    let file = match dir.open_with(name, &options) {
        Ok(file) => file.into_std(),
        Err(why)
            if matches!(
                why.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied
            ) =>
        {
            return Ok(None);
        }
        Err(why) => return Err(why),
    };
    // After the lock: the one who had it may have given the file its name.
    // The lock of a file system that has none is not missed.
    let busy = matches!(file.try_lock(), Err(TryLockError::WouldBlock));
    Ok((!busy && is_ours(dir, name, &file)?).then_some(file))
}

#[cfg(unix)]
fn is_ours(dir: &Dir, name: &str, file: &std::fs::File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let opened = file.metadata()?;
    let user = rustix::process::geteuid().as_raw();
    let plain = opened.is_file() && opened.uid() == user && opened.nlink() == 1;
    Ok(plain && is_named(dir, name, file)?)
}

#[cfg(not(unix))]
fn is_ours(dir: &Dir, name: &str, file: &std::fs::File) -> io::Result<bool> {
    is_named(dir, name, file)
}
