//! The desktop in front of the person, as commands, tray and reminders see it. Tests put a fake in its place.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use hatrack_core::in_use::SwitchedBackView;
use hatrack_core::secret::Secret;
use hatrack_core::transfer_view::{PickedView, TransferView};
use tauri::Url;
use tokio::sync::mpsc::UnboundedSender;

use crate::wire::{LinkOpened, Navigate, Notice, NoticeLevel, Topic};

/// What is pushed to the page.
#[derive(Debug, Clone, PartialEq)]
pub enum Push {
    /// The page refetches these.
    Changed(Vec<Topic>),
    /// A transfer goes on.
    Transfer(Box<TransferView>),
    /// So many files are held over the window; 0 when they have gone.
    FilesOver(u32),
    /// Files were dropped on the window.
    FilesDropped(PickedView),
    /// The page shows something.
    Navigate(Navigate),
    /// The page asks what to do with live sessions.
    QuitAsked,
    /// The page says something until it is closed.
    Notice(Notice),
    /// The page asks what to do with a link.
    LinkOpened(LinkOpened),
    /// The page offers to undo a switch back.
    SwitchedBack(SwitchedBackView),
}

impl Push {
    /// Something went wrong away from the page.
    pub fn fault(message: impl std::fmt::Display) -> Self {
        Self::Notice(Notice {
            level: NoticeLevel::Bad,
            message: message.to_string(),
        })
    }
}

/// A page of a SAML provider to open in a window of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderPage {
    /// `SignInView::id`, which names the window too.
    pub id: String,
    /// What the person calls the provider.
    pub name: String,
    /// The page.
    pub url: Url,
    /// What stands in for AWS's sign-in, such as a sandbox's.
    pub instead: Option<String>,
}

/// What comes of such a window.
#[derive(Debug)]
pub enum Said {
    /// What the page was to take to AWS.
    Assertion(Secret),
    /// The window has gone.
    Closed,
}

/// The window and what surrounds it.
#[async_trait]
pub trait Front: Send + Sync {
    /// Tells the page.
    fn push(&self, push: Push);
    /// Shows the window and gives it the keyboard.
    fn show(&self);
    /// Whether the window can be seen.
    fn is_shown(&self) -> bool;
    /// Whether a tray shows the icon.
    fn has_tray(&self) -> bool;
    /// The page has painted its first list.
    fn ready(&self);
    /// A native dialog that asks for a folder; `None` where it is cancelled.
    async fn ask_folder(&self, title: &str) -> Option<PathBuf>;
    /// A native dialog that asks for a file that is there; `None` where it is cancelled.
    async fn ask_file(&self, title: &str) -> Option<PathBuf>;
    /// A native dialog that asks for files that are there; none where it is cancelled.
    async fn ask_files(&self, title: &str) -> Vec<PathBuf>;
    /// A native dialog that asks where a file is to be written; `None` where it is cancelled.
    async fn ask_new_file(&self, title: &str, name: &str) -> Option<PathBuf>;
    /// A native dialog with two buttons; whether the person chose `yes`.
    async fn ask_yes(&self, title: &str, text: &str, yes: &str) -> bool;
    /// The person's folder for downloads, which may not be there yet.
    fn downloads(&self) -> Option<PathBuf>;
    /// Shows a file in the desktop's file manager.
    fn reveal(&self, file: &Path);
    /// Opens a SAML provider's page; `tell` hears what comes of it. An error says why it could not be.
    fn open_provider(&self, page: ProviderPage, tell: UnboundedSender<Said>) -> Result<(), String>;
    /// Brings the window of that sign-in to the front; whether there is one.
    fn show_provider(&self, id: &str) -> bool;
    /// Closes the window of that sign-in, if there is one.
    fn close_provider(&self, id: &str);
    /// Ends the program.
    fn quit(&self);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub mod fake {
    //! A desktop that remembers what it was told.

    use super::*;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, Ordering};

    /// Remembers.
    #[derive(Default)]
    pub struct FakeFront {
        /// What was pushed to the page.
        pub pushed: Mutex<Vec<Push>>,
        /// What the person answers to a dialog that asks for a file.
        pub file: Mutex<Option<PathBuf>>,
        /// What the person answers to a question.
        pub agrees: AtomicBool,
        /// The last question's text.
        pub asked: Mutex<Option<String>>,
        /// The windows of SAML providers, and who hears of each.
        pub providers: Mutex<Vec<(ProviderPage, UnboundedSender<Said>)>>,
        /// Whether the window was shown.
        pub shown: AtomicBool,
        /// Whether the program was ended.
        pub quit: AtomicBool,
    }

    impl FakeFront {
        /// The transfers among what was pushed.
        pub fn transfers(&self) -> Vec<TransferView> {
            let pushed = self.pushed.lock().unwrap();
            let transfers = pushed.iter().filter_map(|push| match push {
                Push::Transfer(view) => Some(TransferView::clone(view)),
                _ => None,
            });
            transfers.collect()
        }
    }

    #[async_trait]
    impl Front for FakeFront {
        fn push(&self, push: Push) {
            self.pushed.lock().unwrap().push(push);
        }
        fn show(&self) {
            self.shown.store(true, Ordering::Relaxed);
        }
        fn is_shown(&self) -> bool {
            self.shown.load(Ordering::Relaxed)
        }
        fn has_tray(&self) -> bool {
            false
        }
        fn ready(&self) {}
        async fn ask_folder(&self, _: &str) -> Option<PathBuf> {
            None
        }
        async fn ask_file(&self, _: &str) -> Option<PathBuf> {
            self.file.lock().unwrap().clone()
        }
        async fn ask_files(&self, _: &str) -> Vec<PathBuf> {
            self.file.lock().unwrap().clone().into_iter().collect()
        }
        async fn ask_new_file(&self, _: &str, _: &str) -> Option<PathBuf> {
            self.file.lock().unwrap().clone()
        }
        async fn ask_yes(&self, _: &str, text: &str, _: &str) -> bool {
            *self.asked.lock().unwrap() = Some(text.to_owned());
            self.agrees.load(Ordering::Relaxed)
        }
        fn downloads(&self) -> Option<PathBuf> {
            None
        }
        fn reveal(&self, _: &Path) {}
        fn open_provider(&self, page: ProviderPage, tell: UnboundedSender<Said>) -> Result<(), String> {
            self.providers.lock().unwrap().push((page, tell));
            Ok(())
        }
        fn show_provider(&self, id: &str) -> bool {
            let providers = self.providers.lock().unwrap();
            providers.iter().any(|(page, _)| page.id == id)
        }
        fn close_provider(&self, id: &str) {
            self.providers.lock().unwrap().retain(|(page, _)| page.id != id);
        }
        fn quit(&self) {
            self.quit.store(true, Ordering::Relaxed);
        }
    }
}
