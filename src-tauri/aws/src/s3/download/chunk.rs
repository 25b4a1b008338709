//! One range of an object, fetched until all of it is there.

use std::collections::VecDeque;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use crc_fast::{CrcAlgorithm, Digest};
use hatrack_core::bucket::BucketName;
use hatrack_core::bucket::transfer::{Range, WholeRange};

use super::super::failure::Call;
use super::super::{S3, S3Failure};
use super::disk;
use super::part::Part;

/// How often a connection may break within one range without bringing a byte.
const MOST_BREAKS: u32 = 4;
/// Bytes gathered before they are written: a frame brings some KiB, and each write is a trip to another thread.
const GATHERED: usize = 1024 * 1024;

/// The object that ranges come from and the file they go to.
pub struct Source<'a> {
    pub s3: &'a S3,
    pub client: &'a Client,
    pub bucket: &'a BucketName,
    pub key: &'a str,
    pub etag: Option<&'a str>,
    pub call: &'a Call<'a>,
    pub part: &'a Part,
    pub algorithm: CrcAlgorithm,
    /// What is noted as there at once.
    pub piece: u64,
}

/// Frames as they came, not yet written.
#[derive(Default)]
struct Gathered {
    frames: VecDeque<Bytes>,
    bytes: usize,
}

impl Gathered {
    fn add(&mut self, frame: Bytes) {
        self.bytes += frame.len();
        self.frames.push_back(frame);
    }

    /// At most so many bytes from the front, and how many they are.
    fn take(&mut self, most: usize) -> (Vec<Bytes>, usize) {
        let (mut taken, mut left) = (Vec::with_capacity(self.frames.len()), most);
        while left > 0
            && let Some(mut frame) = self.frames.pop_front()
        {
            if frame.len() > left {
                self.frames.push_front(frame.split_off(left));
            }
            left -= frame.len();
            taken.push(frame);
        }
        self.bytes -= most - left;
        (taken, most - left)
    }
}

/// The pieces of a range that are there, and the one under way.
struct Pieces {
    at: u64,
    end: u64,
    began: u64,
    digest: Digest,
    whole: Vec<WholeRange>,
}

impl Source<'_> {
    /// Fetches one range and notes its pieces as they are there. `body` is an answer already under way that starts at
    /// the range's start and may go on beyond its end. Connections that break are taken up again at the byte they
    /// broke at.
    pub async fn fetch(
        &self,
        range: Range,
        mut body: Option<ByteStream>,
        moved: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Vec<WholeRange>, S3Failure> {
        // Only closing it could fail this, and nobody does. What is small needs no buffer worth counting.
        let _turn = match range.length() > GATHERED as u64 {
            true => Some(self.s3.bulk.acquire().await),
            false => None,
        };
        let mut pieces = Pieces {
            at: range.start,
            end: range.end,
            began: range.start,
            digest: Digest::new(self.algorithm),
            whole: Vec::new(),
        };
        let mut breaks = 0;
        while pieces.at < range.end {
            let stream = match body.take() {
                Some(stream) => stream,
                None => {
                    self.range(Range {
                        start: pieces.at,
                        end: range.end,
                    })
                    .await?
                }
            };
            let before = pieces.at;
            self.read(stream, &mut pieces, moved).await?;
            breaks = if pieces.at > before { 0 } else { breaks + 1 };
            if pieces.at < range.end && breaks > MOST_BREAKS {
                return Err(self.call.unreachable("the connection broke again and again"));
            }
            if pieces.at < range.end {
                tokio::time::sleep(Duration::from_millis(100) * (1 << breaks)).await;
            }
        }
        Ok(pieces.whole)
    }

    /// Asks for a range of the very version that was opened.
    async fn range(&self, range: Range) -> Result<ByteStream, S3Failure> {
        let answer = self
            .s3
            .signed(|| async {
                self.client
                    .get_object()
                    .bucket(self.bucket.as_str())
                    .key(self.key)
                    .range(format!("bytes={}-{}", range.start, range.end - 1))
                    .set_if_match(self.etag.map(str::to_owned))
                    .send()
                    .await
                    .map_err(|error| self.call.failed(error))
            })
            .await?;
        // A server that ignores ranges would fill each part with the object's beginning.
        let given = answer
            .content_range()
            .and_then(|range| range.strip_prefix("bytes ")?.split_once('-'));
        if given.and_then(|(first, _)| first.parse().ok()) != Some(range.start) {
            return Err(self.call.garbled("it is not the range that was asked for"));
        }
        // Servers that do not know If-Match still name the version.
        if self.etag.is_some() && answer.e_tag() != self.etag {
            return Err(S3Failure::Changed {
                what: self.call.what.clone(),
            });
        }
        Ok(answer.body)
    }

    /// Reads until the range's end, or until the connection breaks; `pieces.at` says how far it came.
    async fn read(
        &self,
        mut stream: ByteStream,
        pieces: &mut Pieces,
        moved: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<(), S3Failure> {
        let mut gathered = Gathered::default();
        let mut open = true;
        while pieces.at < pieces.end && (open || gathered.bytes > 0) {
            let left = self.piece_end(pieces) - pieces.at;
            let enough = GATHERED.min(usize::try_from(left).unwrap_or(usize::MAX));
            while open && gathered.bytes < enough {
                match stream.next().await {
                    Some(Ok(bytes)) => gathered.add(bytes),
                    Some(Err(_)) | None => open = false,
                }
            }
            let (frames, bytes) = gathered.take(usize::try_from(left).unwrap_or(usize::MAX));
            if bytes == 0 {
                continue;
            }
            let digest = std::mem::replace(&mut pieces.digest, Digest::new(self.algorithm));
            let (file, path) = (self.part.file(), self.part.path());
            pieces.digest = disk::write_at(&file, frames, pieces.at, digest, path).await?;
            pieces.at += bytes as u64;
            moved(bytes as u64);
            if pieces.at == self.piece_end(pieces) {
                self.noted(pieces).await?;
            }
        }
        Ok(())
    }

    /// Where the piece under way ends.
    fn piece_end(&self, pieces: &Pieces) -> u64 {
        let piece = self.piece.max(1);
        pieces.end.min((pieces.began / piece + 1).saturating_mul(piece))
    }

    /// The piece under way is there.
    async fn noted(&self, pieces: &mut Pieces) -> Result<(), S3Failure> {
        let digest = std::mem::replace(&mut pieces.digest, Digest::new(self.algorithm));
        let whole = WholeRange {
            range: Range {
                start: pieces.began,
                end: pieces.at,
            },
            crc: digest.finalize(),
        };
        pieces.began = pieces.at;
        pieces.whole.push(whole);
        self.part.note(whole).await
    }
}
