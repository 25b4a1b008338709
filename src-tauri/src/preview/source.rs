//! Where an object's bytes come from.

use std::fmt;
use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt};
use hatrack_aws::s3::{ObjectRef, S3, S3Failure};
use hatrack_core::bucket::transfer::Range;

use crate::wire::CommandError;

/// Why bytes could not be read, in words for the person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

impl From<S3Failure> for Refused {
    fn from(failure: S3Failure) -> Self {
        match failure {
            S3Failure::Changed { .. } => {
                Self("The object has changed since it was opened. Open it again.".to_owned())
            }
            other => Self(CommandError::from(other).message),
        }
    }
}

impl From<Refused> for CommandError {
    fn from(refused: Refused) -> Self {
        Self::new(refused)
    }
}

impl From<Refused> for io::Error {
    fn from(refused: Refused) -> Self {
        Self::other(refused)
    }
}

/// One version of one object.
#[async_trait]
pub trait Source: fmt::Debug + Send + Sync {
    /// Bytes of the whole.
    fn size(&self) -> u64;

    /// A range of it, which lies within it; for small ones.
    async fn range(&self, range: Range) -> Result<Bytes, Refused>;

    /// The same as it comes: nothing is fetched that is not taken.
    async fn stream(&self, range: Range) -> Result<BoxStream<'static, Result<Bytes, Refused>>, Refused>;
}

/// An object in S3.
#[derive(Debug)]
pub struct InS3 {
    /// S3 as the session sees it.
    pub s3: Arc<S3>,
    /// The object.
    pub object: ObjectRef,
    /// Its entity tag: bytes of another version are never given.
    pub etag: Option<String>,
    /// Its size.
    pub size: u64,
}

#[async_trait]
impl Source for InS3 {
    fn size(&self) -> u64 {
        self.size
    }

    async fn range(&self, range: Range) -> Result<Bytes, Refused> {
        Ok(self
            .s3
            .range_of(&self.object, self.etag.as_deref(), range)
            .await?)
    }

    async fn stream(&self, range: Range) -> Result<BoxStream<'static, Result<Bytes, Refused>>, Refused> {
        let bytes = self
            .s3
            .bytes_of(&self.object, self.etag.as_deref(), range)
            .await?;
        Ok(bytes.map(|bytes| bytes.map_err(Refused::from)).boxed())
    }
}
