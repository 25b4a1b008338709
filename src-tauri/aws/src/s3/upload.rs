//! One file to one object.
//!
//! Invariants: an object appears whole or not at all; a file that changes while it is sent is not stored; the parts
//! of an upload that fails or is dropped are removed. To cancel an upload, drop it; a program that then ends waits for
//! [`S3::settled`] first.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, Config};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use futures::stream::{self, StreamExt, TryStreamExt};
use hatrack_core::bucket::BucketName;
use hatrack_core::sts::AwsFailure;
use tokio::task::JoinHandle;

use super::browse::unquoted;
use super::failure::Call;
use super::{Progress, S3, S3Failure, locked};
use crate::http::sending_timeouts;

/// Up to here one request does. S3 takes 5 GB in one, and parts of 5 MiB or more.
const ONE_REQUEST: u64 = 16 * 1024 * 1024;
const PART: u64 = 16 * 1024 * 1024;
/// Each part in flight is held in memory.
const IN_FLIGHT: usize = 8;
/// Amazon S3 User Guide, "Multipart upload limits".
const MOST_PARTS: u64 = 10_000;

/// What an upload left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploaded {
    /// The object's size.
    pub bytes: u64,
    /// Its entity tag, unquoted.
    pub etag: Option<String>,
}

impl S3 {
    /// Stores the file at `path` as `key`, replacing what is there. Large files go in parts, in parallel.
    pub async fn upload(
        &self,
        path: &Path,
        bucket: &BucketName,
        key: &str,
        progress: &Progress<'_>,
    ) -> Result<Uploaded, S3Failure> {
        let source = Source::open(path).await?;
        let (client, region) = self.at(bucket).await?;
        let call = self.call("s3:PutObject", bucket, Some(key), &region);
        let sending = Sending {
            client: &client,
            bucket,
            key,
            call: &call,
            source: &source,
            leftovers: &self.leftovers,
        };
        progress(0, Some(source.size));
        let etag = if source.size <= ONE_REQUEST {
            let etag = sending.whole().await?;
            progress(source.size, Some(source.size));
            etag
        } else {
            sending.in_parts(progress).await?
        };
        Ok(Uploaded {
            bytes: source.size,
            etag: etag.as_deref().map(unquoted),
        })
    }

    /// Comes back when the parts of every upload that was dropped have been removed.
    pub async fn settled(&self) {
        let removals = std::mem::take(&mut *locked(&self.leftovers));
        for removal in removals {
            // One that was itself ended has removed nothing, and nothing more can be done.
            let _ = removal.await;
        }
    }

    /// Stores `bytes` as `key`, replacing what is there.
    pub async fn put(&self, bucket: &BucketName, key: &str, bytes: Vec<u8>) -> Result<Uploaded, S3Failure> {
        let (client, region) = self.at(bucket).await?;
        let call = self.call("s3:PutObject", bucket, Some(key), &region);
        let size = bytes.len() as u64;
        let answer = client
            .put_object()
            .bucket(bucket.as_str())
            .key(key)
            .body(ByteStream::from(bytes))
            .customize()
            .config_override(sending())
            .send()
            .await
            .map_err(|error| call.failed(error))?;
        Ok(Uploaded {
            bytes: size,
            etag: answer.e_tag().map(unquoted),
        })
    }
}

struct Sending<'a> {
    client: &'a Client,
    bucket: &'a BucketName,
    key: &'a str,
    call: &'a Call<'a>,
    source: &'a Source,
    leftovers: &'a Leftovers,
}

/// Removals of parts that go on after their upload was dropped.
pub(super) type Leftovers = Arc<Mutex<Vec<JoinHandle<()>>>>;

impl Sending<'_> {
    async fn whole(&self) -> Result<Option<String>, S3Failure> {
        let bytes = self.source.read(0, self.source.size).await?;
        // Before the request: afterwards the object would be there.
        self.source.unchanged().await?;
        let answer = self
            .client
            .put_object()
            .bucket(self.bucket.as_str())
            .key(self.key)
            .body(ByteStream::from(bytes))
            .customize()
            .config_override(sending())
            .send()
            .await
            .map_err(|error| self.call.failed(error))?;
        Ok(answer.e_tag)
    }

    async fn in_parts(&self, progress: &Progress<'_>) -> Result<Option<String>, S3Failure> {
        let started = self
            .client
            .create_multipart_upload()
            .bucket(self.bucket.as_str())
            .key(self.key)
            .checksum_algorithm(ChecksumAlgorithm::Crc32)
            .send()
            .await
            .map_err(|error| self.call.failed(error))?;
        let id = started.upload_id.ok_or_else(|| AwsFailure::Garbled {
            service: "S3",
            region: self.call.region.to_owned(),
            why: "it names no upload".to_owned(),
        })?;
        let unfinished = Unfinished {
            client: self.client.clone(),
            bucket: self.bucket.as_str().to_owned(),
            key: self.key.to_owned(),
            id: Some(id.clone()),
            leftovers: Arc::clone(self.leftovers),
        };
        match self.parts(&id, progress).await {
            Ok(etag) => {
                unfinished.finished();
                Ok(etag)
            }
            Err(failure) => {
                unfinished.abort().await;
                Err(failure)
            }
        }
    }

    async fn parts(&self, id: &str, progress: &Progress<'_>) -> Result<Option<String>, S3Failure> {
        let (total, part) = (self.source.size, part_size(self.source.size));
        let done = AtomicU64::new(0);
        let mut parts: Vec<CompletedPart> = stream::iter(0..total.div_ceil(part))
            .map(|n| {
                let done = &done;
                async move {
                    let (start, end) = (n * part, total.min((n + 1) * part));
                    let sent = self.part(id, n + 1, start, end).await?;
                    let moved = end - start;
                    progress(done.fetch_add(moved, Ordering::Relaxed) + moved, Some(total));
                    Ok::<_, S3Failure>(sent)
                }
            })
            .buffer_unordered(IN_FLIGHT)
            .try_collect()
            .await?;
        parts.sort_by_key(CompletedPart::part_number);
        self.source.unchanged().await?;
        let answer = self
            .client
            .complete_multipart_upload()
            .bucket(self.bucket.as_str())
            .key(self.key)
            .upload_id(id)
            .multipart_upload(CompletedMultipartUpload::builder().set_parts(Some(parts)).build())
            .send()
            .await
            .map_err(|error| self.call.failed(error))?;
        Ok(answer.e_tag)
    }

    async fn part(&self, id: &str, number: u64, start: u64, end: u64) -> Result<CompletedPart, S3Failure> {
        let number = i32::try_from(number).unwrap_or(i32::MAX);
        let bytes = self.source.read(start, end).await?;
        let answer = self
            .client
            .upload_part()
            .bucket(self.bucket.as_str())
            .key(self.key)
            .upload_id(id)
            .part_number(number)
            .checksum_algorithm(ChecksumAlgorithm::Crc32)
            .body(ByteStream::from(bytes))
            .customize()
            .config_override(sending())
            .send()
            .await
            .map_err(|error| self.call.failed(error))?;
        Ok(CompletedPart::builder()
            .part_number(number)
            .set_e_tag(answer.e_tag)
            .set_checksum_crc32(answer.checksum_crc32)
            .build())
    }
}

/// What a call that sends bytes adds to its client's configuration.
fn sending() -> Builder {
    Config::builder().timeout_config(sending_timeouts())
}

/// Parts that make at most 10,000 of the whole.
fn part_size(total: u64) -> u64 {
    PART.max(total.div_ceil(MOST_PARTS))
}

/// An upload that takes room until it is completed or aborted.
struct Unfinished {
    client: Client,
    bucket: String,
    key: String,
    id: Option<String>,
    leftovers: Leftovers,
}

impl Unfinished {
    fn finished(mut self) {
        self.id = None;
    }

    async fn abort(mut self) {
        if let Some(id) = self.id.clone() {
            abort(self.client.clone(), self.bucket.clone(), self.key.clone(), id).await;
            // Not before: dropped meanwhile, it still has to be removed.
            self.id = None;
        }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Dropped half-way: the upload was cancelled. Aborting needs the runtime that it ran on.
        if let (Some(id), Ok(runtime)) = (self.id.take(), tokio::runtime::Handle::try_current()) {
            let removal = abort(self.client.clone(), self.bucket.clone(), self.key.clone(), id);
            locked(&self.leftovers).push(runtime.spawn(removal));
        }
    }
}

async fn abort(client: Client, bucket: String, key: String, id: String) {
    let answer = client
        .abort_multipart_upload()
        .bucket(&bucket)
        .key(&key)
        .upload_id(&id)
        .send()
        .await;
    if answer.is_err() {
        tracing::warn!(
            bucket,
            key,
            "the parts of an upload that was stopped could not be removed"
        );
    }
}

/// The file as it was when it was opened.
struct Source {
    path: Arc<Path>,
    file: Arc<File>,
    size: u64,
    opened: Metadata,
}

impl Source {
    async fn open(path: &Path) -> Result<Self, S3Failure> {
        let path: Arc<Path> = path.into();
        let at = Arc::clone(&path);
        let open = move || {
            // Looked at before it is opened: a pipe opens only once somebody writes into it.
            let found = std::fs::metadata(&at)?;
            if found.is_dir() {
                return Err(io::ErrorKind::IsADirectory.into());
            }
            // Its length reads as 0: an empty object would be stored in its name.
            if !found.is_file() {
                return Err(io::Error::other(
                    "it is a pipe or a device, write what it gives to a file first",
                ));
            }
            let file = File::open(&at)?;
            let opened = file.metadata()?;
            Ok((file, opened))
        };
        let (file, opened) = blocking(&path, open).await?;
        Ok(Self {
            path,
            file: Arc::new(file),
            size: opened.len(),
            opened,
        })
    }

    /// Bytes `start..end`, all of them: a file that has become shorter is a failure.
    async fn read(&self, start: u64, end: u64) -> Result<Vec<u8>, S3Failure> {
        let file = Arc::clone(&self.file);
        let length = usize::try_from(end - start).unwrap_or(usize::MAX);
        let read = move || {
            let mut bytes = vec![0; length];
            read_exact_at(&file, &mut bytes, start).map(|()| bytes)
        };
        match blocking(&self.path, read).await {
            Err(S3Failure::Disk { why, .. }) if why.kind() == io::ErrorKind::UnexpectedEof => {
                Err(self.changed("it became shorter"))
            }
            done => done,
        }
    }

    async fn unchanged(&self) -> Result<(), S3Failure> {
        let file = Arc::clone(&self.file);
        let now = blocking(&self.path, move || file.metadata()).await?;
        if now.len() != self.size {
            return Err(self.changed("its size is another"));
        }
        if now.modified().ok() != self.opened.modified().ok() {
            return Err(self.changed("it was written to"));
        }
        Ok(())
    }

    fn changed(&self, why: &'static str) -> S3Failure {
        S3Failure::SourceChanged {
            path: self.path.to_path_buf(),
            why,
        }
    }
}

async fn blocking<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, S3Failure> {
    let done = match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(stopped) => Err(io::Error::other(stopped)),
    };
    done.map_err(|why| S3Failure::Disk {
        path: path.to_owned(),
        doing: "read",
        why,
    })
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => {
                bytes = &mut bytes[n..];
                offset += n as u64;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_object_has_at_most_ten_thousand_parts() {
        for total in [ONE_REQUEST + 1, 160_000 * 1024 * 1024, 5 * 1024_u64.pow(4)] {
            assert!(total.div_ceil(part_size(total)) <= MOST_PARTS);
        }
    }
}
