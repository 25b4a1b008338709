//! The person's choices, held in memory and written through.

use std::sync::{Arc, PoisonError, RwLock};

use hatrack_core::expiry::Clock;
use hatrack_store::settings::{Settings, SettingsFailure, SettingsFile};

/// The settings of this home. Only the agent writes them.
pub struct Choices {
    file: SettingsFile,
    clock: Arc<dyn Clock>,
    held: RwLock<Arc<Settings>>,
}

impl Choices {
    /// Reads them. Blocks shortly.
    pub fn load(file: SettingsFile, clock: Arc<dyn Clock>) -> Result<Self, SettingsFailure> {
        let loaded = file.load(clock.now().wall)?;
        Ok(Self {
            file,
            clock,
            held: RwLock::new(Arc::new(loaded.settings)),
        })
    }

    /// As they are now.
    pub fn now(&self) -> Arc<Settings> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes them, in memory once they are on disk. Blocks shortly.
    pub fn update(&self, change: impl FnOnce(&mut Settings)) -> Result<Arc<Settings>, SettingsFailure> {
        let written = Arc::new(self.file.update(self.clock.now().wall, change)?);
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = written.clone();
        Ok(written)
    }
}
