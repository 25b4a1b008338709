//! Every object below a prefix, page by page: a million keys are never held at once.

use std::task::Poll;

use aws_sdk_s3::types::EncodingType;
use futures::stream::{self, Stream, StreamExt};
use hatrack_core::bucket::S3Location;
use jiff::Timestamp;

use super::browse::{decoded, repeats};
use super::{S3, S3Failure, document};
use crate::answer::timestamp;

/// An object that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The whole key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its entity tag as S3 writes it, with quotes.
    pub etag: Option<String>,
    /// When it was last written, where S3 says so.
    pub modified_at: Option<Timestamp>,
}

impl S3 {
    /// What lies below `prefix` (a location whose key is a prefix), in S3's order, from the key after `after` on. The
    /// next page is asked for while the one before is used.
    pub fn walk<'a>(
        &'a self,
        prefix: &'a S3Location,
        after: Option<String>,
    ) -> impl Stream<Item = Result<Found, S3Failure>> + Send + 'a {
        let first = Some(Place::After(after));
        let pages = stream::try_unfold(first, move |place| async move {
            let Some(place) = place else {
                return Ok::<_, S3Failure>(None);
            };
            let (found, next) = self.keys(prefix, place).await?;
            Ok(Some((found, next)))
        });
        one_by_one(pages)
    }

    async fn keys(
        &self,
        prefix: &S3Location,
        place: Place,
    ) -> Result<(Vec<Found>, Option<Place>), S3Failure> {
        let (client, region) = self.at(&prefix.bucket).await?;
        let call = self.call("s3:ListBucket", &prefix.bucket, None, &region);
        let (after, token) = match &place {
            Place::After(after) => (after.clone(), None),
            Place::Page(token) => (None, Some(token.clone())),
        };
        let page = self
            .signed(|| async {
                client
                    .list_objects_v2()
                    .bucket(prefix.bucket.as_str())
                    .prefix(&prefix.key)
                    // Keys may hold characters that XML cannot.
                    .encoding_type(EncodingType::Url)
                    .set_start_after(after.clone())
                    .set_continuation_token(token.clone())
                    .customize()
                    .config_override(document())
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await?;
        let encoded = page.encoding_type() == Some(&EncodingType::Url);
        let found = page.contents().iter().filter_map(|object| {
            let key = object.key()?;
            Some(Found {
                key: if encoded { decoded(key) } else { key.to_owned() },
                size: object
                    .size()
                    .and_then(|size| size.try_into().ok())
                    .unwrap_or_default(),
                etag: object.e_tag().map(str::to_owned),
                modified_at: object.last_modified().and_then(timestamp),
            })
        });
        let found = found.collect();
        let next = page
            .next_continuation_token()
            .filter(|_| page.is_truncated() != Some(false))
            .map(str::to_owned);
        if next.is_some() && next == token {
            return Err(repeats(&region));
        }
        if next.is_none() && page.is_truncated() == Some(true) {
            return Err(call.garbled("its list goes on, and it does not say where"));
        }
        Ok((found, next.map(Place::Page)))
    }
}

/// What stands on the pages; the next page is asked for while one is used.
fn one_by_one(
    pages: impl Stream<Item = Result<Vec<Found>, S3Failure>> + Send,
) -> impl Stream<Item = Result<Found, S3Failure>> + Send {
    let mut pages = Box::pin(pages.fuse());
    let (mut page, mut next) = (Vec::new().into_iter(), None);
    stream::poll_fn(move |context| {
        loop {
            if next.is_none()
                && let Poll::Ready(given) = pages.poll_next_unpin(context)
            {
                next = Some(given);
            }
            if let Some(found) = page.next() {
                return Poll::Ready(Some(Ok(found)));
            }
            match next.take() {
                None => return Poll::Pending,
                Some(None) => return Poll::Ready(None),
                Some(Some(Err(failure))) => return Poll::Ready(Some(Err(failure))),
                Some(Some(Ok(found))) => page = found.into_iter(),
            }
        }
    })
}

enum Place {
    After(Option<String>),
    Page(String),
}
