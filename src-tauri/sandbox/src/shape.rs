//! Latency and bandwidth, for benchmarks in which the number of connections matters as with real S3.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

/// How the server's answers are slowed down.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shape {
    /// The wait before each answer's first byte.
    pub first_byte: Duration,
    /// Each connection's bandwidth either way, in bytes per second; `None` for as fast as it goes.
    pub bytes_per_second: Option<u64>,
}

/// A connection whose reads and writes are paced, each by itself.
#[derive(Debug)]
pub struct Paced {
    stream: TcpStream,
    reads: Pace,
    writes: Pace,
}

/// One direction of a connection.
#[derive(Debug)]
struct Pace {
    bytes_per_second: Option<u64>,
    /// When what went so far would have gone at the given pace.
    free_at: Instant,
    /// Whether the pace starts anew: time in which there was nothing to move is not made up for. Time in which this
    /// computer was busy elsewhere is, or a loaded one would make the connection slower than it is said to be.
    anew: bool,
    sleep: Option<Pin<Box<Sleep>>>,
}

/// What goes runs ahead of the pace by at most this much, so that timers need not be finer than they are.
const AHEAD: Duration = Duration::from_millis(4);
/// So much time lost to a busy computer is made up for.
const LONGEST_LAG: Duration = Duration::from_millis(200);
/// Written at once at most.
const CHUNK: usize = 64 * 1024;

impl Pace {
    fn new(bytes_per_second: Option<u64>) -> Self {
        Self {
            bytes_per_second,
            free_at: Instant::now(),
            anew: true,
            sleep: None,
        }
    }

    /// Ready when more may go.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.bytes_per_second.is_none() {
            return Poll::Ready(());
        }
        if let Some(sleep) = &mut self.sleep {
            ready!(sleep.as_mut().poll(cx));
            self.sleep = None;
        }
        if self.free_at > Instant::now() + AHEAD {
            let mut sleep = Box::pin(sleep_until(self.free_at - AHEAD));
            if sleep.as_mut().poll(cx).is_pending() {
                self.sleep = Some(sleep);
                return Poll::Pending;
            }
        }
        Poll::Ready(())
    }

    fn went(&mut self, bytes: usize) {
        if let Some(rate) = self.bytes_per_second {
            let took = Duration::from_secs_f64(bytes as f64 / rate as f64);
            let now = Instant::now();
            let earliest = match std::mem::take(&mut self.anew) {
                true => now,
                false => now.checked_sub(LONGEST_LAG).unwrap_or(now),
            };
            self.free_at = self.free_at.max(earliest) + took;
        }
    }
}

impl Paced {
    /// Paces a connection.
    pub fn new(stream: TcpStream, shape: &Shape) -> Self {
        let rate = shape.bytes_per_second.filter(|b| *b > 0);
        Self {
            stream,
            reads: Pace::new(rate),
            writes: Pace::new(rate),
        }
    }
}

impl AsyncRead for Paced {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.reads.poll(cx));
        let before = buf.filled().len();
        let Poll::Ready(read) = Pin::new(&mut self.stream).poll_read(cx, buf) else {
            self.reads.anew = true;
            return Poll::Pending;
        };
        read?;
        let bytes = buf.filled().len() - before;
        self.reads.went(bytes);
        // A request: its answer begins by itself.
        self.writes.anew |= bytes > 0;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Paced {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.writes.poll(cx));
        let data = match self.writes.bytes_per_second {
            Some(_) => &data[..data.len().min(CHUNK)],
            None => data,
        };
        let Poll::Ready(written) = Pin::new(&mut self.stream).poll_write(cx, data) else {
            self.writes.anew = true;
            return Poll::Pending;
        };
        let written = written?;
        self.writes.went(written);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
