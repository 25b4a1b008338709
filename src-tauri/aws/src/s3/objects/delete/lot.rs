//! Up to a thousand deleted in one call, or one by one where the call cannot name them.

use std::collections::{HashMap, HashSet};

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::delete_objects::DeleteObjectsOutput;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use futures::stream::{self, StreamExt};
use hatrack_core::bucket::{BucketName, S3Location};
use hatrack_core::sts::{AwsFailure, Refusal};

use super::super::super::failure::Call;
use super::super::super::{S3, S3Failure, document, is_aws};
use super::super::deletion::{Deleted, NotDeleted, Told, Which};

const ONE_BY_ONE: usize = 16;

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
            Err(S3Failure::Denied(denial)) => {
                let mut found = std::pin::pin!(self.walk(place, None));
                // Of all keys that begin with it, it comes first itself.
                match found.next().await {
                    Some(Ok(found)) if found.key == place.key => found.etag,
                    Some(Err(S3Failure::Denied(_))) => return Err(S3Failure::Denied(denial)),
                    Some(Err(other)) => return Err(other),
                    _ => None,
                }
            }
            Err(other) => return Err(other),
        };
        Ok(now.as_deref().map(quoted) == Some(quoted(etag)))
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
    /// the object is looked at and deleted without. Refused so, too, the others are not tried.
    async fn without_condition(&self, told: Vec<Told>) -> Lot {
        let (again, mut done): (Vec<_>, Vec<_>) = told.into_iter().partition(
            |one| matches!(one, Err(not) if not.which.if_etag.is_some() && is_of_condition(&not.why)),
        );
        let mut again = again.into_iter();
        while let Some(one) = again.next() {
            let Err(not) = one else { continue };
            let tried = match self.as_seen(&not.which).await {
                Ok(()) => {
                    let plain = Which {
                        if_etag: None,
                        ..not.which.clone()
                    };
                    self.s3
                        .delete_one(&self.client, self.bucket, &self.region, &plain)
                        .await
                }
                Err(failure) => Err(failure),
            };
            match tried {
                Ok(marker) => done.push(Ok(Deleted {
                    which: not.which,
                    marker,
                })),
                Err(failure) if failure.passes() => {
                    done.extend(again);
                    return (done, Some(failure));
                }
                Err(why) => {
                    let refused = matches!(why, S3Failure::Denied(_));
                    done.push(Err(Box::new(NotDeleted {
                        which: not.which,
                        why,
                    })));
                    if refused {
                        done.extend(again);
                        break;
                    }
                }
            }
        }
        (done, None)
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

    async fn one_by_one(&self, these: Vec<Which>, told: &mut Vec<Told>) -> Option<S3Failure> {
        let mut going = stream::iter(these)
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
                Err(failure) if failure.passes() => return Some(failure),
                Err(why) => told.push(Err(Box::new(NotDeleted { which, why }))),
            }
        }
        None
    }
}

/// What the answer says of each key.
struct Said<'a> {
    refused: HashMap<(&'a str, Option<&'a str>), Refusal>,
    deleted: HashSet<(&'a str, Option<&'a str>)>,
    markers: HashMap<(&'a str, Option<&'a str>), &'a str>,
}

impl<'a> Said<'a> {
    fn of(answer: &'a DeleteObjectsOutput) -> Self {
        let refused = answer.errors().iter().map(|error| {
            let refusal = Refusal {
                code: error.code().unwrap_or("InternalError").to_owned(),
                message: error.message().unwrap_or_default().to_owned(),
                request_id: None,
                status: 0,
            };
            ((error.key().unwrap_or_default(), error.version_id()), refusal)
        });
        let (mut deleted, mut markers) = (HashSet::new(), HashMap::new());
        for done in answer.deleted() {
            let key = done.key().unwrap_or_default();
            deleted.insert((key, done.version_id()));
            // Some servers leave the version out, or name that of the marker.
            deleted.insert((key, None));
            if let (Some(true), Some(marker)) = (done.delete_marker(), done.delete_marker_version_id()) {
                markers.insert((key, done.version_id()), marker);
            }
        }
        Self {
            refused: refused.collect(),
            deleted,
            markers,
        }
    }

    fn of_one(&mut self, which: &'a Which, call: &Call<'_>) -> Told {
        let of = (which.key.as_str(), which.version_id.as_deref());
        let not = |why| {
            Err(Box::new(NotDeleted {
                which: which.clone(),
                why,
            }))
        };
        // Some servers leave the version out of an error.
        let refusal = self
            .refused
            .remove(&of)
            .or_else(|| self.refused.remove(&(of.0, None)));
        if let Some(refusal) = refusal {
            return not(call.refused(refusal));
        }
        if !self.deleted.contains(&of) && !self.deleted.contains(&(of.0, None)) {
            return not(call.garbled("it does not say whether the object was deleted; look at the bucket"));
        }
        Ok(Deleted {
            which: which.clone(),
            marker: self
                .markers
                .get(&of)
                .filter(|_| which.version_id.is_none())
                .map(|id| (*id).to_owned()),
        })
    }
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
