//! Files to objects: whole or not at all.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine;
use hatrack_aws::s3::{Guard, S3Failure, Stored, upload};

use crate::server::{Answer, Asked, Server};
use crate::world::{s3, s3_with, sandbox, story, user};

const PART: usize = 16 * 1024 * 1024;

#[tokio::test]
async fn files_of_every_size_arrive_whole() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = s3(&sandbox, &story).await;
    let folder = tempfile::tempdir().unwrap();
    for size in [0, 1000, PART + 1] {
        let bytes: Vec<u8> = (0..size).map(|n| (n % 251) as u8).collect();
        let path = folder.path().join("file");
        std::fs::write(&path, &bytes).unwrap();
        let key = format!("up/{size}");
        let last = Mutex::new(0);
        let moved = |done: u64, _| {
            let mut last = last.lock().unwrap();
            *last = done.max(*last);
        };
        let sent = s3
            .upload(&path, &story.bucket.parse().unwrap(), &key, &moved)
            .await
            .unwrap();
        assert_eq!((sent.bytes, *last.lock().unwrap()), (size as u64, size as u64));
        assert!(
            sandbox.admin().object(&story.bucket, &key, u64::MAX).unwrap() == bytes,
            "{size}"
        );
    }
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_denied_upload_says_what_was_denied() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S1");
    let s3 = s3(&sandbox, &story).await;
    let failure = s3
        .put(&story.bucket.parse().unwrap(), "new", b"x".to_vec())
        .await
        .unwrap_err();
    let S3Failure::Denied(denial) = failure else {
        panic!("{failure:?}");
    };
    assert_eq!(denial.action, "s3:PutObject");
    sandbox.shutdown().await;
}

/// A multipart upload that takes every part and asks `on_part` first.
fn parts(asked: &Asked, on_part: &(dyn Fn() -> Option<Answer> + Send + Sync)) -> Answer {
    let xml = |text: &str| Answer::new(200, text).with("content-type", "application/xml");
    match asked.method.as_str() {
        "HEAD" => Answer::new(200, "").with("x-amz-bucket-region", "us-east-1"),
        "POST" if asked.path.contains("uploads") => {
            xml("<InitiateMultipartUploadResult><UploadId>u-1</UploadId></InitiateMultipartUploadResult>")
        }
        "PUT" => on_part().unwrap_or_else(|| Answer::new(200, "").with("etag", "\"p\"")),
        "POST" => {
            xml("<CompleteMultipartUploadResult><ETag>\"whole-2\"</ETag></CompleteMultipartUploadResult>")
        }
        _ => Answer::new(204, ""),
    }
}

fn aborted(server: &Server) -> bool {
    server
        .asked()
        .iter()
        .any(|asked| asked.method == "DELETE" && asked.path.contains("uploadId=u-1"))
}

#[tokio::test]
async fn c47_a_failed_upload_is_aborted() {
    let denied = || {
        Some(Answer::new(
            403,
            "<Error><Code>AccessDenied</Code><Message>no</Message></Error>",
        ))
    };
    let server = Server::start(move |_, asked| parts(asked, &denied)).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, vec![1; PART + 1]).unwrap();
    let s3 = s3_with(&server.url(), user());
    let failure = s3
        .upload(&path, &"example-bucket".parse().unwrap(), "k", &|_, _| {})
        .await
        .unwrap_err();
    assert!(matches!(failure, S3Failure::Denied(_)), "{failure:?}");
    assert!(aborted(&server));
}

#[tokio::test]
async fn c47_a_cancelled_upload_is_aborted() {
    let server = Server::start(|_, asked| parts(asked, &|| Some(Answer::silent()))).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, vec![1; PART + 1]).unwrap();
    let s3 = s3_with(&server.url(), user());
    let sending = server.asked().len();
    let part_is_there = async {
        while server
            .asked()
            .iter()
            .skip(sending)
            .filter(|asked| asked.method == "PUT")
            .count()
            == 0
        {
            tokio::task::yield_now().await;
        }
    };
    let bucket = "example-bucket".parse().unwrap();
    tokio::select! {
        done = s3.upload(&path, &bucket, "k", &|_, _| {}) => panic!("{done:?}"),
        () = part_is_there => {}
    }
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !aborted(&server) {
        assert!(std::time::Instant::now() < deadline, "the upload was not aborted");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn c48_a_file_that_shrinks_or_is_written_is_not_stored() {
    for change in [
        |path: &std::path::Path| {
            std::fs::File::options()
                .write(true)
                .open(path)
                .unwrap()
                .set_len(10)
                .unwrap()
        },
        |path: &std::path::Path| {
            let mut bytes = std::fs::read(path).unwrap();
            bytes.push(1);
            std::fs::write(path, bytes).unwrap();
        },
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, vec![1; PART + 1]).unwrap();
        let changing = path.clone();
        let server = Server::start(move |_, asked| {
            if asked.path.contains("uploads") {
                change(&changing);
            }
            parts(asked, &|| None)
        })
        .await;
        let s3 = s3_with(&server.url(), user());
        let failure = s3
            .upload(&path, &"example-bucket".parse().unwrap(), "k", &|_, _| {})
            .await
            .unwrap_err();
        assert!(matches!(failure, S3Failure::SourceChanged { .. }), "{failure:?}");
        assert!(aborted(&server));
        assert!(
            !server
                .asked()
                .iter()
                .any(|asked| asked.method == "POST" && asked.path.contains("uploadId"))
        );
    }
}

/// S3 that has an object of these bytes already, and answers the first request for it with `first`.
async fn taken(first: Answer) -> Server {
    let crc = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc64Nvme, b"mine").to_be_bytes();
    let crc = base64::engine::general_purpose::STANDARD.encode(crc);
    let asked_before = AtomicBool::new(false);
    Server::start(move |_, asked| match asked.method.as_str() {
        "HEAD" => Answer::new(200, "")
            .with("x-amz-bucket-region", "us-east-1")
            .with("etag", "\"e\"")
            .with("x-amz-checksum-crc64nvme", &crc),
        "PUT" if !asked_before.swap(true, Ordering::Relaxed) => first.clone(),
        _ => refused_as_taken(),
    })
    .await
}

fn refused_as_taken() -> Answer {
    let xml = "<Error><Code>PreconditionFailed</Code><Message>no</Message></Error>";
    Answer::new(412, xml).with("content-type", "application/xml")
}

#[tokio::test]
async fn equal_bytes_of_somebody_else_are_not_ours_unless_an_answer_was_lost() {
    let folder = tempfile::tempdir().unwrap();
    let order = upload::Order {
        path: folder.path().join("file"),
        bucket: "example-bucket".parse().unwrap(),
        key: "k".into(),
        stored: Stored::default(),
        guard: Guard::OnlyNew,
        journals: None,
    };
    std::fs::write(&order.path, "mine").unwrap();

    let server = taken(refused_as_taken()).await;
    let failure = s3_with(&server.url(), user())
        .send(&order, &|_, _| {})
        .await
        .unwrap_err();
    assert!(matches!(failure, S3Failure::Taken { .. }), "{failure:?}");

    let server = taken(Answer::new(200, "broken off").cut()).await;
    let sent = s3_with(&server.url(), user()).send(&order, &|_, _| {}).await;
    assert_eq!(sent.unwrap().etag.as_deref(), Some("e"));
}
