//! An HTTP server that answers as it is told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub headers: HashMap<String, String>,
    pub body: String,
}

impl Asked {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }
}

/// What is sent back.
#[derive(Debug, Clone)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    end: End,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Whole,
    /// The connection breaks before the body's last bytes.
    Cut,
    /// The body never ends.
    Endless,
    /// Nothing is sent at all.
    Silent,
    /// An answer to HEAD: the length alone is told.
    Head(u64),
}

impl Answer {
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
            end: End::Whole,
        }
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The same with a part of its body left out.
    pub fn without(self, part: &str) -> Self {
        let text = String::from_utf8(self.body).unwrap();
        assert!(text.contains(part));
        Self {
            body: text.replace(part, "").into_bytes(),
            ..self
        }
    }

    pub fn cut(self) -> Self {
        Self {
            end: End::Cut,
            ..self
        }
    }

    pub fn endless(self) -> Self {
        Self {
            end: End::Endless,
            ..self
        }
    }

    pub fn head(length: u64) -> Self {
        Self {
            end: End::Head(length),
            ..Self::new(200, "")
        }
    }

    pub fn silent() -> Self {
        Self {
            end: End::Silent,
            ..Self::new(200, "")
        }
    }
}

pub struct Server {
    pub port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Answers the `n`th request (from 0) with `answer(n, request)`.
    pub async fn start(answer: impl Fn(usize, &Asked) -> Answer + Send + Sync + 'static) -> Self {
        Self::serve(answer, None).await
    }

    pub async fn start_tls(
        acceptor: tokio_rustls::TlsAcceptor,
        answer: impl Fn(usize, &Asked) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::serve(answer, Some(acceptor)).await
    }

    async fn serve(
        answer: impl Fn(usize, &Asked) -> Answer + Send + Sync + 'static,
        tls: Option<tokio_rustls::TlsAcceptor>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (seen, answer) = (Arc::clone(&asked), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, answer, tls) = (Arc::clone(&seen), Arc::clone(&answer), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => talk(stream, &seen, &*answer).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                talk(stream, &seen, &*answer).await;
                            }
                        }
                    }
                });
            }
        });
        Self { port, asked }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn talk(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    seen: &Mutex<Vec<Asked>>,
    answer: &(dyn Fn(usize, &Asked) -> Answer + Send + Sync),
) {
    while let Some(asked) = read(&mut stream).await {
        let n = {
            let mut seen = seen.lock().unwrap();
            seen.push(asked.clone());
            seen.len() - 1
        };
        let answer = answer(n, &asked);
        if answer.end == End::Silent {
            std::future::pending::<()>().await;
        }
        let mut head = format!("HTTP/1.1 {} X\r\n", answer.status);
        for (name, value) in &answer.headers {
            head += &format!("{name}: {value}\r\n");
        }
        let length = answer.body.len() as u64;
        head += &match answer.end {
            End::Endless => "\r\n".to_owned(),
            End::Head(length) => format!("content-length: {length}\r\n\r\n"),
            _ => format!("content-length: {length}\r\n\r\n"),
        };
        let kept = match answer.end {
            End::Cut => &answer.body[..answer.body.len() / 2],
            _ => &answer.body[..],
        };
        if stream.write_all(head.as_bytes()).await.is_err() || stream.write_all(kept).await.is_err() {
            return;
        }
        match answer.end {
            End::Whole | End::Head(_) => {}
            End::Cut => return,
            _ => while stream.write_all(&[b' '; 65536]).await.is_ok() {},
        }
    }
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Asked> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break at;
        }
        let mut more = [0; 4096];
        match stream.read(&mut more).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => bytes.extend_from_slice(&more[..n]),
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap().split(' ');
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers
        .get("content-length")
        .and_then(|n| n.parse().ok())
        .unwrap_or(0);
    let mut body = bytes[end + 4..].to_vec();
    while body.len() < length {
        let mut more = [0; 4096];
        match stream.read(&mut more).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => body.extend_from_slice(&more[..n]),
        }
    }
    Some(Asked {
        method: first.next().unwrap().to_owned(),
        path: first.next().unwrap().to_owned(),
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}
