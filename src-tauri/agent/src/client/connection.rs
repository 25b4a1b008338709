//! One connection: many requests under way, each answered by its number.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use hatrack_core::caller::CallerContext;
use serde::Serialize;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::error::AgentError;
use crate::protocol::{
    Ask, Hello, LONGEST_ANSWER, Message, PROTOCOL, Reply, Request, Welcome, WireError, longest_request,
};

/// Bytes taken from the socket at once: a catalog of thousands of roles is megabytes.
const READ_AT_ONCE: usize = 64 * 1024;

/// A greeted socket: lines in, lines out.
pub(super) struct Line {
    read: BufReader<OwnedReadHalf>,
    write: OwnedWriteHalf,
    agent: Welcome,
}

/// Says hello and hears the welcome.
pub(super) async fn greet(stream: UnixStream) -> Result<Line, AgentError> {
    let (read, write) = stream.into_split();
    let mut line = Line {
        read: BufReader::with_capacity(READ_AT_ONCE, read),
        write,
        agent: Welcome {
            protocol: 0,
            version: String::new(),
            pid: 0,
        },
    };
    let hello = Hello {
        protocol: PROTOCOL,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    line.write.write_all(&as_line(&hello)?).await?;
    let welcome = line.read.next_line().await?.ok_or(AgentError::Lost)?;
    line.agent = serde_json::from_slice(&welcome).map_err(|_| AgentError::Unexpected)?;
    Ok(line)
}

impl Line {
    pub(super) async fn send(&mut self, ask: &Ask) -> Result<(), AgentError> {
        refuse_across_versions(&self.agent, &ask.request)?;
        Ok(self.write.write_all(&as_line(ask)?).await?)
    }

    pub(super) async fn receive(&mut self) -> Result<Message, AgentError> {
        let line = self.read.next_line().await?.ok_or(AgentError::Lost)?;
        serde_json::from_slice(&line).map_err(|_| AgentError::Unexpected)
    }
}

/// An agent of another protocol can be asked how it is, and to stop.
fn refuse_across_versions(agent: &Welcome, request: &Request) -> Result<(), AgentError> {
    if agent.protocol == PROTOCOL || matches!(request, Request::Status | Request::Stop) {
        return Ok(());
    }
    Err(AgentError::OtherVersion {
        agent: agent.version.clone(),
        client: env!("CARGO_PKG_VERSION"),
    })
}

/// The JSON of `value` and a newline, in memory that is cleared after use.
fn as_line<T: Serialize>(value: &T) -> Result<Zeroizing<Vec<u8>>, AgentError> {
    // Room for all of it from the start: a buffer that grows leaves uncleared copies behind.
    let mut length = Length(1);
    serde_json::to_writer(&mut length, value).map_err(|_| AgentError::Unexpected)?;
    let mut line = Zeroizing::new(Vec::with_capacity(length.0));
    serde_json::to_writer(&mut *line, value).map_err(|_| AgentError::Unexpected)?;
    if line.len() >= longest_request(&line) {
        return Err(AgentError::TooLong);
    }
    line.push(b'\n');
    Ok(line)
}

/// Counts what is written.
struct Length(usize);

impl std::io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Reading one line of bounded length.
trait NextLine {
    async fn next_line(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>, AgentError>;
}

impl NextLine for BufReader<OwnedReadHalf> {
    async fn next_line(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>, AgentError> {
        let mut line = Zeroizing::new(Vec::with_capacity(8 * 1024));
        let read = self
            .take(LONGEST_ANSWER as u64)
            .read_until(b'\n', &mut line)
            .await?;
        match (read, line.pop()) {
            (0, _) => Ok(None),
            (_, Some(b'\n')) => Ok(Some(line)),
            // The agent went in the middle of a line.
            _ => Ok(None),
        }
    }
}

type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<Result<Reply, WireError>>>>>;

/// A connection that requests share.
pub(super) struct Connection {
    write: tokio::sync::Mutex<OwnedWriteHalf>,
    agent: Welcome,
    waiting: Waiting,
    next: AtomicU64,
    open: Arc<AtomicBool>,
    reader: tokio::task::JoinHandle<()>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

impl Connection {
    /// Takes a greeted line over.
    pub(super) fn over(line: Line) -> Self {
        let waiting = Waiting::default();
        let open = Arc::new(AtomicBool::new(true));
        let reader = tokio::spawn(read_answers(line.read, waiting.clone(), open.clone()));
        Self {
            write: tokio::sync::Mutex::new(line.write),
            agent: line.agent,
            waiting,
            next: AtomicU64::new(1),
            open,
            reader,
        }
    }

    /// Whether the agent is still there, as far as is known.
    pub(super) fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }

    /// One request and its answer.
    pub(super) async fn ask(&self, caller: &CallerContext, request: Request) -> Result<Reply, AgentError> {
        refuse_across_versions(&self.agent, &request)?;
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let caller = caller.clone();
        let line = as_line(&Ask { id, caller, request })?;
        let (send, receive) = oneshot::channel();
        lock(&self.waiting).insert(id, send);
        let written = self.write.lock().await.write_all(&line).await;
        // A reader that ended just before has already told everybody who waited: this one came too late for that.
        if written.is_err() || !self.is_open() {
            self.open.store(false, Ordering::Release);
            lock(&self.waiting).remove(&id);
        }
        match receive.await {
            Ok(result) => Ok(result?),
            Err(_) => Err(AgentError::Lost),
        }
    }
}

async fn read_answers(mut read: BufReader<OwnedReadHalf>, waiting: Waiting, open: Arc<AtomicBool>) {
    while let Ok(Some(mut line)) = read.next_line().await {
        let Ok(Message::Answer(answer)) = serde_json::from_slice(&line) else {
            break;
        };
        if matches!(answer.result, Ok(Reply::Catalog(_))) {
            // It holds no secret, and to clear megabytes byte by byte takes longer than to read them.
            drop(std::mem::take(&mut *line));
        }
        if let Some(asker) = lock(&waiting).remove(&answer.id) {
            // Nobody waits any more: the asker was cancelled.
            let _ = asker.send(answer.result);
        }
    }
    open.store(false, Ordering::Release);
    lock(&waiting).clear();
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
