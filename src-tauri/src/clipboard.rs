//! The clipboard: written here and never by the page, kept out of clipboard histories where the desktop has a way,
//! and cleared after a minute or at quit if what it holds is still ours.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};

/// How long a secret stays there.
pub const STAYS: Duration = Duration::from_secs(60);

/// Text could not be put there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the clipboard could not be written: {0}; copy again, or use hat env in a terminal")]
pub struct ClipboardError(pub String);

/// The desktop's clipboard.
pub trait Board: Send {
    /// Puts a text there; a secret one with the marks that keep it out of histories.
    fn write(&mut self, text: &str, secret: bool) -> Result<(), ClipboardError>;
    /// What is there now, if it is text.
    fn read(&mut self) -> Option<String>;
    /// Empties it.
    fn clear(&mut self) -> Result<(), ClipboardError>;
}

/// The clipboard and what we left there.
#[derive(Clone)]
pub struct Clipboard(Arc<Mutex<Kept>>);

struct Kept {
    board: Box<dyn Board>,
    /// The secret text that we put there last, as its hash; each copy has a number.
    ours: Option<(u64, [u8; 32])>,
    copies: u64,
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

impl Clipboard {
    /// Over a desktop's clipboard.
    pub fn new(board: Box<dyn Board>) -> Self {
        Self(Arc::new(Mutex::new(Kept {
            board,
            ours: None,
            copies: 0,
        })))
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Copies a text that is no secret. It stays until something else is copied.
    pub fn copy(&self, text: &str) -> Result<(), ClipboardError> {
        let mut kept = self.kept();
        kept.board.write(text, false)?;
        kept.ours = None;
        Ok(())
    }

    /// Copies a secret, and clears it after `stays` if it is still there.
    pub fn copy_secret(&self, text: &str, stays: Duration) -> Result<(), ClipboardError> {
        let number = {
            let mut kept = self.kept();
            kept.board.write(text, true)?;
            kept.copies += 1;
            kept.ours = Some((kept.copies, hash(text)));
            kept.copies
        };
        let later = self.clone();
        tauri::async_runtime::spawn(async move {
            tokio::time::sleep(stays).await;
            // Reading may wait for another program: not on a thread that others wait for.
            let _ = tokio::task::spawn_blocking(move || later.clear_copy(Some(number))).await;
        });
        Ok(())
    }

    /// Clears what we put there, if it is still there.
    pub fn clear_ours(&self) {
        self.clear_copy(None);
    }

    /// Clears copy `number`, or whichever was the last.
    fn clear_copy(&self, number: Option<u64>) {
        let mut kept = self.kept();
        let Some((last, ours)) = kept.ours else { return };
        if number.is_some_and(|number| number != last) {
            return;
        }
        kept.ours = None;
        let now = kept.board.read().map(zeroize::Zeroizing::new);
        if now.is_some_and(|text| hash(&text) == ours)
            && let Err(error) = kept.board.clear()
        {
            tracing::warn!("the clipboard was not cleared: {error}");
        }
    }
}

/// The real clipboard, opened at its first use: that takes a connection to the display.
#[derive(Default)]
pub struct SystemBoard(Option<arboard::Clipboard>);

impl SystemBoard {
    fn open(&mut self) -> Result<&mut arboard::Clipboard, ClipboardError> {
        if self.0.is_none() {
            self.0 = Some(arboard::Clipboard::new().map_err(failed)?);
        }
        self.0
            .as_mut()
            .ok_or_else(|| ClipboardError("it is not there".into()))
    }
}

fn failed(error: arboard::Error) -> ClipboardError {
    ClipboardError(error.to_string())
}

impl Board for SystemBoard {
    fn write(&mut self, text: &str, secret: bool) -> Result<(), ClipboardError> {
        let set = self.open()?.set();
        let set = if secret { out_of_histories(set) } else { set };
        set.text(text).map_err(failed)
    }

    fn read(&mut self) -> Option<String> {
        self.open().ok()?.get_text().ok()
    }

    fn clear(&mut self) -> Result<(), ClipboardError> {
        self.open()?.clear().map_err(failed)
    }
}

#[cfg(target_os = "linux")]
fn out_of_histories(set: arboard::Set<'_>) -> arboard::Set<'_> {
    use arboard::SetExtLinux;
    set.exclude_from_history()
}

#[cfg(target_os = "macos")]
fn out_of_histories(set: arboard::Set<'_>) -> arboard::Set<'_> {
    use arboard::SetExtApple;
    set.exclude_from_history()
}

#[cfg(target_os = "windows")]
fn out_of_histories(set: arboard::Set<'_>) -> arboard::Set<'_> {
    use arboard::SetExtWindows;
    set.exclude_from_history().exclude_from_cloud()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub mod fake {
    //! A clipboard in memory.

    use super::*;

    #[derive(Clone, Default)]
    /// Holds one text, and whether it was marked as a secret.
    pub struct FakeBoard(pub Arc<Mutex<(Option<String>, bool)>>);

    impl FakeBoard {
        /// What it holds.
        pub fn held(&self) -> Option<String> {
            self.0.lock().unwrap().0.clone()
        }
    }

    impl Board for FakeBoard {
        fn write(&mut self, text: &str, secret: bool) -> Result<(), ClipboardError> {
            *self.0.lock().unwrap() = (Some(text.into()), secret);
            Ok(())
        }
        fn read(&mut self) -> Option<String> {
            self.0.lock().unwrap().0.clone()
        }
        fn clear(&mut self) -> Result<(), ClipboardError> {
            self.0.lock().unwrap().0 = None;
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::fake::FakeBoard as Fake;
    use super::*;

    fn held(fake: &Fake) -> Option<String> {
        fake.0.lock().unwrap().0.clone()
    }

    #[test]
    fn a_secret_is_marked_and_goes_after_its_time() {
        let fake = Fake::default();
        let clipboard = Clipboard::new(Box::new(fake.clone()));
        clipboard.copy_secret("key", Duration::from_millis(50)).unwrap();
        assert_eq!(*fake.0.lock().unwrap(), (Some("key".into()), true));
        let until = std::time::Instant::now() + Duration::from_secs(10);
        while held(&fake).is_some() {
            assert!(std::time::Instant::now() < until, "the secret stays");
            std::thread::yield_now();
        }
    }

    #[test]
    fn what_the_person_copied_since_is_left_alone() {
        let fake = Fake::default();
        let clipboard = Clipboard::new(Box::new(fake.clone()));
        clipboard.copy_secret("key", STAYS).unwrap();
        fake.clone().write("a shopping list", false).unwrap();
        clipboard.clear_ours();
        assert_eq!(held(&fake).as_deref(), Some("a shopping list"));
    }

    #[test]
    fn an_earlier_copys_time_does_not_clear_a_later_one() {
        let fake = Fake::default();
        let clipboard = Clipboard::new(Box::new(fake.clone()));
        clipboard.copy_secret("one", STAYS).unwrap();
        clipboard.copy_secret("two", STAYS).unwrap();
        clipboard.clear_copy(Some(1));
        assert_eq!(held(&fake).as_deref(), Some("two"));
        clipboard.clear_copy(Some(2));
        assert_eq!(held(&fake), None);
    }

    #[test]
    fn text_that_is_no_secret_stays() {
        let fake = Fake::default();
        let clipboard = Clipboard::new(Box::new(fake.clone()));
        clipboard.copy_secret("key", STAYS).unwrap();
        clipboard.copy("arn:aws:iam::1:role/x").unwrap();
        clipboard.clear_ours();
        assert_eq!(held(&fake).as_deref(), Some("arn:aws:iam::1:role/x"));
    }
}
