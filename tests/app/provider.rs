//! A SAML provider of a test's own: one page, and what that page reports.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// Serves one page at every address; what is posted to `/report` is kept.
pub struct Provider {
    pub url: String,
    reports: Arc<Mutex<Vec<Value>>>,
}

impl Provider {
    /// With this page. It serves until the program ends.
    pub fn start(html: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/aws", listener.local_addr().unwrap());
        let reports: Arc<Mutex<Vec<Value>>> = Arc::default();
        let kept = reports.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &html, &kept);
            }
        });
        Self { url, reports }
    }

    /// The first report, if there is one.
    pub fn report(&self) -> Option<Value> {
        self.reports.lock().unwrap().first().cloned()
    }
}

fn answer(mut stream: TcpStream, html: &str, reports: &Mutex<Vec<Value>>) {
    let mut read = BufReader::new(stream.try_clone().unwrap());
    let (mut first, mut length) = (String::new(), 0);
    // A connection that was opened ahead may end without a request.
    if read.read_line(&mut first).unwrap_or(0) == 0 {
        return;
    }
    loop {
        let mut line = String::new();
        if read.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    read.read_exact(&mut body).unwrap();
    if first.starts_with("POST /report ") {
        reports
            .lock()
            .unwrap()
            .push(serde_json::from_slice(&body).unwrap());
    }
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{html}",
        html.len()
    );
}
