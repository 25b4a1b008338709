//! What faults do to an answer's body, piece by piece: a large one is never put together.

use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::{StreamExt, stream};
use http::{HeaderValue, Response, header};
use s3s::Body;
use s3s::dto::StreamingBlob;

/// What happens to a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// The connection breaks in the middle.
    Break,
    /// Nothing comes any more from the middle on, and the connection stays open.
    Stall,
    /// The byte in the middle is another.
    WrongByte,
    /// The last byte is missing, and the length says so.
    Short,
}

/// What came before must have left when the connection breaks, or the client would see no answer at all.
const BEFORE_BREAK: Duration = Duration::from_millis(20);

/// A body under way.
struct Damaged {
    body: StreamingBlob,
    how: Damage,
    /// How many bytes have passed.
    passed: u64,
    /// Where the damage is.
    place: u64,
    over: bool,
}

impl Damaged {
    async fn next(mut self) -> Option<(io::Result<Bytes>, Self)> {
        if self.over {
            return None;
        }
        if self.passed == self.place {
            match self.how {
                Damage::Break => {
                    tokio::time::sleep(BEFORE_BREAK).await;
                    self.over = true;
                    return Some((Err(io::ErrorKind::BrokenPipe.into()), self));
                }
                Damage::Stall => std::future::pending::<()>().await,
                Damage::Short => return None,
                Damage::WrongByte => {}
            }
        }
        let piece = match self.body.next().await? {
            Ok(piece) => self.change(piece),
            Err(error) => return Some((Err(io::Error::other(error)), self)),
        };
        self.passed += piece.len() as u64;
        Some((Ok(piece), self))
    }

    /// The piece that comes next as the client gets it.
    fn change(&self, piece: Bytes) -> Bytes {
        let within = usize::try_from(self.place - self.passed.min(self.place)).unwrap_or(usize::MAX);
        if within >= piece.len() {
            return piece;
        }
        if self.how != Damage::WrongByte {
            return piece.slice(..within);
        }
        if self.passed > self.place {
            return piece;
        }
        let mut wrong = BytesMut::from(&piece[..]);
        wrong[within] ^= 0x01;
        wrong.freeze()
    }
}

/// An answer with its body damaged. An empty body, or one of no known length, has no middle and stays as it is.
pub fn damage(response: Response<Body>, how: Damage) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    let stated = parts.headers.get(header::CONTENT_LENGTH);
    let stated = stated.and_then(|value| value.to_str().ok()?.parse().ok());
    let held = body.bytes().map(|bytes| bytes.len() as u64);
    let Some(length) = held.or(stated).filter(|length| *length > 0) else {
        return Response::from_parts(parts, body);
    };
    let (place, shown) = match how {
        Damage::Short => (length - 1, length - 1),
        Damage::Break | Damage::Stall | Damage::WrongByte => (length / 2, length),
    };
    parts
        .headers
        .insert(header::CONTENT_LENGTH, HeaderValue::from(shown));
    let start = Damaged {
        body: StreamingBlob::from(body),
        how,
        passed: 0,
        place,
        over: false,
    };
    let damaged = stream::unfold(start, Damaged::next);
    Response::from_parts(parts, Body::from(StreamingBlob::wrap(damaged)))
}
