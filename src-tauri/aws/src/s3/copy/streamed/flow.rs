//! A part too large to be held: sent while it is read.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use bytes::Bytes;
use crc_fast::Digest;
use futures::channel::mpsc::{Receiver, Sender, channel};
use futures::{SinkExt, Stream as _};
use hatrack_core::bucket::transfer::{PartSent, Range};
use http_body::{Body, Frame, SizeHint};

use super::super::super::S3Failure;
use super::super::super::multipart::CRC;
use super::{MOST_BREAKS, Stream, pause};

/// How often a part is sent in all: what has passed is not there to be sent again, so it is read anew.
const MOST_TRIES: u32 = 4;
/// Pieces between the one that reads and the one that sends.
const BETWEEN: usize = 4;

/// The CRCs of what has passed.
struct Sums {
    ours: u64,
    source: Option<u64>,
}

impl Stream<'_> {
    /// Reads and sends one part at once.
    pub(super) async fn flow(&self, id: &str, number: u32, range: Range) -> Result<PartSent, S3Failure> {
        let mut tries = 0;
        loop {
            tries += 1;
            let (to, from) = channel(BETWEEN);
            let body = Passing {
                from,
                left: range.length(),
            };
            let body = ByteStream::new(SdkBody::from_body_1_x(body));
            let generation = self.making.s3.signer.generation();
            let (read, sent) = tokio::join!(
                self.read_into(to, range),
                self.making.part_passing(id, number, body)
            );
            let failure = match (read, sent) {
                (Ok(sums), Ok(part)) if part.crc.is_none_or(|crc| crc == sums.ours) => {
                    return Ok(PartSent {
                        crc: Some(sums.ours),
                        source_crc: sums.source,
                        ..part
                    });
                }
                (Ok(_), Ok(_)) => self
                    .making
                    .call
                    .garbled("it names another checksum than was sent"),
                (_, Err(S3Failure::Expired { request_id })) => {
                    self.making.s3.signer.forget(generation).await;
                    S3Failure::Expired { request_id }
                }
                // What could not be read broke what was sent.
                (Err(Some(failure)), _) => return Err(failure),
                (_, Err(failure)) => failure,
                (Err(None), Ok(_)) => self.making.call.garbled("it took a part that was not all there"),
            };
            if tries == MOST_TRIES || !failure.passes() {
                return Err(failure);
            }
            pause(tries).await;
        }
    }

    /// Reads a range into the channel; a connection that breaks is taken up where it broke. `None` is the other end's
    /// failure.
    async fn read_into(
        &self,
        mut to: Sender<io::Result<Bytes>>,
        range: Range,
    ) -> Result<Sums, Option<S3Failure>> {
        let (mut ours, mut source) = (Digest::new(CRC), self.other.map(Digest::new));
        let (mut at, mut breaks) = (range.start, 0);
        while at < range.end {
            let before = at;
            let mut body = match self.range(Range { start: at, ..range }).await {
                Ok(body) => body,
                Err(failure) => {
                    // It ends the sending; one that has ended hears nothing.
                    let _ = to.send(Err(io::ErrorKind::BrokenPipe.into())).await;
                    return Err(Some(failure));
                }
            };
            while let Some(Ok(bytes)) = body.next().await {
                let take = bytes
                    .len()
                    .min(usize::try_from(range.end - at).unwrap_or(usize::MAX));
                let bytes = bytes.slice(..take);
                ours.update(&bytes);
                if let Some(source) = &mut source {
                    source.update(&bytes);
                }
                at += take as u64;
                to.send(Ok(bytes)).await.map_err(|_| None)?;
            }
            breaks = if at > before { 0 } else { breaks + 1 };
            if at < range.end && breaks > MOST_BREAKS {
                let _ = to.send(Err(io::ErrorKind::BrokenPipe.into())).await;
                return Err(Some(
                    self.read.unreachable("the connection broke again and again"),
                ));
            }
            if at < range.end {
                pause(breaks).await;
            }
        }
        Ok(Sums {
            ours: ours.finalize(),
            source: source.map(|source| source.finalize()),
        })
    }
}

/// What is read, as a request's body.
struct Passing {
    from: Receiver<io::Result<Bytes>>,
    left: u64,
}

impl Body for Passing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let next = ready!(Pin::new(&mut self.from).poll_next(context));
        let piece = next.unwrap_or_else(|| Err(io::ErrorKind::UnexpectedEof.into()));
        if let Ok(bytes) = &piece {
            self.left = self.left.saturating_sub(bytes.len() as u64);
        }
        Poll::Ready(Some(piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
