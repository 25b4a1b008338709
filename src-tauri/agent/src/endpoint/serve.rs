//! The port of an endpoint: who connects, for how long, and what the answer looks like.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hatrack_core::endpoint_view::{UseOutcome, UseProcess};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use serde::Serialize;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet, yield_now};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use zeroize::Zeroizing;

use super::door::Refusal;
use super::one::Endpoint;
use super::process::process_of;
use super::{Given, Unavailable};

/// Connections at once; beyond that the oldest that has asked for nothing makes room.
const MOST: usize = 128;
/// How long it may ask for nothing before that. Of many that ask at once, all connect before the first is heard.
const SILENT: Duration = Duration::from_secs(1);
/// An SDK that has connected asks at once.
const HEADERS_WITHIN: Duration = Duration::from_secs(5);
/// What hyper takes at least.
const LONGEST_HEAD: usize = 8 * 1024;
/// SDKs give up long before, and ask again: the renewal goes on meanwhile.
const GIVEN_WITHIN: Duration = Duration::from_secs(20);
const WHOLE: Duration = Duration::from_secs(30);
/// After the system gave no connection, such as for want of file numbers.
const PAUSE: Duration = Duration::from_millis(100);

/// Lets programs in until the endpoint closes, which ends this.
pub(super) async fn attend(listener: TcpListener, endpoint: Arc<Endpoint>) {
    let mut connections = JoinSet::new();
    let mut silent: VecDeque<Silent> = VecDeque::new();
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(why) => {
                tracing::warn!(%why, "an endpoint could not take a connection");
                sleep(PAUSE).await;
                continue;
            }
        };
        make_room(&mut connections, &mut silent).await;
        let asked = Arc::new(AtomicBool::new(false));
        let served = serve(stream, peer, endpoint.clone(), asked.clone());
        silent.push_back(Silent {
            connection: connections.spawn(served),
            asked,
            until: Instant::now() + SILENT,
        });
    }
}

/// Waits until there is room for one more: until one is done, or the oldest that asks for nothing has had its time.
async fn make_room(connections: &mut JoinSet<()>, silent: &mut VecDeque<Silent>) {
    loop {
        while connections.try_join_next().is_some() {}
        silent.retain(Silent::is_so);
        if connections.len() < MOST {
            return;
        }
        match silent.front() {
            Some(oldest) if oldest.until <= Instant::now() => {
                // Where the computer stood still meanwhile, what it asks may lie here unread.
                yield_now().await;
                if oldest.is_so() {
                    oldest.connection.abort();
                    silent.pop_front();
                    return;
                }
            }
            // Whichever comes first, it is looked again.
            Some(oldest) => drop(timeout_at(oldest.until, connections.join_next()).await),
            None => drop(connections.join_next().await),
        }
    }
}

/// A connection that has asked for nothing yet.
struct Silent {
    connection: AbortHandle,
    asked: Arc<AtomicBool>,
    /// When it may be let go for another.
    until: Instant,
}

impl Silent {
    fn is_so(&self) -> bool {
        !self.connection.is_finished() && !self.asked.load(Ordering::Relaxed)
    }
}

async fn serve(stream: TcpStream, peer: SocketAddr, endpoint: Arc<Endpoint>, asked: Arc<AtomicBool>) {
    let ends = stream.local_addr().ok().map(|here| (peer, here));
    let service = service_fn(|request: Request<Incoming>| {
        asked.store(true, Ordering::Relaxed);
        let endpoint = endpoint.clone();
        async move { Ok::<_, Infallible>(answer(&endpoint, request, ends).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .keep_alive(false)
        .max_buf_size(LONGEST_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    // What was sent may hold a token: of an error, not a word is kept.
    if !matches!(timeout(WHOLE, connection).await, Ok(Ok(()))) {
        tracing::debug!("a connection to an endpoint broke");
    }
}

type Answer = Response<Full<Bytes>>;

async fn answer(
    endpoint: &Endpoint,
    request: Request<Incoming>,
    ends: Option<(SocketAddr, SocketAddr)>,
) -> Answer {
    let (head, _body) = request.into_parts();
    let judged = async {
        match endpoint.judge(&head) {
            Err(refusal) => {
                let why = refusal.to_string();
                (refused(refusal), UseOutcome::Refused, Some(why))
            }
            Ok(()) => match given(endpoint).await {
                Ok(given) => (credentials(&given), UseOutcome::Served, None),
                Err(Unavailable(why)) => (unavailable(&why), UseOutcome::Failed, Some(why)),
            },
        }
    };
    // Looked for while the program waits: it may end once it has its answer.
    let ((answer, outcome, why), process) = tokio::join!(judged, who(ends));
    endpoint.used(outcome, why, process);
    answer
}

async fn given(endpoint: &Endpoint) -> Result<Given, Unavailable> {
    let given = timeout(GIVEN_WITHIN, endpoint.credentials()).await;
    given.unwrap_or_else(|_| {
        let why = "AWS has not answered yet; the session is still being renewed, so ask again";
        Err(Unavailable(why.to_owned()))
    })
}

async fn who(ends: Option<(SocketAddr, SocketAddr)>) -> UseProcess {
    let Some((peer, here)) = ends else {
        return UseProcess::NotKnown;
    };
    let found = tokio::task::spawn_blocking(move || process_of(peer, here)).await;
    found.unwrap_or(UseProcess::NotKnown)
}

/// AWS SDKs and Tools Reference Guide, "Container credential provider"; Amazon ECS Developer Guide, "Task IAM role".
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Credentials<'a> {
    access_key_id: &'a str,
    secret_access_key: &'a str,
    token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<String>,
}

fn credentials(given: &Given) -> Answer {
    let held = &given.credentials;
    let token = held.session_token.as_ref();
    let text = Credentials {
        access_key_id: &held.access_key_id,
        secret_access_key: held.secret_access_key.expose(),
        token: token.map_or("", |token| token.expose()),
        expiration: held.expires_at,
        account_id: given.account.map(|id| id.to_string()),
    };
    json(StatusCode::OK, &text)
}

/// How SDKs read a refusal.
#[derive(Serialize)]
struct Failure<'a> {
    code: &'a str,
    message: &'a str,
}

fn refused(refusal: Refusal) -> Answer {
    let message = format!("Hatrack gave no credentials: {refusal}.");
    let failure = Failure {
        code: "AccessDenied",
        message: &message,
    };
    json(StatusCode::FORBIDDEN, &failure)
}

fn unavailable(why: &str) -> Answer {
    let message = format!("Hatrack gave no credentials: {why}.");
    let failure = Failure {
        code: "CredentialsNotAvailable",
        message: &message,
    };
    json(StatusCode::SERVICE_UNAVAILABLE, &failure)
}

fn json<T: Serialize>(status: StatusCode, value: &T) -> Answer {
    // Room from the start: a buffer that grows leaves uncleared copies behind.
    let mut text = Zeroizing::new(Vec::with_capacity(16 * 1024));
    let written = serde_json::to_writer(&mut *text, value);
    let mut answer = Response::new(Full::new(Bytes::from_owner(text)));
    *answer.status_mut() = match written {
        Ok(()) => status,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
