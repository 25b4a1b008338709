//! Buckets and objects: this process asks S3 itself, with credentials that the agent hands out.

use std::sync::Arc;

use hatrack_aws::s3::{S3, S3Failure};
use hatrack_core::bucket::S3Location;
use hatrack_core::bucket_view::{BucketList, ObjectPage};
use hatrack_core::listing_view::PlaceNote;

use super::finding::{note_quietly, remembered};
use crate::desk::Desk;
use crate::wire::{CommandError, ObjectsRequest, SessionRequest};

type Answer<T> = Result<T, CommandError>;

impl From<S3Failure> for CommandError {
    fn from(failure: S3Failure) -> Self {
        let code = match &failure {
            S3Failure::Denied(_) => Some("denied"),
            S3Failure::Expired { .. } | S3Failure::NoCredentials(_) => Some("expired"),
            S3Failure::NotFound { .. } => Some("not_found"),
            _ => None,
        };
        Self {
            message: sentence(&failure.to_string()),
            code: code.map(str::to_owned),
        }
    }
}

/// Errors start small, as they may stand inside a sentence; here they are one.
pub(super) fn sentence(text: &str) -> String {
    let end = if text.ends_with('.') { "" } else { "." };
    // `s3:GetObject` and `s3://bucket` are written so.
    if text.starts_with("s3:") {
        return format!("{text}{end}");
    }
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first
        .into_iter()
        .flatten()
        .chain(letters)
        .chain(end.chars())
        .collect()
}

pub(super) async fn s3(desk: &Desk, session_id: &str) -> Answer<Arc<S3>> {
    desk.s3().of(&desk.agent().await?, session_id).await
}

/// A bucket's name, or any address of it that a person may paste.
pub(super) fn located(bucket: &str) -> Answer<S3Location> {
    bucket.parse().map_err(CommandError::new)
}

#[allow(missing_docs)]
pub async fn buckets(desk: &Desk, request: SessionRequest) -> Answer<BucketList> {
    let list = s3(desk, &request.session_id).await?.buckets().await?;
    let action = "s3:ListAllMyBuckets".to_owned();
    let note = match &list.denied {
        Some(denial) => PlaceNote::Refused {
            action,
            bucket: None,
            why: denial.summary.clone(),
        },
        None => PlaceNote::Allowed { action, bucket: None },
    };
    note_quietly(desk, &request.session_id, note).await;
    Ok(list)
}

/// One page of a prefix.
pub async fn objects(desk: &Desk, request: ObjectsRequest) -> Answer<ObjectPage> {
    let place = located(&request.bucket)?;
    // A pasted address may name a prefix; the page then shows where it is.
    let prefix = if request.prefix.is_empty() {
        &place.key
    } else {
        &request.prefix
    };
    let s3 = s3(desk, &request.session_id).await?;
    let page = s3.page(&place.bucket, prefix, request.next.as_deref()).await;
    if page.is_ok() && request.next.is_none() {
        let allowed = PlaceNote::Allowed {
            action: "s3:ListBucket".to_owned(),
            bucket: Some(request.bucket.clone()),
        };
        note_quietly(desk, &request.session_id, allowed).await;
    }
    remembered(desk, &request.session_id, &request.bucket, page).await
}
