//! The pages of sign-ins that wait for the person, so that one can be opened again.
//!
//! The page of the window names a sign-in, never an address: nothing else can be opened by it.

use std::sync::{Mutex, PoisonError};

use hatrack_core::portal_view::SignInView;

/// More than are ever under way at once.
const KEPT: usize = 16;

/// The last pages.
#[derive(Debug, Default)]
pub struct SignInPages(Mutex<Vec<SignInView>>);

impl SignInPages {
    /// Remembers the page of `sign_in`.
    pub fn keep(&self, sign_in: &SignInView) {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pages.retain(|known| known.id != sign_in.id);
        pages.push(sign_in.clone());
        if pages.len() > KEPT {
            pages.remove(0);
        }
    }

    /// The page of the sign-in `id`.
    pub fn of(&self, id: &str) -> Option<SignInView> {
        let pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pages.iter().find(|known| known.id == id).cloned()
    }
}
