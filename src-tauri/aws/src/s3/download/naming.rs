//! Giving a part file its real name.
//!
//! Invariant: a name appears with all of its bytes or not at all; one that is taken is not replaced unless the person
//! named it.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{File, Permissions};
use std::io;
use std::sync::{Arc, Mutex};

use cap_std::fs::{Dir, Metadata, OpenOptions};

use super::super::locked;
use super::part::random_name;

/// Gives `from` the name `to` in one step, if nothing has that name.
pub fn rename_new(dir: &Dir, from: &str, to: &OsStr) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(dir, from, dir, to, RenameFlags::NOREPLACE) {
            // Some file systems cannot.
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {}
            done => return Ok(done?),
        }
    }
    match dir.hard_link(from, dir, to) {
        Ok(()) => dir.remove_file(from),
        Err(why) if why.kind() == io::ErrorKind::AlreadyExists => Err(why),
        // Without links either, the name is taken by an empty file first, which a kill may leave.
        Err(_) => {
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            dir.open_with(to, &options)?;
            dir.rename(from, dir, to).inspect_err(|_| {
                // It is ours and empty.
                let _ = dir.remove_file(to);
            })
        }
    }
}

/// The permissions that a new file has in a folder: part files are this user's alone. Each folder is asked once.
#[derive(Debug, Clone, Default)]
pub struct UsualPermissions(Arc<Mutex<HashMap<(u64, u64), Permissions>>>);

impl UsualPermissions {
    /// Those of a new file in `dir`.
    pub fn of(&self, dir: &Dir) -> io::Result<Permissions> {
        let folder = folder_id(dir)?;
        if let Some(known) = folder.and_then(|folder| locked(&self.0).get(&folder).cloned()) {
            return Ok(known);
        }
        let aside = random_name()?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        let made = dir.open_with(&aside, &options)?.into_std();
        let found = made.metadata();
        dir.remove_file(&aside)?;
        let found = found?.permissions();
        if let Some(folder) = folder {
            locked(&self.0).insert(folder, found.clone());
        }
        Ok(found)
    }
}

#[cfg(unix)]
fn folder_id(dir: &Dir) -> io::Result<Option<(u64, u64)>> {
    use cap_std::fs::MetadataExt;
    let found = dir.dir_metadata()?;
    Ok(Some((found.dev(), found.ino())))
}

#[cfg(not(unix))]
fn folder_id(_: &Dir) -> io::Result<Option<(u64, u64)>> {
    Ok(None)
}

/// Opens `file` to whom `before` was open, and gives it none of that one's other powers.
#[cfg(unix)]
pub fn permit_as(file: &File, before: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    use cap_std::fs::PermissionsExt as _;
    file.set_permissions(Permissions::from_mode(before.permissions().mode() & 0o777))
}

/// Gives `file` the permissions that `before` has.
#[cfg(not(unix))]
pub fn permit_as(file: &File, before: &Metadata) -> io::Result<()> {
    file.set_permissions(before.permissions().into_std(file)?)
}

/// Whether `name` is this very open file, and not one that came in its place.
#[cfg(unix)]
pub fn is_named(dir: &Dir, name: &str, file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let opened = file.metadata()?;
    match dir.symlink_metadata(name) {
        Ok(named) => {
            use cap_std::fs::MetadataExt as _;
            Ok((named.dev(), named.ino()) == (opened.dev(), opened.ino()))
        }
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(why) => Err(why),
    }
}

#[cfg(not(unix))]
pub fn is_named(dir: &Dir, name: &str, _: &File) -> io::Result<bool> {
    Ok(dir.symlink_metadata(name).is_ok())
}

/// What tells a file from another that has its name later.
#[cfg(unix)]
pub fn identity(file: &File) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    file.metadata().ok().map(|found| found.ino())
}

#[cfg(not(unix))]
pub fn identity(_: &File) -> Option<u64> {
    None
}
