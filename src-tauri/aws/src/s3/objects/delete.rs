//! Deleting, and bringing back what a delete marker hides.
//!
//! Source: Amazon S3 User Guide, "Deleting object versions from a versioning-enabled bucket"; API Reference,
//! "DeleteObjects".

use std::collections::HashMap;

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{BucketVersioningStatus, Delete, MfaDeleteStatus, ObjectIdentifier};
use futures::stream::{self, BoxStream, Stream, StreamExt, TryStreamExt};
use hatrack_core::bucket::{BucketName, S3Location};
use hatrack_core::object_view::{DeletionView, Versioning};
use hatrack_core::sts::{AwsFailure, Refusal};

use super::super::{S3, S3Failure, document};

/// Most keys of one DeleteObjects.
const BATCH: usize = 1000;
const IN_FLIGHT: usize = 4;
const ONE_BY_ONE: usize = 16;
/// What is kept of failures and of markers: enough to show and to undo, whatever the prefix holds.
const MOST_TOLD: usize = 1000;
const MOST_UNDONE: usize = 100_000;

/// An object, or one version of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Which {
    /// The whole key.
    pub key: String,
    /// The version, to delete it for good; `None` for the object as it stands.
    pub version_id: Option<String>,
}

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

/// One that is deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// What was asked.
    pub which: Which,
    /// The delete marker that hides it now: deleting that brings it back.
    pub marker: Option<String>,
}

/// One that is still there.
#[derive(Debug)]
pub struct NotDeleted {
    /// What was asked.
    pub which: Which,
    /// What happened and what to do.
    pub why: S3Failure,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Deletion {
    /// How many are deleted.
    pub count: u64,
    /// The first of them, for undoing.
    pub deleted: Vec<Deleted>,
    /// How many are not.
    pub failures: u64,
    /// The first of them.
    pub failed: Vec<NotDeleted>,
}

impl Deletion {
    /// What brings it all back: the markers. `None` where something is gone for good.
    pub fn undo(&self) -> Option<Vec<Which>> {
        let known = u64::try_from(self.deleted.len()).ok() == Some(self.count);
        if !known || self.count == 0 {
            return None;
        }
        let markers = self.deleted.iter().map(|one| {
            Some(Which {
                key: one.which.key.clone(),
                // While versioning is suspended the marker takes the place of the version that had no ID: it is gone.
                version_id: Some(one.marker.clone().filter(|marker| marker != "null")?),
            })
        });
        markers.collect()
    }

    /// Adds what came of another one.
    pub fn take(&mut self, other: Self) {
        self.count += other.count;
        self.failures += other.failures;
        self.deleted.extend(other.deleted);
        self.deleted.truncate(MOST_UNDONE);
        self.failed.extend(other.failed);
        self.failed.truncate(MOST_TOLD);
    }

    fn add(&mut self, one: Result<Deleted, Box<NotDeleted>>) {
        match one {
            Ok(deleted) => {
                self.count += 1;
                if self.deleted.len() < MOST_UNDONE {
                    self.deleted.push(deleted);
                }
            }
            Err(failed) => {
                self.failures += 1;
                if self.failed.len() < MOST_TOLD {
                    self.failed.push(*failed);
                }
            }
        }
    }
}

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
    /// Those of the calls: what was deleted before is not told then.
    pub async fn delete(&self, bucket: &BucketName, these: &[Which]) -> Result<Deletion, S3Failure> {
        let all = stream::iter(these.iter().cloned().map(Ok));
        self.delete_all(bucket, all, &|_| ()).await
    }

    /// Deletes everything whose key begins with that of `prefix`; `progress` hears how many are done.
    ///
    /// # Errors
    /// As of [`S3::delete`], and those of listing.
    pub async fn delete_below(
        &self,
        prefix: &S3Location,
        reach: Reach,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Deletion, S3Failure> {
        self.delete_chosen(prefix, reach, &|_| true, progress).await
    }

    /// The same of the keys that `takes` takes. It is listed while it is deleted: what goes lies behind the mark that the
    /// next page begins at.
    ///
    /// # Errors
    /// As of [`S3::delete_below`].
    pub async fn delete_chosen(
        &self,
        prefix: &S3Location,
        reach: Reach,
        takes: &Takes<'_>,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Deletion, S3Failure> {
        let all = self.chosen(prefix, reach, takes);
        self.delete_all(&prefix.bucket, all, progress).await
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
                let which = takes(&found.key).then_some(Which {
                    key: found.key,
                    version_id: None,
                });
                std::future::ready(Ok(which))
            });
            return found.boxed();
        }
        let found = self.walk_versions(prefix).try_filter_map(move |found| {
            let meant = takes(&found.key) && (reach == Reach::AllVersions || (found.marker && found.latest));
            let which = meant.then_some(Which {
                key: found.key,
                version_id: Some(found.version_id),
            });
            std::future::ready(Ok(which))
        });
        found.boxed()
    }

    /// Deletes what comes, in batches.
    async fn delete_all(
        &self,
        bucket: &BucketName,
        all: impl Stream<Item = Result<Which, S3Failure>> + Send,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Deletion, S3Failure> {
        let mut done = Deletion::default();
        let batches = all
            .try_chunks(BATCH)
            .map_err(|stopped| stopped.1)
            .map_ok(|batch| self.batch(bucket, batch))
            .try_buffer_unordered(IN_FLIGHT);
        let mut batches = std::pin::pin!(batches);
        while let Some(batch) = batches.try_next().await? {
            batch.into_iter().for_each(|one| done.add(one));
            progress(done.count);
        }
        self.explain(bucket, &mut done).await;
        Ok(done)
    }

    /// Why a version stays: S3's refusal does not say.
    async fn explain(&self, bucket: &BucketName, done: &mut Deletion) {
        let of_version =
            |one: &&mut NotDeleted| one.which.version_id.is_some() && matches!(one.why, S3Failure::Denied(_));
        let Some(first) = done.failed.iter_mut().find(of_version) else {
            return;
        };
        let which = first.which.clone();
        let mfa = matches!(self.deletion(bucket).await, Ok(view) if view.mfa_delete);
        let place = S3Location {
            bucket: bucket.clone(),
            key: which.key.clone(),
        };
        let locked = self.locked(&place, which.version_id.as_deref()).await;
        let reason = match (mfa, locked) {
            (true, _) => {
                "the bucket wants an MFA code for it (MFA delete), which only its owner's root user can give"
                    .to_owned()
            }
            (false, Some(lock)) => format!("it is locked: {lock}"),
            (false, None) => return,
        };
        if let S3Failure::Denied(denial) = &mut first.why {
            denial.summary = format!(
                "{} on s3://{bucket}/{} was denied: {reason}",
                denial.action, which.key
            );
        }
    }

    async fn batch(
        &self,
        bucket: &BucketName,
        batch: Vec<Which>,
    ) -> Result<Vec<Result<Deleted, Box<NotDeleted>>>, S3Failure> {
        let (client, region) = self.at(bucket).await?;
        // The list is XML, which cannot hold every character that a key may.
        let (listed, other): (Vec<_>, Vec<_>) = batch.into_iter().partition(|which| fits_xml(&which.key));
        let (listed, other) = match listed.len() {
            1 => (Vec::new(), listed.into_iter().chain(other).collect()),
            _ => (listed, other),
        };
        let mut done = Vec::new();
        if !listed.is_empty() {
            match self.listed(&client, bucket, &region, &listed).await {
                Ok(told) => done.extend(told),
                // Some servers do not know the list.
                Err(S3Failure::Aws(AwsFailure::Refused(refusal))) if refusal.status == 501 => {
                    done.extend(self.one_by_one(&client, bucket, &region, listed).await?);
                }
                Err(other) => return Err(other),
            }
        }
        done.extend(self.one_by_one(&client, bucket, &region, other).await?);
        Ok(done)
    }

    async fn listed(
        &self,
        client: &Client,
        bucket: &BucketName,
        region: &str,
        listed: &[Which],
    ) -> Result<Vec<Result<Deleted, Box<NotDeleted>>>, S3Failure> {
        let call = self.call("s3:DeleteObject", bucket, None, region);
        let identifiers = listed.iter().map(|which| {
            ObjectIdentifier::builder()
                .key(&which.key)
                .set_version_id(which.version_id.clone())
                .build()
        });
        let list = identifiers
            .collect::<Result<Vec<_>, _>>()
            .and_then(|objects| Delete::builder().set_objects(Some(objects)).build())
            .map_err(|_| call.garbled("the list of keys could not be made"))?;
        let answer = self
            .signed(|| async {
                client
                    .delete_objects()
                    .bucket(bucket.as_str())
                    .delete(list.clone())
                    .customize()
                    .config_override(document())
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await?;
        let mut refused: HashMap<(&str, Option<&str>), Refusal> = HashMap::new();
        for error in answer.errors() {
            let of = (error.key().unwrap_or_default(), error.version_id());
            refused.insert(
                of,
                Refusal {
                    code: error.code().unwrap_or("InternalError").to_owned(),
                    message: error.message().unwrap_or_default().to_owned(),
                    request_id: None,
                    status: 0,
                },
            );
        }
        let mut markers: HashMap<(&str, Option<&str>), &str> = HashMap::new();
        for done in answer.deleted() {
            if let (Some(key), Some(true), Some(marker)) =
                (done.key(), done.delete_marker(), done.delete_marker_version_id())
            {
                markers.insert((key, done.version_id()), marker);
            }
        }
        let told = listed.iter().map(|which| {
            let of = (which.key.as_str(), which.version_id.as_deref());
            // Some servers leave the version out of an error.
            let refusal = refused.remove(&of).or_else(|| refused.remove(&(of.0, None)));
            match refusal {
                Some(refusal) => {
                    let call = self.call(action(which), bucket, Some(&which.key), region);
                    Err(Box::new(NotDeleted {
                        which: which.clone(),
                        why: call.refused(refusal),
                    }))
                }
                None => Ok(Deleted {
                    which: which.clone(),
                    marker: markers
                        .get(&of)
                        .filter(|_| which.version_id.is_none())
                        .map(|id| (*id).to_owned()),
                }),
            }
        });
        Ok(told.collect())
    }

    async fn one_by_one(
        &self,
        client: &Client,
        bucket: &BucketName,
        region: &str,
        these: Vec<Which>,
    ) -> Result<Vec<Result<Deleted, Box<NotDeleted>>>, S3Failure> {
        stream::iter(these)
            .map(|which| async move {
                match self.delete_one(client, bucket, region, &which, None).await {
                    Ok(marker) => Ok(Ok(Deleted { which, marker })),
                    Err(failure) if failure.wants_session() || failure.passes() => Err(failure),
                    Err(why) => Ok(Err(Box::new(NotDeleted { which, why }))),
                }
            })
            .buffer_unordered(ONE_BY_ONE)
            .try_collect()
            .await
    }

    /// Deletes one, only while it has the entity tag that is given. Returns the marker that hides it now.
    pub(super) async fn delete_one(
        &self,
        client: &Client,
        bucket: &BucketName,
        region: &str,
        which: &Which,
        if_match: Option<&str>,
    ) -> Result<Option<String>, S3Failure> {
        let call = self.call(action(which), bucket, Some(&which.key), region);
        let answer = self
            .signed(|| async {
                client
                    .delete_object()
                    .bucket(bucket.as_str())
                    .key(&which.key)
                    .set_version_id(which.version_id.clone())
                    .set_if_match(if_match.map(str::to_owned))
                    .customize()
                    .config_override(document())
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await?;
        let made = which.version_id.is_none() && answer.delete_marker() == Some(true);
        Ok(answer.version_id.filter(|_| made))
    }
}

fn action(which: &Which) -> &'static str {
    match which.version_id {
        Some(_) => "s3:DeleteObjectVersion",
        None => "s3:DeleteObject",
    }
}

/// Whether XML 1.0 can hold it, as it is, through a parser: no control characters, no line ends that it would change.
fn fits_xml(key: &str) -> bool {
    !key.chars()
        .any(|c| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
}
