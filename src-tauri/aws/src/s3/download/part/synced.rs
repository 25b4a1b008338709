//! The name that a sync gives: over the file that its comparison saw, or over none, and as old as the source.

use std::ffi::OsString;

use super::super::super::S3Failure;
use super::super::disk::failed;
use super::super::target::Synced;
use super::Part;

impl Part {
    /// Looked at just before: what a person writes while the bytes come is not replaced.
    pub(super) fn take_synced(&mut self, to: Synced) -> Result<OsString, S3Failure> {
        if let Some(modified) = to.modified {
            // A file system that does not take it makes the file newer, and the next comparison says no worse than that.
            let _ = self.file.set_modified(modified);
        }
        let Some(over) = to.over else {
            return self.take_new_name(to.name);
        };
        let whole = self.path.join(&to.name);
        let found = self.dir.symlink_metadata(&to.name);
        let found = found.map_err(|why| failed(&whole, "read", why))?;
        let modified = found.modified().ok().map(|at| at.into_std());
        if !found.is_file() || found.len() != over.size || modified != over.modified {
            // There is nothing to go on to.
            self.stays = false;
            let what = whole.display().to_string();
            return Err(S3Failure::Taken { what });
        }
        self.take_name(to.name)
    }
}
