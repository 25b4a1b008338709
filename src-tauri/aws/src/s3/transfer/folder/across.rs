//! Everything below a prefix to another, of the same or another session's bucket.

use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::future;
use futures::stream::TryStreamExt;
use hatrack_core::bucket::S3Location;
use hatrack_core::bucket::transfer::{Journals, Only};
use tokio::sync::Semaphore;

use super::super::super::copy::{self, Way};
use super::super::super::walk::Found;
use super::super::super::{Encryption, Guard, S3, S3Failure, locked};
use super::super::{Gauge, Job};
use super::sent::{Sent, name_of, told};
use super::{FolderReport, LARGE_AT_ONCE, each};

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
