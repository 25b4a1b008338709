//! Uploads that were begun and not ended: found, and given up.

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

use aws_sdk_s3::types::EncodingType;
use hatrack_core::bucket::BucketName;
use hatrack_core::bucket::transfer::{Journals, UploadBegun, UploadTaken};
use hatrack_core::sts::AwsFailure;
use jiff::Timestamp;

use super::browse::decoded;
use super::kept::{MOST_PAGES, kept_badly, opened};
use super::{S3, S3Failure, document};
use crate::answer::timestamp;

/// An upload whose parts take room and that nobody has completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// The key.
    pub key: String,
    /// S3's name for it.
    pub upload_id: String,
    /// When it was begun.
    pub began_at: Option<Timestamp>,
    /// Whether it was begun here.
    pub ours: bool,
    /// Whether it is under way here at this moment.
    pub running: bool,
    /// Whether it may be one that was begun here: there are notes that cannot be read.
    pub in_doubt: bool,
}

impl S3 {
    /// The unfinished uploads of a bucket, with which of them are in `journals`.
    pub async fn unfinished_uploads(
        &self,
        bucket: &BucketName,
        prefix: &str,
        journals: &Arc<dyn Journals>,
    ) -> Result<Vec<Unfinished>, S3Failure> {
        let (ours, resting, in_doubt) = kept_by(journals).await?;
        let (client, region) = self.at(bucket).await?;
        let call = self.call("s3:ListBucketMultipartUploads", bucket, None, &region);
        let mut found = Vec::new();
        let (mut key, mut upload) = (None::<String>, None::<String>);
        for _ in 0..MOST_PAGES {
            let page = self
                .signed(|| async {
                    client
                        .list_multipart_uploads()
                        .bucket(bucket.as_str())
                        .prefix(prefix)
                        // Keys may hold characters that XML cannot.
                        .encoding_type(EncodingType::Url)
                        .set_key_marker(key.clone())
                        .set_upload_id_marker(upload.clone())
                        .customize()
                        .config_override(document())
                        .send()
                        .await
                        .map_err(|error| call.failed(error))
                })
                .await?;
            let encoded = page.encoding_type() == Some(&EncodingType::Url);
            let key_of = |key: &str| if encoded { decoded(key) } else { key.to_owned() };
            found.extend(page.uploads().iter().filter_map(|one| {
                let id = one.upload_id()?.to_owned();
                Some(Unfinished {
                    key: key_of(one.key()?),
                    began_at: one.initiated().and_then(timestamp),
                    ours: ours.contains(&id),
                    running: ours.contains(&id) && !resting.contains(&id),
                    in_doubt: in_doubt && !ours.contains(&id),
                    upload_id: id,
                })
            }));
            let next_key = page.next_key_marker().map(key_of);
            let next = (next_key, page.next_upload_id_marker);
            if page.is_truncated != Some(true) || next == (key.clone(), upload.clone()) {
                break;
            }
            (key, upload) = next;
        }
        Ok(found)
    }

    /// Removes the parts of an unfinished upload.
    pub async fn abort_upload(&self, bucket: &BucketName, upload: &Unfinished) -> Result<(), S3Failure> {
        self.abort(bucket, upload).await.map(drop)
    }

    /// The same. Whether there was one.
    async fn abort(&self, bucket: &BucketName, upload: &Unfinished) -> Result<bool, S3Failure> {
        let (client, region) = self.at(bucket).await?;
        let call = self.call("s3:AbortMultipartUpload", bucket, Some(&upload.key), &region);
        let aborted = self
            .signed(|| async {
                client
                    .abort_multipart_upload()
                    .bucket(bucket.as_str())
                    .key(&upload.key)
                    .upload_id(&upload.upload_id)
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await;
        match aborted {
            // Somebody else did it, or it was completed.
            Err(S3Failure::Aws(AwsFailure::Refused(refusal))) if refusal.code == "NoSuchUpload" => Ok(false),
            other => other.map(|_| true),
        }
    }

    /// Whether the object is there that an upload was to become. Its entity tag ends in the number of its parts.
    async fn is_complete(&self, bucket: &BucketName, begun: &UploadBegun) -> Result<bool, S3Failure> {
        let (client, region) = self.at(bucket).await?;
        let call = self.call("s3:GetObject", bucket, Some(&begun.key), &region);
        let head = self
            .signed(|| async {
                client
                    .head_object()
                    .bucket(bucket.as_str())
                    .key(&begun.key)
                    .customize()
                    .config_override(document())
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await?;
        let parts = format!("-{}", begun.source.size.div_ceil(begun.part_size.max(1)));
        let etag = head.e_tag().unwrap_or_default().trim_matches('"');
        let size = head.content_length().and_then(|n| u64::try_from(n).ok());
        Ok(size == Some(begun.source.size) && etag.ends_with(&parts))
    }

    /// Gives up what an unfinished object noted as `id` left.
    pub(super) async fn give_up(
        &self,
        journals: Option<&Arc<dyn Journals>>,
        id: String,
        path: &Path,
    ) -> Result<(), S3Failure> {
        let Some(journals) = journals else {
            return Ok(());
        };
        let turn = self.turn(id.clone()).await;
        let Some(journal) = opened(journals, &id, path, &turn).await? else {
            return Ok(());
        };
        let text = journal.read().map_err(|why| kept_badly(path, why))?;
        let mut stored = None;
        if let Some(taken) = UploadTaken::read(&text) {
            // It was read from a bucket's name once.
            if let Ok(bucket) = taken.begun.bucket.parse() {
                let begun = taken.begun.clone();
                let there = self.abort(&bucket, &Unfinished::of(taken)).await?;
                // Whoever may not look knows no more.
                if !there && self.is_complete(&bucket, &begun).await.unwrap_or(false) {
                    stored = Some(format!("s3://{bucket}/{}", begun.key));
                }
            }
        }
        journal.remove().map_err(|why| kept_badly(path, why))?;
        match stored {
            Some(what) => Err(S3Failure::StoredAlready { what }),
            None => Ok(()),
        }
    }

    /// Gives up every unfinished object of `bucket` below `prefix` whose source's name starts with `source`.
    pub(super) async fn give_up_below(
        &self,
        journals: Option<&Arc<dyn Journals>>,
        bucket: &BucketName,
        prefix: &str,
        source: &str,
    ) -> Result<(), S3Failure> {
        let Some(journals) = journals else {
            return Ok(());
        };
        let listing = Arc::clone(journals);
        let all = read_all(Path::new(source), move || listing.all()).await?;
        let mut given_up = Ok(());
        for (id, text) in all {
            let text = match text {
                Ok(text) => text,
                // It may be of one that is meant; that does not keep the others either.
                Err(why) => {
                    given_up = given_up.and(Err(kept_badly(Path::new(source), why)));
                    continue;
                }
            };
            let begun = UploadTaken::read(&text).map(|taken| taken.begun);
            let meant = begun.is_some_and(|begun| {
                begun.bucket == bucket.as_str()
                    && begun.key.starts_with(prefix)
                    && begun.source.path.starts_with(source)
            });
            if meant {
                // One that is still there does not keep the others.
                let one = self.give_up(Some(journals), id, Path::new(source)).await;
                given_up = given_up.and(one);
            }
        }
        given_up
    }
}

impl Unfinished {
    fn of(taken: UploadTaken) -> Self {
        Self {
            key: taken.begun.key,
            upload_id: taken.begun.upload_id,
            began_at: None,
            ours: true,
            running: false,
            in_doubt: false,
        }
    }
}

/// The names of all uploads that are noted here, and of those that nobody has open; and whether there are notes that
/// cannot be read, which may be of others.
async fn kept_by(
    journals: &Arc<dyn Journals>,
) -> Result<(HashSet<String>, HashSet<String>, bool), S3Failure> {
    let journals = Arc::clone(journals);
    read_all(Path::new("what is under way here"), move || {
        let id = |text: &[u8]| Some(UploadTaken::read(text)?.begun.upload_id);
        let all = journals.all()?;
        let resting = all.iter().filter_map(|(_, text)| id(text.as_ref().ok()?));
        let resting = resting.collect();
        let (mut every, mut in_doubt) = (HashSet::new(), false);
        for read in journals.every()? {
            match read {
                Ok(text) => every.extend(id(&text)),
                Err(why) => {
                    tracing::warn!(%why, "the journal of an upload cannot be read");
                    in_doubt = true;
                }
            }
        }
        Ok((every, resting, in_doubt))
    })
    .await
}

/// Reads journals where it may block.
async fn read_all<T: Send + 'static>(
    path: &Path,
    read: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, S3Failure> {
    let read = tokio::task::spawn_blocking(read).await;
    read.unwrap_or_else(|stopped| Err(io::Error::other(stopped)))
        .map_err(|why| S3Failure::Disk {
            path: path.to_owned(),
            doing: "read",
            why,
        })
}
