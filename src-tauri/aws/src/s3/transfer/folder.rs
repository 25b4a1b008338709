//! Whole folders: everything below a prefix down, everything below a folder up, everything below a prefix across.
//!
//! Invariants: as many keys are held as are under way, never all; what one object is refused does not stop the others,
//! what would stop all of them does; nothing that a bucket names leaves the folder or overwrites a file there.

mod local;
mod progress;
mod sent;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::future;
use futures::stream::{self, Stream, StreamExt, TryStreamExt};
use hatrack_core::bucket::transfer::{Journals, Only};
use hatrack_core::bucket::{FileRules, LocalPath, S3Location, Skipped, local_path};
use tokio::sync::Semaphore;

use super::super::copy::{self, Way};
use super::super::download::{Destination, Folder};
use super::super::walk::Found;
use super::super::{Encryption, Guard, S3, S3Failure, Stored, download, locked, upload};
use super::{Gauge, Job};
use local::files_below;
use progress::Done;
pub(in super::super) use sent::SentHere;
use sent::{Sent, name_of, told};

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
    /// Which of them.
    pub only: Only,
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
    /// Which of them.
    pub only: Only,
    /// What each is stored with.
    pub stored: Stored,
    /// What each file may replace.
    pub guard: Guard,
    /// Where is kept what an unfinished upload needs.
    pub journals: Option<Arc<dyn Journals>>,
}

/// Everything below a prefix to another.
#[derive(Clone)]
pub struct CopyFolder {
    /// S3 as the session sees it that reads.
    pub source: Arc<S3>,
    /// S3 as the session sees it that writes.
    pub target: Arc<S3>,
    /// The bucket and the prefix.
    pub from: S3Location,
    /// The bucket and the prefix that replaces it.
    pub to: S3Location,
    /// The storage class of each; its source's where left out.
    pub storage_class: Option<String>,
    /// How each is encrypted; the target bucket's way where left out.
    pub encryption: Option<Encryption>,
    /// What each may replace.
    pub guard: Guard,
    /// Which of them.
    pub only: Only,
    /// Where is kept what an unfinished copy needs.
    pub journals: Option<Arc<dyn Journals>>,
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
        let done = Done::open(&self.folder, &self.from, self.only.told(), turn).await?;
        let (files, bytes) = done.before();
        gauge.were_done(files, bytes);
        let report = Mutex::new(FolderReport {
            files,
            bytes,
            ..FolderReport::default()
        });
        let large = Semaphore::new(LARGE_AT_ONCE);
        let again = stream::iter(done.retried().into_iter().map(Ok));
        let walk = self.s3.walk(&self.from, done.reached());
        let walk = walk.try_filter(|found| {
            let below = found.key.strip_prefix(&self.from.key).unwrap_or(&found.key);
            future::ready(self.only.takes(below))
        });
        let walk = walk.and_then(|found| async {
            done.room().await;
            Ok(found)
        });
        let found = again.chain(walk.inspect_ok(|found| done.begin(&found.key)));
        let found = found.inspect_ok(|found| gauge.found(found.size));
        let fetch = |found: Found| self.one(found, gauge, &large, &done);
        each(found, &report, |found| found.key.clone(), fetch).await?;
        gauge.all_found();
        done.through();
        Ok(report.into_inner().unwrap_or_default())
    }

    async fn discard(&self) -> Result<(), S3Failure> {
        // Files that are whole stay: they have their names.
        let turn = self
            .s3
            .turn(format!("{}/{}", self.folder.path().display(), self.from))
            .await;
        let done = Done::open(&self.folder, &self.from, self.only.told(), turn).await?;
        for key in done.begun() {
            // Each lets go of its own part; one that cannot be removed is told, and what is left stays noted.
            if let Ok(path) = local_path(&key, &self.from.key, FileRules::here()) {
                self.s3.discard(&self.order(&key, path, true)).await?;
            }
        }
        done.finished();
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
            done.kept(&found);
            return Ok(found.size);
        }
        let path = match local_path(&found.key, &self.from.key, FileRules::here()) {
            Ok(path) => path,
            Err(skipped) => {
                done.passed(&found, false)?;
                return Err(skipped.into());
            }
        };
        if done.was_brought(&found, &path) {
            gauge.was_done(found.size);
            return Ok(found.size);
        }
        // Only closing it could fail this, and nobody does.
        let _turn = match found.size >= LARGE {
            true => Some(large.acquire().await),
            false => None,
        };
        if found.size > download::ONE_STREAM {
            done.leaves_a_part(&found)?;
        }
        let file = gauge.file(&found.key, Some(found.size));
        let order = self.order(&found.key, path, found.size >= LARGE);
        let naming = Some(done.naming(&found));
        let progress = |done, total| file.at(done, total);
        let got = self.s3.fetch_naming(&order, &progress, naming).await;
        match got {
            Ok(got) => {
                file.finished(got.bytes);
                done.kept(&found);
                Ok(got.bytes)
            }
            Err(failure) => {
                if !failure.passes() {
                    done.passed(&found, true)?;
                }
                Err(failure)
            }
        }
    }

    fn order(&self, key: &str, path: LocalPath, resumable: bool) -> download::Order {
        download::Order {
            bucket: self.from.bucket.clone(),
            key: key.to_owned(),
            folder: self.folder.clone(),
            destination: Destination::Below(path),
            resumable,
        }
    }
}

#[async_trait]
impl Job for UploadFolder {
    type Report = FolderReport;

    async fn run(&self, gauge: &Gauge) -> Result<FolderReport, S3Failure> {
        let report = Mutex::new(FolderReport::default());
        let large = Semaphore::new(LARGE_AT_ONCE);
        let sent = self.sent().await?;
        let folder = Folder::open(&self.folder)?;
        let found = files_below(self.folder.clone(), &report)
            .try_filter(|file| future::ready(self.only.takes(&file.name)))
            .inspect_ok(|file| gauge.found(file.size));
        let send = |file: local::LocalFile| {
            let (large, sent, folder) = (&large, &sent, folder.dir());
            async move {
                let (to, size) = (self.place(&file), file.size);
                let noted = told(&file.name, size, &file.version);
                if sent.is_there(&self.s3, &noted, &to).await? {
                    gauge.was_done(size);
                    return Ok(size);
                }
                let _turn = match size >= LARGE {
                    true => Some(large.acquire().await),
                    false => None,
                };
                let count = gauge.file(&file.name, Some(size));
                let found = upload::Found::Below(Arc::clone(folder), PathBuf::from(&file.name));
                let order = self.order(file);
                let progress = |done, total| count.at(done, total);
                let done = self.s3.send_found(&order, found, &progress).await?;
                // One that was written meanwhile is sent again by the next run.
                if done.bytes == size {
                    sent.note(noted, done.etag.as_deref());
                }
                count.finished(done.bytes);
                Ok(done.bytes)
            }
        };
        each(found, &report, |file| file.name.clone(), send).await?;
        gauge.all_found();
        // What failed is left for the next run, which sends only that.
        if locked(&report).troubled == 0 {
            sent.finished();
        }
        Ok(report.into_inner().unwrap_or_default())
    }

    async fn discard(&self) -> Result<(), S3Failure> {
        self.s3.settled().await;
        self.sent().await?.finished();
        let from = std::path::absolute(&self.folder).unwrap_or_else(|_| self.folder.clone());
        let (to, from) = (&self.to, from.join("").to_string_lossy().into_owned());
        self.s3
            .give_up_below(self.journals.as_ref(), &to.bucket, &to.key, &from)
            .await
    }

    async fn settled(&self) {
        self.s3.settled().await;
    }

    async fn session_back(&self) {
        self.s3.session_back().await;
    }
}

impl UploadFolder {
    /// The names and sizes of what is sent.
    pub async fn files(&self) -> Result<Vec<(String, u64)>, S3Failure> {
        let aside = Mutex::new(FolderReport::default());
        files_below(self.folder.clone(), &aside)
            .try_filter(|file| future::ready(self.only.takes(&file.name)))
            .map_ok(|file| (file.name, file.size))
            .try_collect()
            .await
    }

    /// What an earlier run of the same sent.
    async fn sent(&self) -> Result<Sent, S3Failure> {
        let from = std::path::absolute(&self.folder).unwrap_or_else(|_| self.folder.clone());
        let name = name_of(&self.s3, &from.to_string_lossy(), &self.to, &self.stored.told());
        Sent::open(&self.s3, self.journals.as_ref(), name, &self.folder).await
    }

    fn place(&self, file: &local::LocalFile) -> S3Location {
        S3Location {
            bucket: self.to.bucket.clone(),
            key: format!("{}{}", self.to.key, file.name),
        }
    }

    fn order(&self, file: local::LocalFile) -> upload::Order {
        let to = self.place(&file);
        upload::Order {
            path: file.path,
            bucket: to.bucket,
            key: to.key,
            stored: self.stored.clone(),
            guard: self.guard.clone(),
            journals: self.journals.clone(),
        }
    }
}

#[async_trait]
impl Job for CopyFolder {
    type Report = FolderReport;

    async fn run(&self, gauge: &Gauge) -> Result<FolderReport, S3Failure> {
        let report = Mutex::new(FolderReport::default());
        let large = Semaphore::new(LARGE_AT_ONCE);
        let sent = self.sent().await?;
        let below = |found: &Found| {
            let below = found.key.strip_prefix(&self.from.key);
            below.unwrap_or(&found.key).to_owned()
        };
        let found = self
            .source
            .walk(&self.from, None)
            .try_filter(|found| future::ready(self.only.takes(&below(found))))
            .inspect_ok(|found| gauge.found(found.size));
        let copy = |found: Found| {
            let (large, report, sent) = (&large, &report, &sent);
            let below = below(&found);
            async move {
                let order = copy::Order {
                    from: S3Location {
                        bucket: self.from.bucket.clone(),
                        key: found.key.clone(),
                    },
                    to: S3Location {
                        bucket: self.to.bucket.clone(),
                        key: format!("{}{below}", self.to.key),
                    },
                    storage_class: self.storage_class.clone(),
                    encryption: self.encryption.clone(),
                    guard: self.guard.clone(),
                    journals: self.journals.clone(),
                };
                let noted = found
                    .etag
                    .as_deref()
                    .map(|etag| told(&found.key, found.size, etag));
                if let Some(noted) = &noted
                    && sent.is_there(&self.target, noted, &order.to).await?
                {
                    gauge.was_done(found.size);
                    return Ok(found.size);
                }
                // Those that are streamed are held in memory.
                let _turn = large.acquire().await;
                let count = gauge.file(&found.key, Some(found.size));
                let progress = |done, total| count.at(done, total);
                let copied = self
                    .target
                    .copy_telling(&self.source, &order, &progress, &|way| gauge.goes(way))
                    .await?;
                count.finished(copied.bytes);
                // One that was written since it was listed is copied again by the next run.
                if let Some(noted) = noted.filter(|_| copied.bytes == found.size) {
                    sent.note(noted, copied.etag.as_deref());
                }
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
        // What failed is left for the next run, which sends only that.
        if locked(&report).troubled == 0 {
            sent.finished();
        }
        Ok(report.into_inner().unwrap_or_default())
    }

    async fn discard(&self) -> Result<(), S3Failure> {
        // Objects that are whole stay: they have their names.
        self.target.settled().await;
        self.sent().await?.finished();
        let (to, from) = (&self.to, self.from.to_string());
        self.target
            .give_up_below(self.journals.as_ref(), &to.bucket, &to.key, &from)
            .await
    }

    async fn settled(&self) {
        self.target.settled().await;
    }

    async fn session_back(&self) {
        tokio::join!(self.source.session_back(), self.target.session_back());
    }
}

impl CopyFolder {
    /// What an earlier run of the same copied.
    async fn sent(&self) -> Result<Sent, S3Failure> {
        let how = format!("{:?} {:?}", self.storage_class, self.encryption);
        let from = self.from.to_string();
        let name = name_of(&self.target, &from, &self.to, &how);
        Sent::open(&self.target, self.journals.as_ref(), name, Path::new(&from)).await
    }
}
