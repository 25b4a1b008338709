//! Up to a thousand deleted in one call, or one by one where the call cannot name them.

mod said;

use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use futures::stream::{self, StreamExt};
use hatrack_core::bucket::{BucketName, S3Location};
use hatrack_core::sts::AwsFailure;

use super::super::super::pages::PageAsk;
use super::super::super::{S3, S3Failure, document, is_aws};
use super::super::deletion::{Deleted, NotDeleted, Told, Which};
use said::Said;

const ONE_BY_ONE: usize = 16;
/// So many refusals, and nothing deleted: the others would be refused too.
const MOST_REFUSED: usize = 64;

/// What came of a lot, and what broke it off.
type Lot = (Vec<Told>, Option<S3Failure>);

/// Where a lot is deleted.
struct At<'a> {
    s3: &'a S3,
    client: Client,
    bucket: &'a BucketName,
    region: String,
}

impl S3 {
    /// Deletes these.
    pub(super) async fn delete_lot(&self, bucket: &BucketName, lot: Vec<Which>) -> Lot {
        let (client, region) = match self.at(bucket).await {
            Ok(at) => at,
            Err(failure) => return (Vec::new(), Some(failure)),
        };
        let at = At {
            s3: self,
            client,
            bucket,
            region,
        };
        at.delete(lot).await
    }

    /// Whether an object has an entity tag. Who may not read it may have listed it.
    ///
    /// # Errors
    /// There is none of that key; S3's.
    pub(in crate::s3) async fn is_as_seen(&self, place: &S3Location, etag: &str) -> Result<bool, S3Failure> {
        let now = match self.head(place, None).await {
            Ok(head) => head.e_tag,
            Err(S3Failure::Denied(denial)) => match self.listed_etag(place).await {
                Ok(etag) => etag,
                Err(S3Failure::Denied(_)) => return Err(S3Failure::Denied(denial)),
                Err(other) => return Err(other),
            },
            Err(other) => return Err(other),
        };
        Ok(now.as_deref().map(quoted) == Some(quoted(etag)))
    }

    /// The entity tag of an object as a list tells it.
    async fn listed_etag(&self, place: &S3Location) -> Result<Option<String>, S3Failure> {
        // Of all keys that begin with it, it comes first itself.
        let first = PageAsk {
            prefix: place.key.clone(),
            most: Some(1),
            ..PageAsk::default()
        };
        let page = self.list(&place.bucket, &first).await?;
        let found = page.objects.into_iter().find(|found| found.key == place.key);
        Ok(found.and_then(|found| found.etag))
    }

    /// Deletes one, only while it has the entity tag that it was given with. Returns the marker that hides it now.
    pub(in crate::s3::objects) async fn delete_one(
        &self,
        client: &Client,
        bucket: &BucketName,
        region: &str,
        which: &Which,
    ) -> Result<Option<String>, S3Failure> {
        let call = self.call(action(which), bucket, Some(&which.key), region);
        let answer = self
            .signed(|| async {
                client
                    .delete_object()
                    .bucket(bucket.as_str())
                    .key(&which.key)
                    .set_version_id(which.version_id.clone())
                    .set_if_match(which.if_etag.as_deref().map(quoted))
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

impl At<'_> {
    async fn delete(&self, lot: Vec<Which>) -> Lot {
        let (mut told, lot) = match self.looked_at(lot).await {
            Ok(looked) => looked,
            Err(failure) => return (Vec::new(), Some(failure)),
        };
        // The list is XML, which cannot hold every character that a key may.
        let (listed, other): (Vec<_>, Vec<_>) = lot.into_iter().partition(|which| fits_xml(&which.key));
        let (listed, mut other) = match listed.len() {
            1 => (Vec::new(), listed.into_iter().chain(other).collect()),
            _ => (listed, other),
        };
        if !listed.is_empty() {
            match self.listed(&listed).await {
                Ok(answered) => told.extend(answered),
                // Some servers do not know the list.
                Err(S3Failure::Aws(AwsFailure::Refused(refusal))) if refusal.status == 501 => {
                    other.extend(listed);
                }
                Err(failure) => return (told, Some(failure)),
            }
        }
        let broke = self.one_by_one(other, &mut told).await;
        if broke.is_some() {
            return (told, broke);
        }
        self.without_condition(told).await
    }

    /// Those that are as they were seen. Other servers than AWS's may pass over a condition that they do not know, so
    /// there each is looked at before.
    async fn looked_at(&self, lot: Vec<Which>) -> Result<(Vec<Told>, Vec<Which>), S3Failure> {
        let others = self.s3.reach.endpoint.as_deref().is_some_and(|url| !is_aws(url));
        if !others || lot.iter().all(|which| which.if_etag.is_none()) {
            return Ok((Vec::new(), lot));
        }
        let (mut told, mut kept) = (Vec::new(), Vec::new());
        let mut looks = stream::iter(lot)
            .map(|which| async move { (self.as_seen(&which).await, which) })
            .buffered(ONE_BY_ONE);
        while let Some((look, which)) = looks.next().await {
            match look {
                Ok(()) => kept.push(which),
                Err(failure) if failure.passes() => return Err(failure),
                Err(why) => told.push(Err(Box::new(NotDeleted { which, why }))),
            }
        }
        Ok((told, kept))
    }

    /// Refuses unless the object has the entity tag that it was given with.
    async fn as_seen(&self, which: &Which) -> Result<(), S3Failure> {
        let Some(seen) = &which.if_etag else {
            return Ok(());
        };
        let place = S3Location {
            bucket: self.bucket.clone(),
            key: which.key.clone(),
        };
        match self.s3.is_as_seen(&place, seen).await? {
            true => Ok(()),
            false => Err(S3Failure::Changed {
                what: place.to_string(),
            }),
        }
    }

    /// The condition wants a permission to read, and not every server knows it: where it may be all that was refused,
    /// the object is looked at and deleted without. Where so many are refused so, too, the others are not tried.
    async fn without_condition(&self, told: Vec<Told>) -> Lot {
        let (again, mut done): (Vec<_>, Vec<_>) = told.into_iter().partition(
            |one| matches!(one, Err(not) if not.which.if_etag.is_some() && is_of_condition(&not.why)),
        );
        let mut rest = again.into_iter();
        let (ended, mut broke, mut deleted, mut refused) = (AtomicBool::new(false), None, false, 0);
        {
            let mut tries = stream::iter(until(&ended, &mut rest))
                .map(|one| async move {
                    match one {
                        Err(not) => (self.looked_at_and_deleted(&not.which).await, Err(not)),
                        done => (Ok(None), done),
                    }
                })
                .buffered(ONE_BY_ONE);
            while let Some((tried, one)) = tries.next().await {
                let which = match one {
                    Err(not) => not.which,
                    Ok(deleted) => deleted.which,
                };
                match tried {
                    Ok(marker) => {
                        deleted = true;
                        done.push(Ok(Deleted { which, marker }));
                    }
                    Err(failure) if failure.passes() => {
                        ended.store(true, Ordering::Relaxed);
                        broke = broke.or(Some(failure));
                    }
                    Err(why) => {
                        refused += usize::from(matches!(why, S3Failure::Denied(_)));
                        if !deleted && refused >= MOST_REFUSED {
                            ended.store(true, Ordering::Relaxed);
                        }
                        done.push(Err(Box::new(NotDeleted { which, why })));
                    }
                }
            }
        }
        done.extend(rest);
        (done, broke)
    }

    async fn looked_at_and_deleted(&self, which: &Which) -> Result<Option<String>, S3Failure> {
        self.as_seen(which).await?;
        let plain = Which {
            if_etag: None,
            ..which.clone()
        };
        self.s3
            .delete_one(&self.client, self.bucket, &self.region, &plain)
            .await
    }

    async fn listed(&self, listed: &[Which]) -> Result<Vec<Told>, S3Failure> {
        let call = self.s3.call("s3:DeleteObject", self.bucket, None, &self.region);
        let identifiers = listed.iter().map(|which| {
            ObjectIdentifier::builder()
                .key(&which.key)
                .set_version_id(which.version_id.clone())
                .set_e_tag(which.if_etag.as_deref().map(quoted))
                .build()
        });
        let list = identifiers
            .collect::<Result<Vec<_>, _>>()
            .and_then(|objects| Delete::builder().set_objects(Some(objects)).build())
            .map_err(|_| call.garbled("the list of keys could not be made"))?;
        let answer = self
            .s3
            .signed(|| async {
                self.client
                    .delete_objects()
                    .bucket(self.bucket.as_str())
                    .delete(list.clone())
                    .customize()
                    .config_override(document())
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await?;
        let mut said = Said::of(&answer);
        let told = listed.iter().map(|which| {
            let call = self
                .s3
                .call(action(which), self.bucket, Some(&which.key), &self.region);
            said.of_one(which, &call)
        });
        Ok(told.collect())
    }

    /// Broken off, those under way are waited for, so that what they deleted is known.
    async fn one_by_one(&self, these: Vec<Which>, told: &mut Vec<Told>) -> Option<S3Failure> {
        let (ended, mut broke, mut rest) = (AtomicBool::new(false), None, these.into_iter());
        let mut going = stream::iter(until(&ended, &mut rest))
            .map(|which| async move {
                let deleted = self
                    .s3
                    .delete_one(&self.client, self.bucket, &self.region, &which);
                (deleted.await, which)
            })
            .buffer_unordered(ONE_BY_ONE);
        while let Some((done, which)) = going.next().await {
            match done {
                Ok(marker) => told.push(Ok(Deleted { which, marker })),
                Err(failure) if failure.passes() => {
                    ended.store(true, Ordering::Relaxed);
                    broke = broke.or(Some(failure));
                }
                Err(why) => told.push(Err(Box::new(NotDeleted { which, why }))),
            }
        }
        broke
    }
}

/// What comes before `ended` is set; the others stay in `rest`.
fn until<'a, T>(
    ended: &'a AtomicBool,
    rest: &'a mut std::vec::IntoIter<T>,
) -> impl Iterator<Item = T> + use<'a, T> {
    std::iter::from_fn(move || match ended.load(Ordering::Relaxed) {
        true => None,
        false => rest.next(),
    })
}

fn action(which: &Which) -> &'static str {
    match which.version_id {
        Some(_) => "s3:DeleteObjectVersion",
        None => "s3:DeleteObject",
    }
}

fn quoted(etag: &str) -> String {
    format!("\"{}\"", etag.trim_matches('"'))
}

fn is_of_condition(failure: &S3Failure) -> bool {
    match failure {
        S3Failure::Denied(_) => true,
        S3Failure::Aws(AwsFailure::Refused(refusal)) => {
            refusal.status == 501 || refusal.code == "NotImplemented"
        }
        _ => false,
    }
}

/// Whether XML 1.0 can hold it, as it is, through a parser: no control characters, no line ends that it would change.
fn fits_xml(key: &str) -> bool {
    !key.chars()
        .any(|c| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
}
