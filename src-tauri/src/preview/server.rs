//! The address that an element of the page reads an object from: ranges of one object, on 127.0.0.1, while it is shown.
//!
//! Invariants: only who knows the token, which is of 256 bits and new for each object, gets a byte; a name server that
//! points here gets none; nothing is sent that a page would open as a document.

use std::convert::Infallible;
use std::fmt::Write;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::stream::StreamExt;
use hatrack_core::bucket::transfer::Range;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use sha2::{Digest, Sha256};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

use super::source::Source;

/// Connections at once. A player opens a new one for each place that is jumped to.
const MOST: usize = 48;
const HEADERS_WITHIN: Duration = Duration::from_secs(10);
const LONGEST_HEAD: usize = 16 * 1024;
/// After the system gave no connection, such as for want of file numbers.
const PAUSE: Duration = Duration::from_millis(100);

/// Where the page comes from; no other page may read what is served.
pub fn page_origin() -> &'static str {
    if tauri::is_dev() {
        "http://localhost:1420"
    } else if cfg!(windows) {
        "http://tauri.localhost"
    } else {
        "tauri://localhost"
    }
}

/// An object that is served. Dropping it ends the server and every connection to it.
#[derive(Debug)]
pub struct Served {
    url: String,
    server: AbortHandle,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Served {
    /// Serves the object as `mime` to pages of `origin`.
    pub async fn start(
        source: Arc<dyn Source>,
        mime: &'static str,
        origin: &'static str,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let host = listener.local_addr()?.to_string();
        let token = token()?;
        let url = format!("http://{host}/{token}");
        let door = Arc::new(Door {
            host,
            path: Sha256::digest(format!("/{token}").as_bytes()).into(),
            origin,
            mime,
            source,
        });
        let server = tokio::spawn(attend(listener, door)).abort_handle();
        Ok(Self { url, server })
    }

    /// The address. Who has it can read the object until this is dropped.
    pub fn url(&self) -> &str {
        &self.url
    }
}

fn token() -> io::Result<String> {
    let mut random = [0u8; 32];
    getrandom::fill(&mut random).map_err(|why| io::Error::other(why.to_string()))?;
    let mut token = String::with_capacity(64);
    for byte in random {
        // Writing to a string cannot fail.
        let _ = write!(token, "{byte:02x}");
    }
    Ok(token)
}

async fn attend(listener: TcpListener, door: Arc<Door>) {
    // Dropped with this task, and every connection with it.
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        while connections.len() >= MOST {
            connections.join_next().await;
        }
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(serve(stream, door.clone()));
            }
            Err(why) => {
                tracing::warn!(%why, "a preview could not take a connection");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn serve(stream: TcpStream, door: Arc<Door>) {
    let service = service_fn(|request: Request<Incoming>| {
        let door = door.clone();
        async move {
            let (head, _body) = request.into_parts();
            Ok::<_, Infallible>(door.answer(&head).await)
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .max_buf_size(LONGEST_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    // What was sent may hold a token: of an error, not a word is kept.
    if connection.await.is_err() {
        tracing::debug!("a connection to a preview broke");
    }
}

/// What requests are held against, and what they get.
struct Door {
    /// `127.0.0.1` and the port: any other name is that of a page whose name server points here.
    host: String,
    /// The digest of the one path. What is compared is digests, whose first difference tells nothing of the path.
    path: [u8; 32],
    origin: &'static str,
    mime: &'static str,
    source: Arc<dyn Source>,
}

type Answer = Response<UnsyncBoxBody<Bytes, io::Error>>;

impl Door {
    async fn answer(&self, request: &Parts) -> Answer {
        let mut answer = match self.judge(request) {
            Err(status) => empty(status),
            Ok(()) if request.method == Method::OPTIONS => self.leave(),
            Ok(()) => self.object(request).await,
        };
        let headers = answer.headers_mut();
        for (name, value) in ALWAYS {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static(self.origin),
        );
        answer
    }

    /// Lets a request in, or says with which status not.
    fn judge(&self, request: &Parts) -> Result<(), StatusCode> {
        let headers = &request.headers;
        let is_ours = only(headers, &header::HOST).is_some_and(|host| host == self.host.as_str());
        if !is_ours || request.uri.authority().is_some() {
            return Err(StatusCode::MISDIRECTED_REQUEST);
        }
        let origin = headers.contains_key(header::ORIGIN);
        if origin && only(headers, &header::ORIGIN).is_none_or(|origin| origin != self.origin) {
            return Err(StatusCode::FORBIDDEN);
        }
        // Fetch Metadata: an element of the page reads it, or its script; nothing navigates here.
        if let Some(to) = headers.get("sec-fetch-dest")
            && !["image", "audio", "video", "empty"].iter().any(|dest| to == dest)
        {
            return Err(StatusCode::FORBIDDEN);
        }
        let path: [u8; 32] = Sha256::digest(request.uri.path().as_bytes()).into();
        if path != self.path || request.uri.query().is_some() {
            return Err(StatusCode::NOT_FOUND);
        }
        match request.method {
            Method::GET | Method::HEAD | Method::OPTIONS => Ok(()),
            _ => Err(StatusCode::METHOD_NOT_ALLOWED),
        }
    }

    /// Leave to ask with a range, which a browser asks for first (Fetch, "CORS-preflight request").
    fn leave(&self) -> Answer {
        let mut answer = empty(StatusCode::NO_CONTENT);
        let headers = answer.headers_mut();
        for (name, value) in [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, "range"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        answer
    }

    /// The object, or the range of it that is asked for.
    async fn object(&self, request: &Parts) -> Answer {
        let size = self.source.size();
        let asked = only(&request.headers, &header::RANGE).and_then(|range| range.to_str().ok());
        let range = match asked.map_or(Asked::Whole, |range| asked_range(range, size)) {
            Asked::Whole => None,
            Asked::Range(range) => Some(range),
            Asked::Beyond => {
                let mut answer = empty(StatusCode::RANGE_NOT_SATISFIABLE);
                set(&mut answer, header::CONTENT_RANGE, &format!("bytes */{size}"));
                return answer;
            }
        };
        let of = range.unwrap_or(Range { start: 0, end: size });
        let body = if request.method == Method::HEAD || of.length() == 0 {
            nothing()
        } else {
            match self.source.stream(of).await {
                Ok(bytes) => {
                    let frames = bytes.map(|bytes| bytes.map(Frame::data).map_err(io::Error::from));
                    BodyExt::boxed_unsync(StreamBody::new(frames))
                }
                Err(why) => {
                    tracing::info!(%why, "a preview could not be read");
                    return empty(StatusCode::BAD_GATEWAY);
                }
            }
        };
        let mut answer = Response::new(body);
        set(&mut answer, header::CONTENT_LENGTH, &of.length().to_string());
        if let Some(Range { start, end }) = range {
            *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
            set(
                &mut answer,
                header::CONTENT_RANGE,
                &format!("bytes {start}-{}/{size}", end.max(1) - 1),
            );
        }
        set(&mut answer, header::CONTENT_TYPE, self.mime);
        answer
    }
}

/// On every answer. A page that came to be opened here could run nothing and load nothing.
const ALWAYS: [(HeaderName, &str); 8] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CONTENT_DISPOSITION, "inline"),
    (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::ACCEPT_RANGES, "bytes"),
    (header::VARY, "Origin"),
    (
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        "Accept-Ranges, Content-Length, Content-Range",
    ),
];

/// What a Range header asks for (RFC 9110, 14.2).
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    /// All: there is no range, or one that is not understood, which is passed over.
    Whole,
    Range(Range),
    /// Nothing that is there.
    Beyond,
}

fn asked_range(text: &str, size: u64) -> Asked {
    let Some((first, last)) = text
        .strip_prefix("bytes=")
        .and_then(|range| range.split_once('-'))
    else {
        return Asked::Whole;
    };
    let range = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => Range {
            start: first,
            end: last.saturating_add(1).min(size),
        },
        (Ok(first), Err(_)) if last.is_empty() => Range {
            start: first,
            end: size,
        },
        (Err(_), Ok(last)) if first.is_empty() => Range {
            start: size.saturating_sub(last),
            end: size,
        },
        _ => return Asked::Whole,
    };
    if range.start < range.end {
        Asked::Range(range)
    } else {
        Asked::Beyond
    }
}

fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(nothing());
    *answer.status_mut() = status;
    answer
}

fn nothing() -> UnsyncBoxBody<Bytes, io::Error> {
    Empty::new()
        .map_err(|never: Infallible| match never {})
        .boxed_unsync()
}

fn set(answer: &mut Answer, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}

/// The value of a header that is there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    first.filter(|_| values.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_rfc_9110_has_them() {
        let range = |start, end| Asked::Range(Range { start, end });
        for (text, asked) in [
            ("bytes=0-", range(0, 10)),
            ("bytes=2-4", range(2, 5)),
            ("bytes=9-100", range(9, 10)),
            ("bytes=0-18446744073709551615", range(0, 10)),
            ("bytes=-3", range(7, 10)),
            ("bytes=-100", range(0, 10)),
            ("bytes=10-", Asked::Beyond),
            ("bytes=-0", Asked::Beyond),
            ("bytes=5-4", Asked::Whole),
            ("bytes=0-1,3-4", Asked::Whole),
            ("bytes=-", Asked::Whole),
            ("lines=0-1", Asked::Whole),
        ] {
            assert_eq!(asked_range(text, 10), asked, "{text}");
        }
        assert_eq!(asked_range("bytes=0-", 0), Asked::Beyond);
    }
}
