//! Several objects or files as one transfer.
//!
//! Invariant: what is there is not transferred again, also after a pause; what one is refused does not stop the others.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, Once, PoisonError};

use async_trait::async_trait;
use futures::stream::{self, TryStreamExt};
use hatrack_aws::s3::copy::Way;
use hatrack_aws::s3::transfer::{Copy, Download, Gauge, Job, Upload};
use hatrack_aws::s3::{S3Failure, upload};

use super::work::{Report, left_out, noted};

/// So many at once: they may be large or small.
const AT_ONCE: usize = 32;

/// One of them.
pub enum Piece {
    /// An object down.
    Down(Download),
    /// A file up.
    Up(Box<Upload>),
    /// An object across.
    Across(Box<Copy>),
}

/// Several, each by its name, with what stands against those that cannot be.
pub struct Several {
    pieces: Vec<(String, Result<Piece, String>)>,
    there: Arc<Mutex<BTreeSet<String>>>,
}

/// What came of one.
struct Made {
    bytes: u64,
    note: Option<String>,
}

/// Counts, and the first of what there is to say.
#[derive(Default)]
struct Tally {
    files: u64,
    bytes: u64,
    failed: u64,
    first: Option<(String, String)>,
    note: Option<String>,
}

impl Several {
    /// `there` holds the names of those that are there already.
    pub fn new(pieces: Vec<(String, Result<Piece, String>)>, there: Arc<Mutex<BTreeSet<String>>>) -> Self {
        Self { pieces, there }
    }

    fn there(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.there.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn first(&self) -> Option<&Piece> {
        self.pieces.iter().find_map(|(_, piece)| piece.as_ref().ok())
    }
}

impl Piece {
    async fn run(&self, name: &str, gauge: &Gauge) -> Result<Made, S3Failure> {
        let file = gauge.file(name, None);
        let sized = Once::new();
        let progress = |done: u64, total: Option<u64>| {
            sized.call_once(|| gauge.sized(total.unwrap_or_default()));
            file.at(done, total);
        };
        let made = match self {
            Self::Down(job) => Made {
                bytes: job.s3.fetch(&job.order, &progress).await?.bytes,
                note: None,
            },
            Self::Up(job) => Made {
                bytes: job.s3.send(&job.order, &progress).await?.bytes,
                note: None,
            },
            Self::Across(job) => {
                let goes = |way: &Way| gauge.goes(way);
                let done = job
                    .target
                    .copy_telling(&job.source, &job.order, &progress, &goes)
                    .await?;
                Made {
                    bytes: done.bytes,
                    note: noted(done.notes.first(), &done.way),
                }
            }
        };
        file.finished(made.bytes);
        Ok(made)
    }
}

#[async_trait]
impl Job for Several {
    type Report = Report;

    async fn run(&self, gauge: &Gauge) -> Result<Report, S3Failure> {
        let tally = Mutex::new(Tally::default());
        let locked = || tally.lock().unwrap_or_else(PoisonError::into_inner);
        let there = self.there().clone();
        for (name, _) in &self.pieces {
            gauge.found(0);
            if there.contains(name) {
                gauge.was_done(0);
                locked().files += 1;
            }
        }
        stream::iter(
            self.pieces
                .iter()
                .filter(|(name, _)| !there.contains(name))
                .map(Ok),
        )
        .try_for_each_concurrent(AT_ONCE, |(name, piece)| async move {
            let made = match piece {
                Ok(piece) => piece.run(name, gauge).await,
                Err(why) => {
                    locked().leave_out(name, why.clone());
                    return Ok(());
                }
            };
            match made {
                Ok(made) => {
                    self.there().insert(name.clone());
                    let mut tally = locked();
                    tally.files += 1;
                    tally.bytes += made.bytes;
                    tally.note = tally.note.take().or(made.note);
                    Ok(())
                }
                Err(failure) if failure.passes() => Err(failure),
                Err(failure) => {
                    locked().leave_out(name, failure.to_string());
                    Ok(())
                }
            }
        })
        .await?;
        gauge.all_found();
        Ok(tally.into_inner().unwrap_or_default().report())
    }

    async fn discard(&self) -> Result<(), S3Failure> {
        let there = self.there().clone();
        let left = self.pieces.iter().filter(|(name, _)| !there.contains(name));
        let mut first = None;
        for piece in left.filter_map(|(_, piece)| piece.as_ref().ok()) {
            let gone = match piece {
                Piece::Down(job) => job.discard().await,
                // Smaller ones go whole or not at all.
                Piece::Up(job) if is_small(job) => Ok(()),
                Piece::Up(job) => job.discard().await,
                Piece::Across(job) => job.discard().await,
            };
            first = first.or(gone.err());
        }
        first.map_or(Ok(()), Err)
    }

    async fn session_back(&self) {
        match self.first() {
            Some(Piece::Down(job)) => job.session_back().await,
            Some(Piece::Up(job)) => job.session_back().await,
            Some(Piece::Across(job)) => job.session_back().await,
            None => {}
        }
    }
}

fn is_small(job: &Upload) -> bool {
    let found = std::fs::metadata(&job.order.path);
    found.is_ok_and(|found| found.len() <= upload::ONE_REQUEST)
}

impl Tally {
    fn leave_out(&mut self, name: &str, why: String) {
        self.failed += 1;
        self.first.get_or_insert_with(|| (name.to_owned(), why));
    }

    fn report(self) -> Report {
        let left_out = self
            .first
            .map(|(name, why)| left_out(self.failed, self.files, &name, &why));
        Report {
            target: None,
            files: self.files,
            bytes: self.bytes,
            failed: self.failed,
            note: left_out.or(self.note),
        }
    }
}
