//! A page on this computer that leads a browser to a secret address: once, and only who knows its name.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hatrack_core::broker::Random;
use hatrack_core::secret::Secret;
use http::header::{CACHE_CONTROL, HOST, LOCATION, REFERRER_POLICY};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use subtle::ConstantTimeEq;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::machine::{SystemRandom, end_at};

/// A browser that has connected sends its request at once.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);

/// A port that waits for one browser.
pub(super) struct Handover {
    listener: TcpListener,
    address: String,
    door: Arc<Door>,
}

struct Door {
    host: String,
    path: String,
    /// Taken by the first who asks rightly.
    link: Mutex<Option<Secret>>,
}

impl Handover {
    /// Opens a free port on 127.0.0.1.
    pub(super) async fn open(link: Secret) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let host = format!("127.0.0.1:{}", listener.local_addr()?.port());
        let mut bytes = [0; 32];
        SystemRandom.fill(&mut bytes);
        let name: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let path = format!("/{name}");
        Ok(Self {
            address: format!("http://{host}{path}"),
            listener,
            door: Arc::new(Door {
                host,
                path,
                link: Mutex::new(Some(link)),
            }),
        })
    }

    /// What the browser is given.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Waits until a browser has been led on; the port closes then. Whoever else knocks is turned away.
    pub(super) async fn fetched(self) -> io::Result<()> {
        let (send, mut led_on) = mpsc::channel(1);
        loop {
            tokio::select! {
                Some(()) = led_on.recv() => return Ok(()),
                accepted = self.listener.accept() => {
                    let (stream, peer) = accepted?;
                    tokio::spawn(serve(stream, peer, self.door.clone(), send.clone()));
                }
            }
        }
    }
}

async fn serve(stream: TcpStream, peer: SocketAddr, door: Arc<Door>, send: mpsc::Sender<()>) {
    let ours = stream
        .local_addr()
        .is_ok_and(|here| !is_of_another_user(peer, here));
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .keep_alive(false)
        .max_buf_size(32 * 1024)
        .serve_connection(
            TokioIo::new(stream),
            service_fn(|request: Request<Incoming>| {
                let reply = door.judge(&request, ours);
                async move { Ok::<_, Infallible>(reply) }
            }),
        )
        .await;
    if let Err(why) = served {
        tracing::debug!(%why, "a connection to the page that leads on broke");
    }
    // The browser has its answer: the port may close.
    let taken = door.link.lock().unwrap_or_else(PoisonError::into_inner).is_none();
    if taken {
        let _ = send.try_send(());
    }
}

impl Door {
    fn judge(&self, request: &Request<Incoming>, ours: bool) -> Response<Full<Bytes>> {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let host = request.headers().get(HOST).and_then(|value| value.to_str().ok());
        let path = request.uri().path();
        let knows = bool::from(path.as_bytes().ct_eq(self.path.as_bytes()));
        // A page's script or picture asks, or a browser that looks ahead: nobody sees what it gets.
        let looks =
            header("sec-fetch-mode").is_none_or(|mode| mode == "navigate") && header("sec-purpose").is_none();
        let right = ours && request.method() == Method::GET && host == Some(&self.host) && knows && looks;
        let link = match right {
            true => self.link.lock().unwrap_or_else(PoisonError::into_inner).take(),
            false => None,
        };
        let mut response = Response::new(Full::new(Bytes::new()));
        let location = link.and_then(|link| HeaderValue::from_str(link.expose()).ok());
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        match location {
            Some(mut location) => {
                location.set_sensitive(true);
                headers.insert(LOCATION, location);
                *response.status_mut() = StatusCode::SEE_OTHER;
            }
            None => *response.status_mut() = StatusCode::NOT_FOUND,
        }
        response
    }
}

/// Whether the system says that another user has the other end. Where it does not tell, the name of the page alone
/// decides.
#[cfg(unix)]
fn is_of_another_user(peer: SocketAddr, here: SocketAddr) -> bool {
    end_at(peer, here).is_some_and(|end| end.uid != rustix::process::getuid().as_raw())
}

#[cfg(not(unix))]
fn is_of_another_user(_peer: SocketAddr, _here: SocketAddr) -> bool {
    false
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const LINK: &str = "https://signin.aws.amazon.com/federation?Action=login&SigninToken=canary";

    async fn ask(handover_host: &str, text: String) -> String {
        let mut stream = TcpStream::connect(handover_host).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn it_leads_one_browser_on_and_nobody_else() {
        let handover = Handover::open(Secret::new(LINK)).await.unwrap();
        let (host, path) = (handover.door.host.clone(), handover.door.path.clone());
        let waiting = tokio::spawn(handover.fetched());
        for wrong in [
            format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"),
            format!("GET {path}0 HTTP/1.1\r\nHost: {host}\r\n\r\n"),
            format!("POST {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"),
            format!("GET {path} HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
            format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Mode: cors\r\n\r\n"),
            format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nSec-Purpose: prefetch\r\n\r\n"),
        ] {
            let answer = ask(&host, wrong.clone()).await;
            assert!(
                answer.starts_with("HTTP/1.1 404") && !answer.contains("canary"),
                "{wrong}"
            );
        }
        let right = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Mode: navigate\r\n\r\n");
        let answer = ask(&host, right).await;
        assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
        assert!(answer.contains(&format!("location: {LINK}\r\n")), "{answer}");
        waiting.await.unwrap().unwrap();
        assert!(TcpStream::connect(&host).await.is_err());
    }
}
