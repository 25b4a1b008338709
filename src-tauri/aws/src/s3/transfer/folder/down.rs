//! Everything below a prefix to a folder of this computer.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::future;
use futures::stream::{self, StreamExt, TryStreamExt};
use hatrack_core::bucket::transfer::Only;
use hatrack_core::bucket::{FileRules, LocalPath, S3Location, local_path};
use tokio::sync::Semaphore;

use super::super::super::download::{Destination, Folder};
use super::super::super::walk::Found;
use super::super::super::{S3, S3Failure, download};
use super::super::{Gauge, Job};
use super::progress::Done;
use super::{FolderReport, LARGE, LARGE_AT_ONCE, each};

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
