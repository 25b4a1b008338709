//! HTTP without an SDK, as a browser or `curl` speaks it.

use hatrack_sandbox::Running;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;
use url::form_urlencoded::Serializer;

/// An answer as it came.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Page {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The address that the browser is sent to.
    pub fn location(&self) -> Url {
        Url::parse(self.header("location").unwrap()).unwrap()
    }
}

/// One request on a connection of its own.
pub async fn request(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Page {
    let url = Url::parse(url).unwrap();
    let host = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
    let mut stream = TcpStream::connect(&host).await.unwrap();
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let mut text = format!(
        "{method} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    text.push_str(body);
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let headers = lines.map(|line| line.split_once(": ").unwrap());
    Page {
        status: status.parse().unwrap(),
        headers: headers.map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
        body: body.to_owned(),
    }
}

pub async fn get(url: &str) -> Page {
    request("GET", url, &[], "").await
}

/// Sends a form to a path of the sandbox.
pub async fn post(running: &Running, path: &str, fields: &[(&str, &str)]) -> Page {
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    request("POST", &format!("{}{path}", running.endpoint()), &form, &body).await
}
