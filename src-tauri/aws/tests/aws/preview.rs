//! Parts of objects, for showing.

use futures::StreamExt;
use hatrack_aws::s3::{ObjectRef, S3Failure};
use hatrack_core::bucket::transfer::Range;
use hatrack_sandbox::Versioning;

use crate::world::{s3, sandbox, story};

fn object(bucket: &str, key: &str) -> ObjectRef {
    ObjectRef {
        bucket: bucket.parse().unwrap(),
        key: key.to_owned(),
        version_id: None,
    }
}

#[tokio::test]
async fn a_head_is_one_request_and_never_the_whole() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let admin = sandbox.admin();
    const TERABYTE: u64 = 1 << 40;
    admin.put_generated(&story.bucket, "huge.bin", TERABYTE);
    admin.put_object(&story.bucket, "short.txt", "short", "text/plain");
    admin.put_object(&story.bucket, "empty.txt", "", "text/plain");
    let s3 = s3(&sandbox, &story).await;
    let before = admin.calls("GetObject");
    let (head, bytes) = s3.peek(&object(&story.bucket, "huge.bin"), 4096).await.unwrap();
    assert_eq!((head.size, bytes.len()), (TERABYTE, 4096));
    assert_eq!(admin.calls("GetObject") - before, 1);
    let (head, bytes) = s3.peek(&object(&story.bucket, "short.txt"), 4096).await.unwrap();
    assert_eq!((head.size, bytes.as_ref()), (5, &b"short"[..]));
    assert_eq!(head.content_type.as_deref(), Some("text/plain"));
    assert!(head.etag.is_some() && head.modified_at.is_some());
    let (head, bytes) = s3.peek(&object(&story.bucket, "empty.txt"), 4096).await.unwrap();
    assert_eq!((head.size, bytes.len()), (0, 0));
    assert!(matches!(
        s3.peek(&object(&story.bucket, "nothing"), 4096).await,
        Err(S3Failure::NotFound { .. })
    ));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn c46_ranges_are_of_the_version_that_was_seen() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let admin = sandbox.admin();
    admin.put_object(&story.bucket, "a.txt", "0123456789", "text/plain");
    let s3 = s3(&sandbox, &story).await;
    let object = object(&story.bucket, "a.txt");
    let (head, _) = s3.peek(&object, 1).await.unwrap();
    let etag = head.etag.as_deref();
    let range = Range { start: 2, end: 5 };
    assert_eq!(s3.range_of(&object, etag, range).await.unwrap().as_ref(), b"234");
    let mut stream = s3
        .bytes_of(&object, etag, Range { start: 5, end: 10 })
        .await
        .unwrap();
    let mut bytes = Vec::new();
    while let Some(part) = stream.next().await {
        bytes.extend_from_slice(&part.unwrap());
    }
    assert_eq!(bytes, b"56789");
    admin.put_object(&story.bucket, "a.txt", "abcdefghij", "text/plain");
    for failure in [
        s3.range_of(&object, etag, range).await.err(),
        s3.bytes_of(&object, etag, range).await.err(),
    ] {
        assert!(matches!(failure, Some(S3Failure::Changed { .. })), "{failure:?}");
    }
    sandbox.shutdown().await;
}

#[tokio::test]
async fn one_version_is_read_whatever_has_come_since() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let admin = sandbox.admin();
    admin.set_versioning(&story.bucket, Versioning::Enabled);
    for text in ["first", "second"] {
        admin.put_object(&story.bucket, "a.txt", text, "text/plain");
    }
    let (first, _) = admin.versions(&story.bucket, "a.txt").pop().unwrap();
    let s3 = s3(&sandbox, &story).await;
    let old = ObjectRef {
        version_id: Some(first.clone()),
        ..object(&story.bucket, "a.txt")
    };
    let (head, bytes) = s3.peek(&old, 100).await.unwrap();
    assert_eq!(bytes.as_ref(), b"first");
    assert_eq!(head.version_id, Some(first));
    let range = Range { start: 0, end: 2 };
    let part = s3.range_of(&old, head.etag.as_deref(), range).await.unwrap();
    assert_eq!(part.as_ref(), b"fi");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn what_is_archived_tells_what_it_is_and_not_what_is_in_it() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let admin = sandbox.admin();
    admin.put_object(&story.bucket, "old.json", "{}", "application/json");
    assert!(admin.set_storage_class(&story.bucket, "old.json", "DEEP_ARCHIVE"));
    let s3 = s3(&sandbox, &story).await;
    let object = object(&story.bucket, "old.json");
    assert!(matches!(
        s3.peek(&object, 100).await,
        Err(S3Failure::Archived { .. })
    ));
    let head = s3.head_of(&object).await.unwrap();
    assert_eq!(
        (head.size, head.storage_class.as_deref()),
        (2, Some("DEEP_ARCHIVE"))
    );
    sandbox.shutdown().await;
}
