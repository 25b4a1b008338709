//! Downloads from servers that misbehave: checksums, versions, broken connections.

use hatrack_aws::s3::S3Failure;
use hatrack_aws::s3::download::Integrity;

use crate::download::{files, get};
use crate::server::{Answer, Asked, Server};
use crate::world::{s3_with, user};

/// More than one connection's worth: it comes in parts.
const LARGE: usize = 13 * 1024 * 1024;

/// One object on a server of our own: `bytes`, its entity tag, and more headers.
fn serve(asked: &Asked, bytes: &[u8], etag: &str, more: &[(&str, &str)]) -> Answer {
    let tagged = |answer: Answer| {
        let answer = answer
            .with("etag", etag)
            .with("content-type", "application/octet-stream");
        more.iter()
            .fold(answer, |answer, (name, value)| answer.with(name, value))
    };
    if asked.method == "HEAD" {
        return Answer::new(200, "").with("x-amz-bucket-region", "us-east-1");
    }
    let wanted = asked.header("if-match");
    if !wanted.is_empty() && wanted != etag {
        return Answer::new(
            412,
            "<Error><Code>PreconditionFailed</Code><Message>no</Message></Error>",
        );
    }
    let range = asked
        .header("range")
        .strip_prefix("bytes=")
        .and_then(|r| r.split_once('-'));
    match range {
        None => tagged(Answer::new(200, bytes)),
        Some((first, last)) => {
            let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
            tagged(Answer::new(206, &bytes[first..=last]))
                .with("content-range", &format!("bytes {first}-{last}/{}", bytes.len()))
        }
    }
}

fn body(size: usize) -> Vec<u8> {
    (0..size).map(|n| (n % 253) as u8).collect()
}

fn crc32(bytes: &[u8]) -> String {
    use base64::Engine;
    let sum = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32IsoHdlc, bytes) as u32;
    base64::engine::general_purpose::STANDARD.encode(sum.to_be_bytes())
}

#[tokio::test]
async fn c45_a_checksum_is_verified_also_over_parts() {
    for size in [0, 1000, LARGE] {
        let bytes = body(size);
        let sum = crc32(&bytes);
        let server =
            Server::start(move |_, asked| serve(asked, &bytes, "\"v1\"", &[("x-amz-checksum-crc32", &sum)]))
                .await;
        let folder = tempfile::tempdir().unwrap();
        let got = get(
            &s3_with(&server.url(), user()),
            "example-bucket",
            "a",
            folder.path(),
        )
        .await
        .unwrap();
        assert_eq!(got.integrity, Integrity::Verified("CRC32"));
        assert_eq!(got.etag.as_deref(), Some("v1"));
        assert!(files(folder.path())["a"] == body(size));
    }
}

#[tokio::test]
async fn c45_bytes_that_do_not_match_are_not_kept() {
    for size in [1000, LARGE] {
        let sum = crc32(&body(size));
        let server = Server::start(move |_, asked| {
            let mut bytes = body(size);
            bytes[size / 2] ^= 1;
            serve(asked, &bytes, "\"v1\"", &[("x-amz-checksum-crc32", &sum)])
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let failure = get(
            &s3_with(&server.url(), user()),
            "example-bucket",
            "a",
            folder.path(),
        )
        .await
        .unwrap_err();
        assert!(
            matches!(
                failure,
                S3Failure::Corrupt {
                    algorithm: "CRC32",
                    ..
                }
            ),
            "{failure:?}"
        );
        assert!(files(folder.path()).is_empty());
    }
}

#[tokio::test]
async fn c45_a_composite_checksum_is_flagged() {
    let server = Server::start(|_, asked| {
        serve(
            asked,
            &body(1000),
            "\"v1-3\"",
            &[
                ("x-amz-checksum-crc32", "AAAAAA==-3"),
                ("x-amz-checksum-type", "COMPOSITE"),
            ],
        )
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let got = get(
        &s3_with(&server.url(), user()),
        "example-bucket",
        "a",
        folder.path(),
    )
    .await
    .unwrap();
    assert_eq!(got.integrity, Integrity::CompositeUnchecked);
}

#[tokio::test]
async fn c46_an_object_that_changes_half_way_is_fetched_again_whole() {
    let server = Server::start(|n, asked| {
        let (bytes, etag) = if n < 2 {
            (body(LARGE), "\"v1\"")
        } else {
            (vec![7; LARGE - 5], "\"v2\"")
        };
        serve(asked, &bytes, etag, &[])
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let got = get(
        &s3_with(&server.url(), user()),
        "example-bucket",
        "a",
        folder.path(),
    )
    .await
    .unwrap();
    assert_eq!(got.etag.as_deref(), Some("v2"));
    let found = files(folder.path());
    assert!(found.len() == 1 && found["a"] == vec![7; LARGE - 5]);
}

#[tokio::test]
async fn c46_an_object_that_keeps_changing_is_given_up() {
    let server = Server::start(|n, asked| serve(asked, &body(LARGE), &format!("\"v{n}\""), &[])).await;
    let folder = tempfile::tempdir().unwrap();
    let failure = get(
        &s3_with(&server.url(), user()),
        "example-bucket",
        "a",
        folder.path(),
    )
    .await
    .unwrap_err();
    assert!(matches!(failure, S3Failure::Changed { .. }), "{failure:?}");
    assert!(files(folder.path()).is_empty());
}

#[tokio::test]
async fn a_connection_that_breaks_is_taken_up_where_it_broke() {
    let server = Server::start(|n, asked| {
        let answer = serve(asked, &body(3_000_000), "\"v1\"", &[]);
        if asked.method == "GET" && n < 4 {
            answer.cut()
        } else {
            answer
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    get(
        &s3_with(&server.url(), user()),
        "example-bucket",
        "a",
        folder.path(),
    )
    .await
    .unwrap();
    assert!(files(folder.path())["a"] == body(3_000_000));
    let ranges: Vec<_> = server
        .asked()
        .iter()
        .filter(|a| a.header("range").starts_with("bytes="))
        .cloned()
        .collect();
    assert!(!ranges.is_empty() && ranges.iter().all(|asked| asked.header("if-match") == "\"v1\""));
}

#[tokio::test]
async fn a_server_without_ranges_is_not_believed() {
    let server = Server::start(|n, asked| {
        let without = Asked {
            headers: Default::default(),
            ..asked.clone()
        };
        let answer = serve(&without, &body(3_000_000), "\"v1\"", &[]);
        if asked.method == "GET" && n < 2 {
            answer.cut()
        } else {
            answer
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    assert!(
        get(
            &s3_with(&server.url(), user()),
            "example-bucket",
            "a",
            folder.path()
        )
        .await
        .is_err()
    );
    assert!(files(folder.path()).is_empty());
}
