//! The catalog of each caller, by the files that the caller's environment names.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use hatrack_core::caller::CallerContext;
use hatrack_core::expiry::Clock;
use hatrack_store::aws_files::{AwsFiles, Loaded, Locations, Watch};

use crate::choices::Choices;

/// Every caller's catalog.
pub struct Catalogs {
    clock: Arc<dyn Clock>,
    choices: Arc<Choices>,
    files: Mutex<AwsFiles>,
    watched: Mutex<HashMap<[PathBuf; 2], Weak<Watch>>>,
}

impl Catalogs {
    /// Nothing is read before it is asked for.
    pub fn new(clock: Arc<dyn Clock>, choices: Arc<Choices>) -> Self {
        let said = choices.now();
        let files = AwsFiles::new(said.accounts(), said.added_roles.clone());
        Self {
            clock,
            choices,
            files: Mutex::new(files),
            watched: Mutex::default(),
        }
    }

    /// The catalog of `caller` as the files are now. Blocks shortly where a file has changed.
    pub fn of(&self, caller: &CallerContext) -> Arc<Loaded> {
        let locations = Locations::of_caller(caller);
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.current(&locations, self.clock.now().wall)
    }

    /// The settings have changed: accounts have other names, or roles were added. Without another reason, this also
    /// makes every file be read again.
    pub fn settings_changed(&self) {
        let said = self.choices.now();
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.set_settings(said.accounts(), said.added_roles.clone());
    }

    /// Has `changed` called after each change of `caller`'s files, for as long as what is returned is held. Who watches
    /// the same files shares one watch.
    pub fn watch(
        &self,
        caller: &CallerContext,
        changed: impl FnMut() + Send + 'static,
    ) -> Option<Arc<Watch>> {
        let files = Locations::of_caller(caller).both().map(|file| file.path.clone());
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.retain(|_, watch| watch.strong_count() > 0);
        if let Some(shared) = watched.get(&files).and_then(Weak::upgrade) {
            return Some(shared);
        }
        match Watch::start(files.to_vec(), changed) {
            Ok(watch) => {
                let watch = Arc::new(watch);
                watched.insert(files, Arc::downgrade(&watch));
                Some(watch)
            }
            Err(why) => {
                tracing::warn!(%why, "changes of the shared files show late");
                None
            }
        }
    }
}
