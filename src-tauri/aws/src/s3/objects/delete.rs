//! Deleting, and bringing back what a delete marker hides.
//!
//! Source: Amazon S3 User Guide, "Deleting object versions from a versioning-enabled bucket"; API Reference,
//! "DeleteObjects".

mod lot;
mod why;

use aws_sdk_s3::types::{BucketVersioningStatus, MfaDeleteStatus};
use futures::stream::{self, BoxStream, FuturesUnordered, Stream, StreamExt, TryStreamExt};
use hatrack_core::bucket::{BucketName, S3Location};
use hatrack_core::object_view::{DeletionView, Versioning};
use hatrack_core::sts::AwsFailure;

use super::super::{S3, S3Failure, document};
use super::deletion::{BrokenOff, Deletion, Which};
use super::stop::Stop;

/// Most keys of one DeleteObjects.
const BATCH: usize = 1000;
const IN_FLIGHT: usize = 4;

/// How deep below a prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// What a listing shows. In a bucket with versions, each gets a delete marker.
    Current,
    /// Every version and marker, for good.
    AllVersions,
    /// The delete markers that hide something: deleting them brings it back.
    Markers,
}

/// Whether a key is meant.
pub type Takes<'a> = dyn Fn(&str) -> bool + Send + Sync + 'a;

/// Hears how many are done.
pub type Count<'a> = dyn Fn(u64) + Send + Sync + 'a;

impl S3 {
    /// What deleting in `bucket` means. Where the session may not ask, that is the answer.
    pub async fn deletion(&self, bucket: &BucketName) -> Result<DeletionView, S3Failure> {
        let (client, region) = self.at(bucket).await?;
        let call = self.call("s3:GetBucketVersioning", bucket, None, &region);
        let asked = self
            .signed(|| async {
                client
                    .get_bucket_versioning()
                    .bucket(bucket.as_str())
                    .customize()
                    .config_override(document())
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await;
        let unknown = DeletionView {
            versioning: Versioning::Unknown,
            mfa_delete: false,
        };
        match asked {
            Ok(answer) => Ok(DeletionView {
                versioning: match answer.status() {
                    Some(BucketVersioningStatus::Enabled) => Versioning::Enabled,
                    Some(BucketVersioningStatus::Suspended) => Versioning::Suspended,
                    _ => Versioning::Never,
                },
                mfa_delete: answer.mfa_delete() == Some(&MfaDeleteStatus::Enabled),
            }),
            Err(S3Failure::Denied(_) | S3Failure::Aws(AwsFailure::Refused(_))) => Ok(unknown),
            Err(other) => Err(other),
        }
    }

    /// Deletes these. What S3 refuses of one does not stop the others.
    ///
    /// # Errors
    /// Those of the calls, with what was deleted before.
    pub async fn delete(&self, bucket: &BucketName, these: &[Which]) -> Result<Deletion, BrokenOff> {
        self.delete_these(bucket, these, &|_| (), &Stop::never()).await
    }

    /// The same; `progress` hears how many are done.
    ///
    /// # Errors
    /// As of [`S3::delete`].
    pub async fn delete_these(
        &self,
        bucket: &BucketName,
        these: &[Which],
        progress: &Count<'_>,
        stop: &Stop,
    ) -> Result<Deletion, BrokenOff> {
        let all = stream::iter(these.iter().cloned().map(Ok));
        self.delete_all(bucket, all, progress, stop).await
    }

    /// Deletes everything whose key begins with that of `prefix`.
    ///
    /// # Errors
    /// As of [`S3::delete_chosen`].
    pub async fn delete_below(
        &self,
        prefix: &S3Location,
        reach: Reach,
        progress: &Count<'_>,
        stop: &Stop,
    ) -> Result<Deletion, BrokenOff> {
        self.delete_chosen(prefix, reach, &|_| true, progress, stop).await
    }

    /// Deletes everything whose key begins with that of `prefix` and that `takes` takes. It is listed while it is
    /// deleted: what goes lies behind the mark that the next page begins at.
    ///
    /// # Errors
    /// As of [`S3::delete`], and those of listing.
    pub async fn delete_chosen(
        &self,
        prefix: &S3Location,
        reach: Reach,
        takes: &Takes<'_>,
        progress: &Count<'_>,
        stop: &Stop,
    ) -> Result<Deletion, BrokenOff> {
        let all = self.chosen(prefix, reach, takes);
        self.delete_all(&prefix.bucket, all, progress, stop).await
    }

    /// What [`S3::delete_chosen`] would delete.
    ///
    /// # Errors
    /// Those of listing.
    pub async fn list_chosen(
        &self,
        prefix: &S3Location,
        reach: Reach,
        takes: &Takes<'_>,
    ) -> Result<Vec<Which>, S3Failure> {
        self.chosen(prefix, reach, takes).try_collect().await
    }

    fn chosen<'a>(
        &'a self,
        prefix: &'a S3Location,
        reach: Reach,
        takes: &'a Takes<'a>,
    ) -> BoxStream<'a, Result<Which, S3Failure>> {
        if reach == Reach::Current {
            let found = self.walk(prefix, None).try_filter_map(move |found| {
                let which = takes(&found.key).then(|| Which::object(found.key));
                std::future::ready(Ok(which))
            });
            return found.boxed();
        }
        let found = self.walk_versions(prefix).try_filter_map(move |found| {
            let meant = takes(&found.key) && (reach == Reach::AllVersions || (found.marker && found.latest));
            let which = meant.then(|| Which::version(found.key, found.version_id));
            std::future::ready(Ok(which))
        });
        found.boxed()
    }

    /// Deletes what comes, in lots. Stopped or broken off, the lots under way are waited for, so that what they deleted
    /// is known.
    async fn delete_all(
        &self,
        bucket: &BucketName,
        all: impl Stream<Item = Result<Which, S3Failure>> + Send,
        progress: &Count<'_>,
        stop: &Stop,
    ) -> Result<Deletion, BrokenOff> {
        let mut done = Deletion::default();
        let mut broke = None;
        let mut lots = std::pin::pin!(all.try_chunks(BATCH));
        let (mut going, mut more) = (FuturesUnordered::new(), true);
        loop {
            tokio::select! {
                biased;
                () = stop.asked(), if more => (more, done.stopped) = (false, true),
                Some(lot) = going.next() => {
                    let (told, failure): (Vec<_>, Option<S3Failure>) = lot;
                    told.into_iter().for_each(|one| done.add(one));
                    progress(done.count);
                    more &= failure.is_none();
                    broke = broke.or(failure);
                }
                next = lots.next(), if more && going.len() < IN_FLIGHT => match next {
                    Some(Ok(lot)) => going.push(self.delete_lot(bucket, lot)),
                    Some(Err(failed)) => (more, broke) = (false, broke.or(Some(failed.1))),
                    None => more = false,
                },
                else => break,
            }
        }
        match broke {
            Some(why) => Err(BrokenOff {
                done: Box::new(done),
                why,
            }),
            None => {
                self.explain(bucket, &mut done).await;
                Ok(done)
            }
        }
    }
}
