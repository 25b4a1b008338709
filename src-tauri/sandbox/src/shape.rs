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
    /// Each connection's bandwidth to the client, in bytes per second; `None` for as fast as it goes.
    pub bytes_per_second: Option<u64>,
}

/// A connection whose writes are paced.
#[derive(Debug)]
pub struct Paced {
    stream: TcpStream,
    bytes_per_second: Option<u64>,
    /// When what was written so far would have left at the given pace.
    free_at: Instant,
    sleep: Option<Pin<Box<Sleep>>>,
}

/// Writes run ahead of the pace by at most this much, so that timers need not be finer than they are.
const AHEAD: Duration = Duration::from_millis(4);
/// Written at once at most.
const CHUNK: usize = 64 * 1024;

impl Paced {
    /// Paces a connection.
    pub fn new(stream: TcpStream, shape: &Shape) -> Self {
        let bytes_per_second = shape.bytes_per_second.filter(|b| *b > 0);
        Self {
            stream,
            bytes_per_second,
            free_at: Instant::now(),
            sleep: None,
        }
    }
}

impl AsyncRead for Paced {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Paced {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        let Some(rate) = self.bytes_per_second else {
            return Pin::new(&mut self.stream).poll_write(cx, data);
        };
        if let Some(sleep) = &mut self.sleep {
            ready!(sleep.as_mut().poll(cx));
            self.sleep = None;
        }
        let now = Instant::now();
        if self.free_at > now + AHEAD {
            let mut sleep = Box::pin(sleep_until(self.free_at - AHEAD));
            if sleep.as_mut().poll(cx).is_pending() {
                self.sleep = Some(sleep);
                return Poll::Pending;
            }
        }
        let data = &data[..data.len().min(CHUNK)];
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, data))?;
        let took = Duration::from_secs_f64(written as f64 / rate as f64);
        self.free_at = self.free_at.max(now) + took;
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
