//! One object down, one file up, one object across, as jobs.

use std::sync::{Arc, Once};

use async_trait::async_trait;

use super::super::copy::{self, Copied};
use super::super::download::{self, Downloaded};
use super::super::upload::{self, Uploaded};
use super::super::{S3, S3Failure};
use super::{FileGauge, Gauge, Job};

/// One object to one file.
#[derive(Debug, Clone)]
pub struct Download {
    /// S3 as the session sees it.
    pub s3: Arc<S3>,
    /// What, and where to.
    pub order: download::Order,
}

/// One file to one object.
#[derive(Debug, Clone)]
pub struct Upload {
    /// S3 as the session sees it.
    pub s3: Arc<S3>,
    /// What, and where to.
    pub order: upload::Order,
}

/// One object to another bucket.
#[derive(Debug, Clone)]
pub struct Copy {
    /// S3 as the session sees it that reads.
    pub source: Arc<S3>,
    /// S3 as the session sees it that writes.
    pub target: Arc<S3>,
    /// What, and where to.
    pub order: copy::Order,
}

/// Counts the one file of a job, found when its size is first told.
struct One<'a> {
    gauge: &'a Gauge,
    file: FileGauge<'a>,
    found: Once,
}

impl<'a> One<'a> {
    fn of(gauge: &'a Gauge, name: &str) -> Self {
        Self {
            gauge,
            file: gauge.file(name, None),
            found: Once::new(),
        }
    }

    fn at(&self, done: u64, total: Option<u64>) {
        self.found.call_once(|| {
            self.gauge.found(total.unwrap_or_default());
            self.gauge.all_found();
        });
        self.file.at(done, total);
    }
}

#[async_trait]
impl Job for Download {
    type Report = Downloaded;

    async fn run(&self, gauge: &Gauge) -> Result<Downloaded, S3Failure> {
        let one = One::of(gauge, &self.order.key);
        let done = self
            .s3
            .fetch(&self.order, &|done, total| one.at(done, total))
            .await?;
        one.file.finished(done.bytes);
        Ok(done)
    }

    async fn discard(&self) -> Result<(), S3Failure> {
        self.s3.discard(&self.order).await
    }

    async fn session_back(&self) {
        self.s3.session_back().await;
    }
}

#[async_trait]
impl Job for Upload {
    type Report = Uploaded;

    async fn run(&self, gauge: &Gauge) -> Result<Uploaded, S3Failure> {
        let one = One::of(gauge, &self.order.key);
        let done = self
            .s3
            .send(&self.order, &|done, total| one.at(done, total))
            .await?;
        one.file.finished(done.bytes);
        Ok(done)
    }

    async fn settled(&self) {
        self.s3.settled().await;
    }

    async fn discard(&self) -> Result<(), S3Failure> {
        self.s3.settled().await;
        self.s3.abandon(&self.order).await
    }

    async fn session_back(&self) {
        self.s3.session_back().await;
    }
}

#[async_trait]
impl Job for Copy {
    type Report = Copied;

    async fn run(&self, gauge: &Gauge) -> Result<Copied, S3Failure> {
        let one = One::of(gauge, &self.order.from.key);
        let progress = |done, total| one.at(done, total);
        let done = self
            .target
            .copy_telling(&self.source, &self.order, &progress, &|way| gauge.goes(way))
            .await?;
        one.file.finished(done.bytes);
        Ok(done)
    }

    async fn settled(&self) {
        self.target.settled().await;
    }

    async fn discard(&self) -> Result<(), S3Failure> {
        self.target.settled().await;
        self.target.abandon_copy(&self.order).await
    }

    async fn session_back(&self) {
        tokio::join!(self.source.session_back(), self.target.session_back());
    }
}
