//! One connection: a greeting, then requests beside each other, and events for a listener.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::lines::Lines;
use crate::protocol::{Answer, Ask, ErrorCode, Hello, Message, PROTOCOL, Reply, Request, Welcome, WireError};
use crate::service::{Answered, Listening, Service};

/// A peer that does not greet, or stops in the middle of a line, is let go after this.
const LINE_LIMIT: Duration = Duration::from_secs(10);
/// A peer that does not read what it asked for is let go after this.
const WRITE_LIMIT: Duration = Duration::from_secs(30);
/// More requests of one connection than this wait their turn.
const MOST_AT_ONCE: usize = 256;

/// Serves one connection until its peer goes.
pub(super) async fn serve(stream: UnixStream, service: Arc<Service>) {
    let (read, mut write) = stream.into_split();
    let mut lines = Lines::of(read);
    let Ok(Some(hello)) = timeout(LINE_LIMIT, lines.next()).await else {
        return;
    };
    let Ok(hello) = serde_json::from_slice::<Hello>(&hello) else {
        tracing::warn!("a connection that did not greet was closed");
        return;
    };
    let welcome = Welcome {
        protocol: PROTOCOL,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
    };
    if send(&mut write, &welcome).await.is_err() {
        return;
    }
    let (outbox, messages) = mpsc::channel::<Message>(16);
    let mut tasks = JoinSet::new();
    tasks.spawn(write_out(write, messages));
    let connection = Connection {
        service,
        outbox,
        same_protocol: hello.protocol == PROTOCOL,
        places: Arc::new(Semaphore::new(MOST_AT_ONCE)),
    };
    // When it ends, what was started for this peer ends with it; calls to AWS go on, for others may share them.
    connection.read_requests(&mut lines, &mut tasks).await;
}

struct Connection {
    service: Arc<Service>,
    outbox: mpsc::Sender<Message>,
    same_protocol: bool,
    places: Arc<Semaphore>,
}

impl Connection {
    async fn read_requests(&self, lines: &mut Lines<OwnedReadHalf>, tasks: &mut JoinSet<()>) {
        loop {
            // Silence between requests is fine for as long as the peer likes.
            if !lines.has_more().await {
                return;
            }
            let Ok(Some(line)) = timeout(LINE_LIMIT, lines.next()).await else {
                return;
            };
            // The parser's message may repeat what it stumbled over, which may be a secret: not a word of it is kept.
            let Ok(ask) = serde_json::from_slice::<Ask>(&line) else {
                tracing::warn!("a request that cannot be read was refused");
                if self.refuse_unread(&line).await.is_err() {
                    return;
                }
                continue;
            };
            while tasks.try_join_next().is_some() {}
            let Ok(place) = self.places.clone().acquire_owned().await else {
                return;
            };
            let (service, outbox, same_protocol) =
                (self.service.clone(), self.outbox.clone(), self.same_protocol);
            tasks.spawn(async move {
                answer(&service, &outbox, same_protocol, ask).await;
                drop(place);
            });
        }
    }

    /// Answers a request of an unknown shape by its number, if it has one.
    async fn refuse_unread(&self, line: &[u8]) -> Result<(), ()> {
        #[derive(serde::Deserialize)]
        struct Numbered {
            id: u64,
        }
        let Ok(Numbered { id }) = serde_json::from_slice(line) else {
            return Err(());
        };
        let message = "the agent cannot read the request; it may be of another version";
        let result = Err(WireError::new(ErrorCode::Protocol, message));
        let answer = Message::Answer(Answer { id, result });
        self.outbox.send(answer).await.map_err(|_| ())
    }
}

async fn answer(service: &Arc<Service>, outbox: &mpsc::Sender<Message>, same_protocol: bool, ask: Ask) {
    let Ask { id, caller, request } = ask;
    let answered = if same_protocol || matches!(request, Request::Status | Request::Stop) {
        service.answer(caller, request).await
    } else {
        let message = format!(
            "the agent is version {} and speaks another protocol; stop it with `hat agent --stop`",
            env!("CARGO_PKG_VERSION")
        );
        Err(WireError::new(ErrorCode::Protocol, message))
    };
    let (result, listener) = match answered {
        Ok(Answered::Reply(reply)) => (Ok(*reply), None),
        Ok(Answered::Listening(listener)) => (Ok(Reply::Done), Some(listener)),
        Err(error) => (Err(error), None),
    };
    // A peer that has gone needs no answer.
    if outbox.send(Message::Answer(Answer { id, result })).await.is_ok()
        && let Some(listener) = listener
    {
        pass_on(&listener, outbox).await;
    }
}

async fn pass_on(listener: &Listening, outbox: &mpsc::Sender<Message>) {
    loop {
        let event = listener.next().await;
        if outbox.send(Message::Event(event)).await.is_err() {
            return;
        }
    }
}

async fn write_out(mut write: OwnedWriteHalf, mut messages: mpsc::Receiver<Message>) {
    while let Some(message) = messages.recv().await {
        if send(&mut write, &message).await.is_err() {
            return;
        }
    }
}

async fn send<T: Serialize>(write: &mut OwnedWriteHalf, message: &T) -> Result<(), ()> {
    // Room from the start: a buffer that grows leaves uncleared copies of a hand-out behind.
    let mut line = Zeroizing::new(Vec::with_capacity(16 * 1024));
    serde_json::to_writer(&mut *line, message).map_err(|_| ())?;
    line.push(b'\n');
    let written = timeout(WRITE_LIMIT, write.write_all(&line)).await;
    written.map_err(|_| ())?.map_err(|_| ())
}
