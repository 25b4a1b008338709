//! The roles that the last import added, so that it can be undone.

use std::sync::{Mutex, PoisonError};

/// Their keys, in the order in which they were added.
#[derive(Debug, Default)]
pub struct LastImport(Mutex<Vec<String>>);

impl LastImport {
    /// These were added.
    pub fn keep(&self, keys: impl Iterator<Item = String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = keys.collect();
    }

    /// The keys; none the next time, unless they are kept again.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
