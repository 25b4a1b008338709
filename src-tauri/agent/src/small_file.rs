//! Files that a person names to be read.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use hatrack_core::shared_config::inert;
use hatrack_store::teams::FileHash;

use crate::protocol::{ErrorCode, WireError};

/// The largest file of settings or roles, in bytes. One with thousands of accounts stays far below.
pub const LARGEST: usize = 8 * 1024 * 1024;

/// The file's text. Blocks shortly: nothing but a regular file of at most `largest` bytes is read.
pub fn read(path: &Path, largest: usize) -> Result<String, WireError> {
    let shown = inert(&path.display().to_string());
    let failed = |why: &dyn std::fmt::Display| {
        let message = format!("{shown} cannot be read: {why}; check the path and the file's permissions");
        WireError::new(ErrorCode::Invalid, message)
    };
    // Looked at before it is opened: opening a pipe would wait for its writer.
    let found = std::fs::metadata(path).map_err(|why| failed(&why))?;
    if !found.is_file() {
        return Err(failed(&"it is no regular file"));
    }
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(largest as u64 + 1).read_to_string(&mut text));
    match read {
        Ok(_) if text.len() > largest => Err(failed(&format!("it is larger than {largest} bytes"))),
        Ok(_) => Ok(text),
        Err(why) if why.kind() == io::ErrorKind::InvalidData => Err(failed(&"it is no text")),
        Err(why) => Err(failed(&why)),
    }
}

/// What names `text`. It is refused where the person has seen another one: the file was written meanwhile.
pub fn seen(text: &str, seen: Option<FileHash>) -> Result<FileHash, WireError> {
    let found = FileHash::of(text.as_bytes());
    if seen.is_some_and(|seen| seen != found) {
        let message =
            "the file has changed since you looked at it, and nothing was taken over; look at it again";
        return Err(WireError::new(ErrorCode::Invalid, message));
    }
    Ok(found)
}
