//! One object down, one file up, as jobs.

use std::sync::Arc;

use async_trait::async_trait;

use super::super::download::{Downloaded, Order};
use super::super::{S3, S3Failure};
use super::{Gauge, Job};

/// One object to one file.
#[derive(Debug, Clone)]
pub struct Download {
    /// S3 as the session sees it.
    pub s3: Arc<S3>,
    /// What, and where to.
    pub order: Order,
}

#[async_trait]
impl Job for Download {
    type Report = Downloaded;

    async fn run(&self, gauge: &Gauge) -> Result<Downloaded, S3Failure> {
        let file = gauge.file(&self.order.key, None);
        let found = std::sync::Once::new();
        let done = self
            .s3
            .fetch(&self.order, &|done, total| {
                found.call_once(|| {
                    gauge.found(total.unwrap_or_default());
                    gauge.all_found();
                });
                file.at(done, total);
            })
            .await?;
        file.finished(done.bytes);
        Ok(done)
    }

    async fn discard(&self) -> Result<(), S3Failure> {
        self.s3.discard(&self.order).await
    }

    async fn session_back(&self) {
        self.s3.session_back().await;
    }
}
