//! A change beside tools that take no lock.
//!
//! The AWS CLI empties a file and writes it anew, or adds a section at its end, at any moment. So a file is read only
//! once nobody has written to it for a moment, and after the change it is looked whether somebody wrote to the file that
//! was replaced, which would otherwise be lost.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::time::{Duration, SystemTime};

use hatrack_core::shared_config::SourceFile;
use tokio::time::{Instant, sleep};
use zeroize::Zeroizing;

use super::{LockedFile, SharedFile, SharedFileFailure};

/// A file that was written to more recently may still be half-written, and a writer that opened the replaced file has
/// written to it within this.
const QUIET: Duration = Duration::from_millis(60);
/// How long quiet is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often the change is made anew because of others.
const MOST_TRIES: usize = 200;

/// What an edit makes of a file: its new text, or `None` to leave it.
pub type Edited = Option<Zeroizing<String>>;

impl SharedFile {
    /// Changes the file under the lock, anew for as long as others change it meanwhile. `edit` may be called several
    /// times, and gets the lock for a backup. Says whether the file was changed.
    ///
    /// # Errors
    /// Where it cannot be read or written, and what `edit` fails with. The file is then as it was.
    pub async fn change<E: From<SharedFileFailure>>(
        &self,
        mut edit: impl FnMut(&SourceFile, &LockedFile) -> Result<Edited, E>,
    ) -> Result<bool, E> {
        let locked = self.lock().await?;
        let mut changed = false;
        for _ in 0..MOST_TRIES {
            locked.settle().await;
            let replaced = File::open(&locked.path).ok();
            let read = locked.read()?;
            let Some(text) = edit(&read, &locked)? else {
                return Ok(changed);
            };
            match locked.write(&read, &text) {
                Ok(()) => changed = true,
                Err(SharedFileFailure::Changed { .. }) => continue,
                Err(other) => return Err(other.into()),
            }
            let Some(replaced) = replaced else {
                return Ok(true);
            };
            match locked.written_meanwhile(replaced, &read).await {
                None => return Ok(true),
                // What they wrote is put where it belongs, and the change is made again on top of it.
                Some(theirs) => locked.take_over(&read, &text, &theirs)?,
            }
        }
        let path = locked.path.clone();
        Err(SharedFileFailure::Changed { path }.into())
    }
}

impl LockedFile {
    /// Waits until nobody has written to the file for a moment.
    async fn settle(&self) {
        let until = Instant::now() + PATIENCE;
        while let Some(left) = left_of_quiet(&self.path)
            && Instant::now() < until
        {
            sleep(left).await;
        }
    }

    /// What others have written to the file that was replaced, if they have.
    async fn written_meanwhile(&self, mut replaced: File, read: &SourceFile) -> Option<SourceFile> {
        sleep(QUIET).await;
        replaced.seek(SeekFrom::Start(0)).ok()?;
        let mut bytes = Vec::new();
        replaced.read_to_end(&mut bytes).ok()?;
        let bytes = Zeroizing::new(bytes);
        // Emptied, and not yet written: theirs then goes into nothing, and they will not know. It cannot be waited for.
        if *bytes == read.text().as_bytes() || bytes.is_empty() {
            return None;
        }
        SourceFile::from_bytes(read.kind, &read.name, bytes.to_vec()).ok()
    }

    /// Puts what others wrote to the replaced file into the file that is there now.
    fn take_over(&self, read: &SourceFile, ours: &str, theirs: &SourceFile) -> Result<(), SharedFileFailure> {
        let now = self.read()?;
        let text = match theirs.text().strip_prefix(read.text()) {
            // They added at the end.
            Some(added) => Zeroizing::new(format!("{}{added}", now.text())),
            // They wrote it anew, and nobody else has written since.
            None if now.text() == ours => Zeroizing::new(theirs.text().to_owned()),
            None => {
                let path = self.path.clone();
                return Err(SharedFileFailure::Changed { path });
            }
        };
        self.write(&now, &text)
    }
}

/// How much longer the file has to be left alone; `None` where that was long enough.
fn left_of_quiet(path: &std::path::Path) -> Option<Duration> {
    let changed = std::fs::metadata(path).ok()?.modified().ok()?;
    // A time in the future comes from another clock: that is no reason to wait.
    let since = SystemTime::now().duration_since(changed).ok()?;
    QUIET.checked_sub(since).filter(|left| !left.is_zero())
}
