//! Everything below a folder of this computer to a prefix.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::future;
use futures::stream::TryStreamExt;
use hatrack_core::bucket::S3Location;
use hatrack_core::bucket::transfer::{Journals, Only};
use tokio::sync::Semaphore;

use super::super::super::download::Folder;
use super::super::super::{Guard, S3, S3Failure, Stored, locked, upload};
use super::super::{Gauge, Job};
use super::local::{LocalFile, files_below};
use super::sent::{Sent, name_of, told};
use super::{FolderReport, LARGE, LARGE_AT_ONCE, each};

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
        let send = |file: LocalFile| {
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

    fn place(&self, file: &LocalFile) -> S3Location {
        S3Location {
            bucket: self.to.bucket.clone(),
            key: format!("{}{}", self.to.key, file.name),
        }
    }

    fn order(&self, file: LocalFile) -> upload::Order {
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
