//! Previews as the page has them, on objects in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use hatrack_core::bucket::transfer::Range;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::server::{Served, page_origin};
use super::{Previews, Refused, Source, hex, shown};
use crate::wire::{CommandError, MediaKind, ShownView, TextLanguage};

/// An object in memory that counts what is read of it.
#[derive(Debug)]
pub struct InMemory {
    bytes: Bytes,
    read: AtomicU64,
}

impl InMemory {
    pub fn new(bytes: impl Into<Bytes>) -> Arc<Self> {
        Arc::new(Self {
            bytes: bytes.into(),
            read: AtomicU64::new(0),
        })
    }

    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    fn take(&self, range: Range) -> Bytes {
        self.read.fetch_add(range.length(), Ordering::Relaxed);
        self.bytes
            .slice(usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap())
    }
}

#[async_trait]
impl Source for InMemory {
    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    async fn range(&self, range: Range) -> Result<Bytes, Refused> {
        Ok(self.take(range))
    }

    async fn stream(&self, range: Range) -> Result<BoxStream<'static, Result<Bytes, Refused>>, Refused> {
        Ok(stream::iter([Ok(self.take(range))]).boxed())
    }
}

/// What is shown of an object of this name, whose first 64 KiB were read.
async fn show(name: &str, bytes: impl Into<Bytes>) -> (ShownView, Option<Served>, Arc<InMemory>) {
    let memory = InMemory::new(bytes);
    let head = memory.bytes.slice(..memory.bytes.len().min(64 * 1024));
    let source: Arc<dyn Source> = memory.clone();
    let (view, served) = shown(&source, name, &head).await.unwrap();
    (view, served, memory)
}

async fn text(name: &str, bytes: impl Into<Bytes>) -> (String, TextLanguage, Vec<String>, bool) {
    match show(name, bytes).await.0 {
        ShownView::Text {
            text,
            language,
            notes,
            truncated,
        } => (text, language, notes, truncated),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_page_of_the_web_is_shown_as_text_whatever_it_is_called() {
    let page = "<html><script>alert(1)</script></html>";
    for name in ["a.html", "a.htm", "a.xhtml", "a.png", "a.pdf", "a.svg", "a"] {
        let (shown, _, _, _) = text(name, page).await;
        assert_eq!(shown, page, "{name}");
    }
}

#[tokio::test]
async fn json_is_set_in_lines_and_what_is_long_is_cut() {
    let (shown, language, notes, truncated) = text("a.json", "{\"a\":[1,2]}").await;
    assert_eq!(shown, "{\n  \"a\": [\n    1,\n    2\n  ]\n}");
    assert_eq!((language, notes.len(), truncated), (TextLanguage::Json, 0, false));
    // Beyond the head, and still read whole.
    let long = format!("[{}0]", "1,".repeat(50_000));
    let (shown, _, _, truncated) = text("a.json", long).await;
    assert!(shown.ends_with("\n  0\n]") && !truncated);
    let (shown, _, _, truncated) = text("a.txt", "x".repeat(200_000)).await;
    assert_eq!((shown.len(), truncated), (64 * 1024, true));
}

#[tokio::test]
async fn what_is_packed_is_shown_by_its_inner_name_and_never_twice() {
    let lines = "id,name\n1,one\n";
    for packed in [
        gzip(lines.as_bytes()),
        zstd::encode_all(lines.as_bytes(), 0).unwrap(),
    ] {
        let (view, _, _) = show("a.csv.gz", packed).await;
        let ShownView::Table(table) = view else {
            panic!("{view:?}")
        };
        assert_eq!((table.rows.len(), table.notes.len()), (1, 1));
    }
    let (view, _, _) = show("a.txt.gz.gz", gzip(&gzip(b"text"))).await;
    let ShownView::Hex(hex) = view else {
        panic!("{view:?}")
    };
    assert_eq!((hex.next, hex.notes.len()), (None, 1));
    // What claims to be packed and is not.
    let (view, _, _) = show("a.gz", &b"\x1f\x8b\x08rubbish"[..]).await;
    assert!(matches!(view, ShownView::Hex(_)), "{view:?}");
    // A picture in a packed object is no address: it would be served as it lies there.
    let (view, served, _) = show("a.png.gz", gzip(b"\x89PNG\r\n\x1a\n")).await;
    assert!(matches!(view, ShownView::Hex(_)) && served.is_none());
}

#[tokio::test]
async fn a_bomb_is_shown_by_its_beginning() {
    let bomb = gzip(&vec![b'a'; 200 * 1024 * 1024]);
    let size = bomb.len() as u64;
    let (view, _, memory) = show("a.txt.gz", bomb).await;
    let ShownView::Text { text, truncated, .. } = view else {
        panic!("{view:?}")
    };
    assert_eq!((text.len(), truncated), (64 * 1024, true));
    assert!(memory.read() < size.min(300_000));
}

#[tokio::test]
async fn bytes_are_shown_in_lines_and_more_of_them_by_ranges() {
    let bytes: Vec<u8> = (0..100_000u32).map(|n| (n % 251) as u8).collect();
    let (view, _, memory) = show("a.bin", bytes.clone()).await;
    let ShownView::Hex(first) = view else {
        panic!("{view:?}")
    };
    assert_eq!((first.lines.len(), first.next), (256, Some(4096)));
    assert_eq!(
        first.lines[0].bytes,
        "00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f"
    );
    assert_eq!(first.lines[4].ascii, "@ABCDEFGHIJKLMNO");
    assert_eq!(memory.read(), 0);
    let more = hex::more(&*memory, 4096).await.unwrap();
    assert_eq!(
        (more.lines[0].offset.as_str(), more.next),
        ("00001000", Some(20_480))
    );
    assert_eq!(memory.read(), 16_384);
    let last = hex::more(&*memory, 99_990).await.unwrap();
    assert_eq!((last.lines.len(), last.next), (1, None));
    for beyond in [100_000, u64::MAX] {
        assert_eq!(hex::more(&*memory, beyond).await.unwrap().lines, []);
    }
}

#[tokio::test]
async fn an_empty_object_is_empty_whatever_it_is_called() {
    for name in ["a.parquet", "a.png", "a.gz", "a.csv"] {
        assert_eq!(show(name, "").await.0, ShownView::Empty);
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

// --- what serves pictures, sound and documents ---

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01 and more bytes";

/// A picture that is served, and where.
async fn picture() -> (Served, String, String) {
    let (view, served, _) = show("a.png", PNG).await;
    let ShownView::Media { media, url, mime } = view else {
        panic!("{view:?}")
    };
    assert_eq!((media, mime.as_str()), (MediaKind::Image, "image/png"));
    let (host, token) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    (served.unwrap(), host.to_owned(), token.to_owned())
}

/// An answer's head and body, to a request of these lines.
async fn ask(host: &str, request: &str) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!("{}\r\nConnection: close\r\n\r\n", request.trim_end());
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A refusal may close before all was taken.
    let _ = stream.read_to_end(&mut answer).await;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec())
        .unwrap()
        .to_ascii_lowercase();
    (head, answer[end + 4..].to_vec())
}

async fn status(host: &str, request: &str) -> u16 {
    let (head, body) = ask(host, request).await;
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let leaked = body.windows(PNG.len()).any(|part| part == PNG);
    assert!(status < 300 || !leaked, "{head}");
    status
}

#[tokio::test]
async fn who_knows_the_address_gets_the_object_and_nothing_to_run() {
    let (_served, host, token) = picture().await;
    let (head, body) = ask(&host, &format!("GET /{token} HTTP/1.1\r\nHost: {host}")).await;
    assert_eq!(body, PNG);
    for line in [
        "http/1.1 200",
        "content-type: image/png",
        "x-content-type-options: nosniff",
        "content-disposition: inline",
        "content-security-policy: sandbox; default-src 'none'",
        "cache-control: no-store",
        "accept-ranges: bytes",
    ] {
        assert!(head.contains(line), "{line} in {head}");
    }
    assert!(!head.contains("set-cookie"));
    let (head, body) = ask(
        &host,
        &format!("GET /{token} HTTP/1.1\r\nHost: {host}\r\nRange: bytes=1-3"),
    )
    .await;
    assert!(head.contains("206") && head.contains(&format!("content-range: bytes 1-3/{}", PNG.len())));
    assert_eq!(body, b"PNG");
    let (head, body) = ask(&host, &format!("HEAD /{token} HTTP/1.1\r\nHost: {host}")).await;
    assert!(head.contains(&format!("content-length: {}", PNG.len())) && body.is_empty());
    let (head, _) = ask(
        &host,
        &format!("GET /{token} HTTP/1.1\r\nHost: {host}\r\nRange: bytes=99-"),
    )
    .await;
    assert!(head.contains("416") && head.contains(&format!("bytes */{}", PNG.len())));
}

#[tokio::test]
async fn e58_every_other_request_is_refused() {
    let (_served, host, token) = picture().await;
    let port = host.rsplit(':').next().unwrap();
    let wrong = token.replace(&token[..1], if token.starts_with('0') { "1" } else { "0" });
    for (request, expected) in [
        (format!("GET / HTTP/1.1\r\nHost: {host}"), 404),
        (format!("GET /{wrong} HTTP/1.1\r\nHost: {host}"), 404),
        (format!("GET /{} HTTP/1.1\r\nHost: {host}", &token[1..]), 404),
        (format!("GET /{token}/ HTTP/1.1\r\nHost: {host}"), 404),
        (format!("GET /{token}?x HTTP/1.1\r\nHost: {host}"), 404),
        (format!("GET /../{token} HTTP/1.1\r\nHost: {host}"), 404),
        (format!("GET /{token} HTTP/1.1\r\nHost: evil.com"), 421),
        (format!("GET /{token} HTTP/1.1\r\nHost: localhost:{port}"), 421),
        (format!("GET /{token} HTTP/1.1\r\nHost: 127.0.0.1"), 421),
        (
            format!("GET http://evil.com/{token} HTTP/1.1\r\nHost: {host}"),
            421,
        ),
        (
            format!("GET /{token} HTTP/1.1\r\nHost: {host}\r\nOrigin: https://evil.com"),
            403,
        ),
        (
            format!("GET /{token} HTTP/1.1\r\nHost: {host}\r\nOrigin: null"),
            403,
        ),
        (
            format!("GET /{token} HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Dest: document"),
            403,
        ),
        (
            format!("GET /{token} HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Dest: iframe"),
            403,
        ),
        (
            format!("GET /{token} HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Dest: script"),
            403,
        ),
        (
            format!("POST /{token} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0"),
            405,
        ),
        (
            format!("PUT /{token} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0"),
            405,
        ),
        (format!("DELETE /{token} HTTP/1.1\r\nHost: {host}"), 405),
    ] {
        assert_eq!(status(&host, &request).await, expected, "{request}");
    }
}

#[tokio::test]
async fn only_the_apps_own_page_may_read_it() {
    let (_served, host, token) = picture().await;
    let origin = page_origin();
    let (head, _) = ask(
        &host,
        &format!("GET /{token} HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nSec-Fetch-Dest: image"),
    )
    .await;
    assert!(head.contains("200") && head.contains(&format!("access-control-allow-origin: {origin}")));
    let (head, _) = ask(
        &host,
        &format!(
            "OPTIONS /{token} HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nAccess-Control-Request-Headers: range"
        ),
    )
    .await;
    assert!(head.contains("204") && head.contains("access-control-allow-headers: range"));
}

#[tokio::test]
async fn another_object_has_another_address_and_the_first_is_closed() {
    let previews = Previews::default();
    let (served, host, token) = picture().await;
    let turn = previews.begin(1);
    turn.keep(InMemory::new(PNG), Some(served)).unwrap();
    assert_eq!(
        status(&host, &format!("GET /{token} HTTP/1.1\r\nHost: {host}")).await,
        200
    );
    let (second, other, other_token) = picture().await;
    assert_ne!(token, other_token);
    previews.begin(2).keep(InMemory::new(PNG), Some(second)).unwrap();
    assert_eq!(
        status(&other, &format!("GET /{token} HTTP/1.1\r\nHost: {other}")).await,
        404
    );
    closed(&host).await;
    previews.close(2);
    closed(&other).await;
}

/// Waits until nobody answers there any more.
async fn closed(host: &str) {
    let silent = async {
        while TcpStream::connect(host).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), silent)
        .await
        .unwrap();
}

#[tokio::test]
async fn what_a_newer_preview_takes_the_place_of_is_given_up() {
    let previews = Arc::new(Previews::default());
    let (began, begun) = tokio::sync::oneshot::channel();
    let (kept, dropped) = tokio::sync::oneshot::channel::<()>();
    let slow = tokio::spawn({
        let previews = previews.clone();
        async move {
            let turn = previews.begin(5);
            turn.unless_superseded(async move {
                let _kept = kept;
                began.send(()).unwrap();
                std::future::pending::<Result<(), CommandError>>().await
            })
            .await
        }
    });
    begun.await.unwrap();
    previews.begin(6);
    let error = slow.await.unwrap().unwrap_err();
    assert_eq!(error.code.as_deref(), Some("superseded"));
    // What it did was dropped with it.
    assert!(dropped.await.is_err());
    // One that comes late, after a newer one, reads nothing.
    let late = previews.begin(4);
    let never = async { panic!("it was read all the same") };
    assert!(late.unless_superseded::<()>(never).await.is_err());
    assert!(late.keep(InMemory::new(PNG), None).is_err());
    assert!(previews.more(5, 0).await.is_err());
    previews.begin(7).keep(InMemory::new(PNG), None).unwrap();
    assert!(previews.more(7, 0).await.is_ok());
    previews.close(7);
    assert!(previews.more(7, 0).await.is_err());
}

#[tokio::test]
async fn a_picture_that_repeats_itself_beyond_measure_is_shown_as_text() {
    let level = |n: usize| {
        let inner = format!("<use href='#l{n}'/>").repeat(10);
        format!("<g id='l{}'>{inner}</g>", n + 1)
    };
    let levels: String = (0..12).map(level).collect();
    let bomb = format!("<svg xmlns='http://www.w3.org/2000/svg'><rect id='l0'/>{levels}</svg>");
    assert!(show("a.svg", bomb.clone()).await.1.is_none());
    let (shown, _, notes, _) = text("a.svg", bomb.clone()).await;
    assert_eq!(shown, bomb);
    assert!(notes[0].contains("not drawn"), "{notes:?}");
}

#[tokio::test]
async fn a_photograph_whose_size_stands_far_behind_is_looked_at_further() {
    let photograph = |side: u16| {
        let mut jpeg = b"\xff\xd8".to_vec();
        for _ in 0..2 {
            jpeg.extend(b"\xff\xe1\xff\xff");
            jpeg.extend([0; 0xfffd]);
        }
        jpeg.extend(b"\xff\xc0\0\x11\x08");
        jpeg.extend(side.to_be_bytes());
        jpeg.extend(side.to_be_bytes());
        jpeg
    };
    assert!(show("a.jpg", photograph(8)).await.1.is_some());
    let (view, served, _) = show("a.jpg", photograph(u16::MAX)).await;
    assert!(served.is_none());
    assert!(matches!(view, ShownView::Unreadable { .. }), "{view:?}");
}
