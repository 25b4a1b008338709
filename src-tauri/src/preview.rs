//! Previews of objects.
//!
//! Invariants: one object at a time, and what it needs is read by ranges, never the whole; what a newer preview takes
//! the place of is given up at once; nothing in an object runs; what a hostile object can make this process allocate or
//! do is bounded, and known here.

mod hex;
mod kind;
mod packed;
mod parquet;
mod picture;
mod server;
mod source;
mod svg;
mod table;
mod text;
mod view;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

pub use source::{Refused, Source};
pub use view::{of_object, shown};

use crate::wire::{CommandError, HexView};
use server::Served;

/// What the page's previews have here: at most one object.
#[derive(Debug)]
pub struct Previews {
    turn: watch::Sender<u64>,
    open: Mutex<Option<Open>>,
}

/// The object that is shown.
#[derive(Debug)]
struct Open {
    turn: u64,
    source: Arc<dyn Source>,
    /// Ends when it is dropped.
    _served: Option<Served>,
}

impl Default for Previews {
    fn default() -> Self {
        Self {
            turn: watch::Sender::new(0),
            open: Mutex::default(),
        }
    }
}

/// A preview that was begun.
#[derive(Debug)]
pub struct Turn<'a> {
    previews: &'a Previews,
    turn: u64,
}

impl Previews {
    fn open(&self) -> MutexGuard<'_, Option<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins the preview of this turn and closes those before it.
    pub fn begin(&self, turn: u64) -> Turn<'_> {
        self.turn.send_if_modified(|now| {
            let newer = turn > *now;
            *now = turn.max(*now);
            newer
        });
        let mut open = self.open();
        if open.as_ref().is_some_and(|open| open.turn < turn) {
            *open = None;
        }
        drop(open);
        Turn { previews: self, turn }
    }

    /// Closes the preview of this turn and those before it.
    pub fn close(&self, turn: u64) {
        // What is under way has no turn of its own after this.
        self.begin(turn.saturating_add(1));
    }

    /// Bytes of what is shown, from `offset` on.
    pub async fn more(&self, turn: u64, offset: u64) -> Result<HexView, CommandError> {
        let source = self
            .open()
            .as_ref()
            .filter(|open| open.turn == turn)
            .map(|open| open.source.clone());
        let source = source.ok_or_else(superseded)?;
        Turn { previews: self, turn }
            .unless_superseded(async { Ok(hex::more(&*source, offset).await?) })
            .await
    }
}

impl Turn<'_> {
    /// What `work` gives, unless a newer preview takes its place meanwhile: then it is dropped where it stands.
    pub async fn unless_superseded<T>(
        &self,
        work: impl Future<Output = Result<T, CommandError>>,
    ) -> Result<T, CommandError> {
        let mut turns = self.previews.turn.subscribe();
        tokio::select! {
            biased;
            _ = turns.wait_for(|now| *now > self.turn) => Err(superseded()),
            done = work => done,
        }
    }

    /// Keeps what is shown until the next preview.
    pub fn keep(&self, source: Arc<dyn Source>, served: Option<Served>) -> Result<(), CommandError> {
        let mut open = self.previews.open();
        // Looked at under the lock: who closes this turn either finds it open or is seen here.
        if *self.previews.turn.borrow() > self.turn {
            return Err(superseded());
        }
        *open = Some(Open {
            turn: self.turn,
            source,
            _served: served,
        });
        Ok(())
    }
}

fn superseded() -> CommandError {
    CommandError {
        message: "Another object is shown by now.".to_owned(),
        code: Some("superseded".to_owned()),
    }
}

#[cfg(test)]
mod tests;
