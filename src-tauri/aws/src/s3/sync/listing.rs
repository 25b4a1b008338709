//! A bucket's folder, listed page by page while what came before is looked at.

use std::sync::Arc;

use aws_sdk_s3::types::{EncodingType, Object, OptionalObjectAttributes};
use hatrack_core::bucket::S3Location;
use hatrack_core::bucket::sync::{Entry, Item};
use tokio::sync::mpsc::{Receiver, channel};

use super::super::browse::{decoded, repeats, unquoted};
use super::super::{S3, S3Failure, document};
use crate::answer::timestamp;

/// Pages that may wait to be looked at.
const WAITING: usize = 2;

/// Something of a listing.
pub(super) enum Listed {
    /// It has a name.
    Item(Item),
    /// It has none that a key could be: so it is shown.
    Unnamed(String),
}

/// What lies below `place`, in S3's order.
pub(super) fn list(s3: Arc<S3>, place: S3Location) -> Receiver<Result<Vec<Listed>, S3Failure>> {
    let (tell, told) = channel(WAITING);
    tokio::spawn(async move {
        let mut token = None;
        loop {
            let page = tokio::select! {
                page = page(&s3, &place, token) => page,
                () = tell.closed() => return,
            };
            let (lot, next) = match page {
                Ok((lot, next)) => (Ok(lot), next),
                Err(failure) => (Err(failure), None),
            };
            if tell.send(lot).await.is_err() || next.is_none() {
                return;
            }
            token = next;
        }
    });
    told
}

async fn page(
    s3: &S3,
    place: &S3Location,
    token: Option<String>,
) -> Result<(Vec<Listed>, Option<String>), S3Failure> {
    let (client, region) = s3.at(&place.bucket).await?;
    let call = s3.call("s3:ListBucket", &place.bucket, None, &region);
    let page = s3
        .signed(|| async {
            client
                .list_objects_v2()
                .bucket(place.bucket.as_str())
                .prefix(&place.key)
                // Keys may hold characters that XML cannot.
                .encoding_type(EncodingType::Url)
                .optional_object_attributes(OptionalObjectAttributes::RestoreStatus)
                .set_continuation_token(token.clone())
                .customize()
                .config_override(document())
                .send()
                .await
                .map_err(|error| call.failed(error))
        })
        .await?;
    let encoded = page.encoding_type() == Some(&EncodingType::Url);
    let lot = page.contents().iter().filter_map(|object| {
        let key = object.key()?;
        let key = if encoded { decoded(key) } else { key.to_owned() };
        let name = key.strip_prefix(&place.key)?.to_owned();
        Some(Listed::Item(Item::File(entry(name, object))))
    });
    let lot = lot.collect();
    let next = page
        .next_continuation_token()
        .filter(|_| page.is_truncated() != Some(false))
        .map(str::to_owned);
    if next.is_some() && next == token {
        return Err(repeats(&region));
    }
    Ok((lot, next))
}

fn entry(name: String, object: &Object) -> Entry {
    Entry {
        name,
        size: object
            .size()
            .and_then(|size| size.try_into().ok())
            .unwrap_or_default(),
        modified: object.last_modified().and_then(timestamp),
        etag: object.e_tag().map(unquoted),
        archived: archived(object),
    }
}

/// Its class where it has to be restored first (Amazon S3 User Guide, "Restoring an archived object"). What
/// Intelligent-Tiering has archived a listing does not tell.
fn archived(object: &Object) -> Option<String> {
    let class = object.storage_class()?.as_str();
    let restored = object.restore_status().is_some_and(|status| {
        status.restore_expiry_date().is_some() && status.is_restore_in_progress() != Some(true)
    });
    (matches!(class, "GLACIER" | "DEEP_ARCHIVE") && !restored).then(|| class.to_owned())
}
