//! One page of ListObjectsV2, whatever it is asked for.

use aws_sdk_s3::types::EncodingType;
use hatrack_core::bucket::BucketName;
use hatrack_core::bucket_view::ObjectView;
use jiff::Timestamp;

use super::browse::{decoded, repeats, unquoted};
use super::{S3, S3Failure, document};
use crate::answer::timestamp;

/// An object as a list names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The whole key.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// When it was last written.
    pub modified_at: Option<Timestamp>,
    /// S3's storage class.
    pub storage_class: Option<String>,
    /// The entity tag, unquoted.
    pub etag: Option<String>,
}

impl Listed {
    /// As it shows in a list of `prefix`.
    pub fn view(self, prefix: &str) -> ObjectView {
        ObjectView {
            name: self.key.strip_prefix(prefix).unwrap_or(&self.key).to_owned(),
            key: self.key,
            size: self.size,
            modified_at: self.modified_at,
            storage_class: self.storage_class,
            etag: self.etag,
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct PageAsk {
    pub prefix: String,
    /// Whether what lies deeper than the next `/` is named by its folder only.
    pub by_folder: bool,
    /// Only what comes after this key.
    pub after: Option<String>,
    /// At most so many keys; `None` for as many as S3 gives.
    pub most: Option<i32>,
    /// The page before's [`Page::next`].
    pub token: Option<String>,
}

/// What was given.
#[derive(Debug)]
pub(super) struct Page {
    pub objects: Vec<Listed>,
    /// Whole prefixes.
    pub folders: Vec<String>,
    pub next: Option<String>,
    pub region: String,
}

impl S3 {
    pub(super) async fn list(&self, bucket: &BucketName, ask: &PageAsk) -> Result<Page, S3Failure> {
        let (client, region) = self.at(bucket).await?;
        let call = self.call("s3:ListBucket", bucket, None, &region);
        let page = self
            .signed(|| async {
                client
                    .list_objects_v2()
                    .bucket(bucket.as_str())
                    .prefix(&ask.prefix)
                    .set_delimiter(ask.by_folder.then(|| "/".to_owned()))
                    // Keys may hold characters that XML cannot.
                    .encoding_type(EncodingType::Url)
                    .set_start_after(ask.after.clone().filter(|_| ask.token.is_none()))
                    .set_max_keys(ask.most)
                    .set_continuation_token(ask.token.clone())
                    .customize()
                    .config_override(document())
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await?;
        let encoded = page.encoding_type() == Some(&EncodingType::Url);
        let plain = |text: &str| if encoded { decoded(text) } else { text.to_owned() };
        let objects = page.contents().iter().filter_map(|object| {
            Some(Listed {
                key: plain(object.key()?),
                size: object
                    .size()
                    .and_then(|size| size.try_into().ok())
                    .unwrap_or_default(),
                modified_at: object.last_modified().and_then(timestamp),
                storage_class: object.storage_class().map(|class| class.as_str().to_owned()),
                etag: object.e_tag().map(unquoted),
            })
        });
        let folders = page
            .common_prefixes()
            .iter()
            .filter_map(|folder| folder.prefix().map(plain));
        let next = page
            .next_continuation_token()
            .filter(|_| page.is_truncated() != Some(false))
            .map(str::to_owned);
        if next.is_some() && next == ask.token {
            return Err(repeats(&region));
        }
        Ok(Page {
            objects: objects.collect(),
            folders: folders.collect(),
            next,
            region,
        })
    }
}
