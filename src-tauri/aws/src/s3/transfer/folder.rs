//! Whole folders: everything below a prefix down, everything below a folder up, everything below a prefix across.
//!
//! Invariants: as many keys are held as are under way, never all; what one object is refused does not stop the others,
//! what would stop all of them does; nothing that a bucket names leaves the folder or overwrites a file there.

mod local;
mod progress;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::stream::{Stream, TryStreamExt};
use hatrack_core::bucket::transfer::Journals;
use hatrack_core::bucket::{FileRules, S3Location, Skipped, local_path};
use tokio::sync::Semaphore;

use super::super::copy::{self, Way};
use super::super::download::{Destination, Folder};
use super::super::walk::Found;
use super::super::{Guard, S3, S3Failure, Stored, download, locked, upload};
use super::{Gauge, Job};
use local::files_below;
use progress::Done;

/// Small objects under way at once: what counts for them is the time until the first byte.
const AT_ONCE: usize = 192;
/// Larger ones, which have parts of their own under way.
const LARGE_AT_ONCE: usize = 16;
/// From here an object is a larger one.
const LARGE: u64 = 1024 * 1024;
/// So many troubles are told one by one; the rest are counted.
const MOST_TOLD: usize = 1000;

/// What came of a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FolderReport {
    /// Files that are there now.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// What was left out or failed, and why: the first of them.
    pub troubles: Vec<Trouble>,
    /// How many troubles there are.
    pub troubled: u64,
    /// Copies that went through this machine.
    pub streamed: u64,
    /// Why, for the first of them.
    pub why_streamed: Option<String>,
    /// Of how many objects something could not be taken along.
    pub noted: u64,
    /// What, for the first of them.
    pub note: Option<String>,
}

/// One object or file that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Its key or path.
    pub name: String,
    /// What happened and what to do.
    pub why: String,
}

impl FolderReport {
    fn trouble(&mut self, name: String, why: String) {
        self.troubled += 1;
        if self.troubles.len() < MOST_TOLD {
            self.troubles.push(Trouble { name, why });
        }
    }
}

/// Everything below a prefix to a folder.
#[derive(Debug, Clone)]
pub struct DownloadFolder {
    /// S3 as the session sees it.
    pub s3: Arc<S3>,
    /// The bucket and the prefix; the prefix falls away from the names.
    pub from: S3Location,
    /// Into this folder.
    pub folder: Folder,
}

/// Everything below a folder to a prefix. Links are left out.
#[derive(Clone)]
pub struct UploadFolder {
    /// S3 as the session sees it.
    pub s3: Arc<S3>,
    /// This folder.
    pub folder: PathBuf,
    /// The bucket and the prefix, which goes before each name.
    pub to: S3Location,
    /// Where is kept what an unfinished upload needs.
    pub journals: Option<Arc<dyn Journals>>,
}

/// Everything below a prefix to another.
#[derive(Debug, Clone)]
pub struct CopyFolder {
    /// S3 as the session sees it that reads.
    pub source: Arc<S3>,
    /// S3 as the session sees it that writes.
    pub target: Arc<S3>,
    /// The bucket and the prefix.
    pub from: S3Location,
    /// The bucket and the prefix that replaces it.
    pub to: S3Location,
}

/// Runs `each` on what `found` gives, some at once. A trouble of one is noted; one of all stops the run.
async fn each<T, F>(
    found: impl Stream<Item = Result<T, S3Failure>>,
    report: &Mutex<FolderReport>,
    name: impl Fn(&T) -> String,
    each: impl Fn(T) -> F,
) -> Result<(), S3Failure>
where
    F: Future<Output = Result<u64, S3Failure>>,
{
    found
        .try_for_each_concurrent(AT_ONCE, |one| {
            let name = name(&one);
            let done = each(one);
            async move {
                match done.await {
                    Ok(bytes) => {
                        let mut report = locked(report);
                        report.files += 1;
                        report.bytes += bytes;
                        Ok(())
                    }
                    // The stand-in for a folder is no file that is missing.
                    Err(S3Failure::Skipped(Skipped::Folder(_))) => Ok(()),
                    Err(failure) if failure.passes() => Err(failure),
                    Err(failure) => {
                        locked(report).trouble(name, failure.to_string());
                        Ok(())
                    }
                }
            }
        })
        .await
}

#[async_trait]
impl Job for DownloadFolder {
    type Report = FolderReport;

    async fn run(&self, gauge: &Gauge) -> Result<FolderReport, S3Failure> {
        let turn = self
            .s3
            .turn(format!("{}/{}", self.folder.path().display(), self.from))
            .await;
        let done = Done::open(&self.folder, &self.from, turn).await?;
        let (files, bytes) = done.before();
        gauge.were_done(files, bytes);
        let report = Mutex::new(FolderReport {
            files,
            bytes,
            ..FolderReport::default()
        });
        let large = Semaphore::new(LARGE_AT_ONCE);
        let found = self.s3.walk(&self.from, done.reached()).inspect_ok(|found| {
            gauge.found(found.size);
            done.begin(&found.key);
        });
        let fetch = |found: Found| self.one(found, gauge, &large, &done);
        each(found, &report, |found| found.key.clone(), fetch).await?;
        gauge.all_found();
        done.finished();
        Ok(report.into_inner().unwrap_or_default())
    }

    async fn discard(&self) -> Result<(), S3Failure> {
        // Files that are whole stay: they have their names.
        let turn = self
            .s3
            .turn(format!("{}/{}", self.folder.path().display(), self.from))
            .await;
        Done::open(&self.folder, &self.from, turn).await?.finished();
        Ok(())
    }

    async fn session_back(&self) {
        self.s3.session_back().await;
    }
}

impl DownloadFolder {
    async fn one(
        &self,
        found: Found,
        gauge: &Gauge,
        large: &Semaphore,
        done: &Done,
    ) -> Result<u64, S3Failure> {
        if done.is_there(&found) {
            gauge.was_done(found.size);
            done.note(&found, None).await?;
            return Ok(found.size);
        }
        let path = match local_path(&found.key, &self.from.key, FileRules::here()) {
            Ok(path) => path,
            Err(skipped) => {
                done.note(&found, None).await?;
                return Err(skipped.into());
            }
        };
        // Only closing it could fail this, and nobody does.
        let _turn = match found.size >= LARGE {
            true => Some(large.acquire().await),
            false => None,
        };
        let file = gauge.file(&found.key, Some(found.size));
        let order = download::Order {
            bucket: self.from.bucket.clone(),
            key: found.key.clone(),
            folder: self.folder.clone(),
            destination: Destination::Below(path),
            resumable: found.size >= LARGE,
        };
        let got = self.s3.fetch(&order, &|done, total| file.at(done, total)).await;
        match got {
            Ok(got) => {
                file.finished(got.bytes);
                done.note(&found, Some(&got.path)).await?;
                Ok(got.bytes)
            }
            Err(failure) => {
                if !failure.passes() {
                    done.note(&found, None).await?;
                }
                Err(failure)
            }
        }
    }
}

#[async_trait]
impl Job for UploadFolder {
    type Report = FolderReport;

    async fn run(&self, gauge: &Gauge) -> Result<FolderReport, S3Failure> {
        let report = Mutex::new(FolderReport::default());
        let large = Semaphore::new(LARGE_AT_ONCE);
        let found = files_below(self.folder.clone(), &report).inspect_ok(|file| gauge.found(file.size));
        let send = |file: local::LocalFile| {
            let large = &large;
            async move {
                let order = upload::Order {
                    path: file.path,
                    bucket: self.to.bucket.clone(),
                    key: format!("{}{}", self.to.key, file.name),
                    stored: Stored::default(),
                    guard: Guard::Anything,
                    journals: self.journals.clone(),
                };
                let _turn = match file.size >= LARGE {
                    true => Some(large.acquire().await),
                    false => None,
                };
                let count = gauge.file(&file.name, Some(file.size));
                let sent = self.s3.send(&order, &|done, total| count.at(done, total)).await?;
                count.finished(sent.bytes);
                Ok(sent.bytes)
            }
        };
        each(found, &report, |file| file.name.clone(), send).await?;
        gauge.all_found();
        Ok(report.into_inner().unwrap_or_default())
    }

    async fn discard(&self) -> Result<(), S3Failure> {
        self.s3.settled().await;
        let nothing = Mutex::new(FolderReport::default());
        files_below(self.folder.clone(), &nothing)
            .try_for_each_concurrent(LARGE_AT_ONCE, |file| async move {
                if file.size <= upload::ONE_REQUEST {
                    return Ok(());
                }
                let order = upload::Order {
                    path: file.path,
                    bucket: self.to.bucket.clone(),
                    key: format!("{}{}", self.to.key, file.name),
                    stored: Stored::default(),
                    guard: Guard::Anything,
                    journals: self.journals.clone(),
                };
                self.s3.abandon(&order).await
            })
            .await
    }

    async fn session_back(&self) {
        self.s3.session_back().await;
    }
}

#[async_trait]
impl Job for CopyFolder {
    type Report = FolderReport;

    async fn run(&self, gauge: &Gauge) -> Result<FolderReport, S3Failure> {
        let report = Mutex::new(FolderReport::default());
        let large = Semaphore::new(LARGE_AT_ONCE);
        let found = self
            .source
            .walk(&self.from, None)
            .inspect_ok(|found| gauge.found(found.size));
        let copy = |found: Found| {
            let (large, report) = (&large, &report);
            async move {
                let below = found.key.strip_prefix(&self.from.key).unwrap_or(&found.key);
                let order = copy::Order {
                    from: S3Location {
                        bucket: self.from.bucket.clone(),
                        key: found.key.clone(),
                    },
                    to: S3Location {
                        bucket: self.to.bucket.clone(),
                        key: format!("{}{below}", self.to.key),
                    },
                    storage_class: None,
                    encryption: None,
                    guard: Guard::Anything,
                };
                // Those that are streamed are held in memory.
                let _turn = large.acquire().await;
                let count = gauge.file(&found.key, Some(found.size));
                let progress = |done, total| count.at(done, total);
                let copied = self.target.copy_from(&self.source, &order, &progress).await?;
                count.finished(copied.bytes);
                let mut report = locked(report);
                if let Way::Streamed { why } = copied.way {
                    report.streamed += 1;
                    report.why_streamed.get_or_insert(why);
                }
                if let Some(note) = copied.notes.into_iter().next() {
                    report.noted += 1;
                    report.note.get_or_insert(note);
                }
                Ok(copied.bytes)
            }
        };
        each(found, &report, |found| found.key.clone(), copy).await?;
        gauge.all_found();
        Ok(report.into_inner().unwrap_or_default())
    }

    async fn discard(&self) -> Result<(), S3Failure> {
        // Objects that are whole stay: they have their names.
        self.target.settled().await;
        Ok(())
    }

    async fn session_back(&self) {
        tokio::join!(self.source.session_back(), self.target.session_back());
    }
}
