//! Receives the redirect of a sign-in page: one port on this machine, for one answer.
//!
//! Source: RFC 8252, section 7.3 (loopback redirects); RFC 6749, sections 4.1.2 and 10.12 (code and state).

use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use hatrack_core::secret::Secret;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, REFERRER_POLICY};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use subtle::ConstantTimeEq;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use url::Url;

/// The redirect's path; the client is registered with it.
const PATH: &str = "/oauth/callback";

/// A browser that has connected sends its request at once.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);

/// What the page sent back.
#[derive(Debug)]
pub(super) enum Landed {
    /// The code to change into a token.
    Code(Secret),
    /// The person, or AWS, said no: the error's name.
    Refused(String),
}

/// A port that waits for one redirect.
pub(super) struct Loopback {
    listener: TcpListener,
    door: Arc<Door>,
}

struct Door {
    uri: Url,
    host: String,
    state: String,
}

impl Loopback {
    /// Opens a free port on 127.0.0.1, for the redirect that brings `state` back.
    pub(super) async fn open(state: String) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let host = format!("127.0.0.1:{}", listener.local_addr()?.port());
        let uri = Url::parse(&format!("http://{host}{PATH}")).map_err(io::Error::other)?;
        let door = Arc::new(Door { uri, host, state });
        Ok(Self { listener, door })
    }

    /// Where the page is to send the browser.
    pub(super) fn uri(&self) -> &Url {
        &self.door.uri
    }

    /// Waits for the redirect. Whatever else knocks is turned away and changes nothing. The port closes afterwards.
    pub(super) async fn landed(self) -> io::Result<Landed> {
        let (send, mut received) = mpsc::channel(1);
        loop {
            tokio::select! {
                Some((landed, answered)) = received.recv() => {
                    // The browser is to have its last page before the port closes.
                    let _ = tokio::time::timeout(HEADERS_WITHIN, answered).await;
                    return Ok(landed);
                }
                accepted = self.listener.accept() => {
                    let (stream, _) = accepted?;
                    tokio::spawn(serve(stream, self.door.clone(), send.clone()));
                }
            }
        }
    }
}

type Answered = tokio::sync::oneshot::Receiver<()>;

async fn serve(stream: tokio::net::TcpStream, door: Arc<Door>, send: mpsc::Sender<(Landed, Answered)>) {
    let (sent, answered) = tokio::sync::oneshot::channel();
    let answered = std::sync::Mutex::new(Some(answered));
    let service = service_fn(|request: Request<Incoming>| {
        let (reply, landed) = door.judge(&request);
        let answered = answered.lock().map(|mut slot| slot.take()).unwrap_or_default();
        if let (Some(landed), Some(answered)) = (landed, answered) {
            // Only the first counts: the channel has room for one.
            let _ = send.try_send((landed, answered));
        }
        async move { Ok::<_, Infallible>(reply) }
    });
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .keep_alive(false)
        .max_buf_size(32 * 1024)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(why) = served {
        tracing::debug!(%why, "a connection to the redirect's port broke");
    }
    let _ = sent.send(());
}

impl Door {
    fn judge(&self, request: &Request<Incoming>) -> (Response<Full<Bytes>>, Option<Landed>) {
        let host = request.headers().get(HOST).and_then(|value| value.to_str().ok());
        if request.method() != Method::GET || host != Some(&self.host) || request.uri().path() != PATH {
            return (
                page(StatusCode::NOT_FOUND, "Not found", "There is nothing here."),
                None,
            );
        }
        let query = request.uri().query().unwrap_or_default();
        let find = |name: &str| {
            let mut pairs = url::form_urlencoded::parse(query.as_bytes());
            pairs
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        let state = find("state").unwrap_or_default();
        if !bool::from(state.as_bytes().ct_eq(self.state.as_bytes())) {
            let text = "This answer belongs to another sign-in. Go back to Hatrack and sign in again.";
            return (page(StatusCode::BAD_REQUEST, "Not this sign-in", text), None);
        }
        match (find("code"), find("error")) {
            (Some(code), None) => (
                page(
                    StatusCode::OK,
                    "Back to Hatrack",
                    "The sign-in page is done. You can close this tab.",
                ),
                Some(Landed::Code(Secret::new(code))),
            ),
            (_, Some(error)) => (
                page(
                    StatusCode::OK,
                    "Not signed in",
                    "The sign-in was refused. You can close this tab.",
                ),
                Some(Landed::Refused(error)),
            ),
            (None, None) => (
                page(StatusCode::BAD_REQUEST, "No answer", "The address lacks a code."),
                None,
            ),
        }
    }
}

/// A page with nothing of the request in it.
fn page(status: StatusCode, title: &str, text: &str) -> Response<Full<Bytes>> {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
         <style>body{{font:16px/1.5 system-ui,sans-serif;max-width:32em;margin:20vh auto;padding:0 1em;\
         color-scheme:light dark}}</style><h1>{title}</h1><p>{text}</p></html>"
    );
    let mut response = Response::new(Full::new(Bytes::from(html)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'",
        ),
    ] {
        headers.insert(name, http::HeaderValue::from_static(value));
    }
    response
}
