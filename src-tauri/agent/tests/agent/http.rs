//! An HTTP server that plays back what was recorded.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde::Deserialize;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One request that has to come, and what is answered to it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    pub request: Wanted,
    pub answer: Answer,
}

/// What is wanted of a request; what is not named may be anything.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    pub method: String,
    pub path: String,
    /// Parts that the headers hold. `null`: the header is not there.
    #[serde(default)]
    pub headers: BTreeMap<String, Option<String>>,
    /// Fields of a form. `null`: the field is not there.
    #[serde(default)]
    pub form: BTreeMap<String, Option<String>>,
    /// Fields of a JSON document.
    #[serde(default)]
    pub json: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    pub status: u16,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

#[derive(Debug, Default)]
struct Request {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    body: String,
}

/// Plays its exchanges in their order. What comes out of order is written down and answered with 500.
pub struct Playback {
    pub url: String,
    left: Arc<Mutex<Vec<Exchange>>>,
    faults: Arc<Mutex<Vec<String>>>,
}

impl Playback {
    pub async fn start(exchanges: Vec<Exchange>) -> Self {
        Self::with(exchanges, || {}).await
    }

    /// Does something while each request waits for its answer.
    pub async fn with(mut exchanges: Vec<Exchange>, meanwhile: impl Fn() + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        exchanges.reverse();
        let left = Arc::new(Mutex::new(exchanges));
        let faults: Arc<Mutex<Vec<String>>> = Arc::default();
        let (playing, noted) = (left.clone(), faults.clone());
        let meanwhile: Arc<dyn Fn() + Send + Sync> = Arc::new(meanwhile);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, playing.clone(), noted.clone(), meanwhile.clone()));
            }
        });
        Self { url, left, faults }
    }

    /// Each exchange once, in order, and nothing else.
    pub fn was_played(&self) -> Result<(), String> {
        let faults = self.faults.lock().unwrap();
        let left = self.left.lock().unwrap();
        if faults.is_empty() && left.is_empty() {
            return Ok(());
        }
        Err(format!("{}; not asked for: {:?}", faults.join("; "), left))
    }
}

async fn talk(
    mut stream: TcpStream,
    left: Arc<Mutex<Vec<Exchange>>>,
    faults: Arc<Mutex<Vec<String>>>,
    meanwhile: Arc<dyn Fn() + Send + Sync>,
) {
    while let Some(request) = read(&mut stream).await {
        // Asked beside, for the name of an account that is not known; nobody waits for it.
        if request.body.contains("Action=GetCallerIdentity") {
            return;
        }
        meanwhile();
        let next = left.lock().unwrap().pop();
        let fits = match &next {
            Some(exchange) => exchange.request.fits(&request),
            None => Err("nothing more was recorded".into()),
        };
        let answer = match (fits, next) {
            (Ok(()), Some(exchange)) => exchange.answer,
            (why, _) => {
                let fault = format!("{} {}: {}", request.method, request.path, why.unwrap_err());
                faults.lock().unwrap().push(fault);
                Answer {
                    status: 500,
                    headers: BTreeMap::new(),
                    body: "not as recorded".into(),
                }
            }
        };
        let mut text = format!("HTTP/1.1 {} Recorded\r\n", answer.status);
        for (name, value) in &answer.headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += &format!("content-length: {}\r\n\r\n{}", answer.body.len(), answer.body);
        if stream.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}

impl Wanted {
    fn fits(&self, request: &Request) -> Result<(), String> {
        if (&self.method, &self.path) != (&request.method, &request.path) {
            return Err(format!("{} {} was next", self.method, self.path));
        }
        for (name, wanted) in &self.headers {
            let found = request.headers.get(name);
            let fits = match (wanted, found) {
                (Some(part), Some(found)) => found.contains(part),
                (None, found) => found.is_none(),
                (Some(_), None) => false,
            };
            if !fits {
                return Err(format!("the header {name} is {found:?}, not {wanted:?}"));
            }
        }
        let form: BTreeMap<String, String> = url::form_urlencoded::parse(request.body.as_bytes())
            .into_owned()
            .collect();
        for (name, wanted) in &self.form {
            if form.get(name) != wanted.as_ref() {
                return Err(format!(
                    "the field {name} is {:?}, not {wanted:?}",
                    form.get(name)
                ));
            }
        }
        let json: Value = serde_json::from_str(&request.body).unwrap_or_default();
        for (name, wanted) in &self.json {
            if json.get(name) != Some(wanted) {
                return Err(format!("the field {name} is {:?}, not {wanted}", json.get(name)));
            }
        }
        Ok(())
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let mut more = [0; 4096];
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        match stream.read(&mut more).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => bytes.extend_from_slice(&more[..n]),
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers
        .get("content-length")
        .and_then(|n| n.parse().ok())
        .unwrap_or(0);
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        match stream.read(&mut more).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => body.extend_from_slice(&more[..n]),
        }
    }
    Some(Request {
        method: first.next()?.to_owned(),
        path: first.next()?.to_owned(),
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}
