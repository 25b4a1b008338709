//! The lines of a peer, in memory that is cleared: a request may hold a secret.
//!
//! Invariant: no copy of what came is left behind, neither where a buffer grew nor where a line was taken out.

use tokio::io::{AsyncRead, AsyncReadExt};
use zeroize::Zeroizing;

use crate::protocol::longest_request;

/// Room for most requests.
const ROOM: usize = 8 * 1024;

/// Reads line after line.
pub(super) struct Lines<R> {
    read: R,
    held: Zeroizing<Vec<u8>>,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    /// The lines of `read`.
    pub(super) fn of(read: R) -> Self {
        Self {
            read,
            held: room(ROOM),
        }
    }

    /// Waits for the beginning of a line, as long as it takes; `false` at the end of the stream.
    pub(super) async fn has_more(&mut self) -> bool {
        !self.held.is_empty() || self.fill().await
    }

    /// One line without its end; `None` at the end of the stream, or where the line is longer than its request may be.
    pub(super) async fn next(&mut self) -> Option<Zeroizing<Vec<u8>>> {
        let mut searched = 0;
        loop {
            let end = self.held[searched..].iter().position(|byte| *byte == b'\n');
            if let Some(end) = end.map(|end| searched + end) {
                return (end < longest_request(&self.held[..end])).then(|| self.take(end));
            }
            searched = self.held.len();
            if searched >= longest_request(&self.held) || !self.fill().await {
                return None;
            }
        }
    }

    /// Takes out the line that ends before `end`.
    fn take(&mut self, end: usize) -> Zeroizing<Vec<u8>> {
        let mut line = room(end);
        line.extend_from_slice(&self.held[..end]);
        let rest = &self.held[end + 1..];
        let mut held = room(ROOM.max(rest.len()));
        held.extend_from_slice(rest);
        self.held = held;
        line
    }

    /// Reads what there is; `false` where nothing comes any more.
    async fn fill(&mut self) -> bool {
        if self.held.len() == self.held.capacity() {
            // Not by the vector itself, which would leave the old bytes where they were.
            let mut larger = room(2 * self.held.capacity());
            larger.extend_from_slice(&self.held);
            self.held = larger;
        }
        matches!(self.read.read_buf(&mut *self.held).await, Ok(read) if read > 0)
    }
}

fn room(bytes: usize) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(Vec::with_capacity(bytes))
}
