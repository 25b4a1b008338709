//! From one session's bucket to another's.

use std::sync::Mutex;

use hatrack_aws::s3::copy::{Copied, Order, Way};
use hatrack_aws::s3::{Guard, S3, S3Failure, Stored, upload};

use crate::world::{s3, s3_with, sandbox, session, story};

fn order(from: &str, key: &str, to: &str) -> Order {
    Order {
        from: format!("s3://{from}/{key}").parse().unwrap(),
        to: format!("s3://{to}/copied/{key}").parse().unwrap(),
        storage_class: None,
        encryption: None,
        guard: Guard::Anything,
        journals: None,
    }
}

async fn copy(target: &S3, source: &S3, order: &Order) -> Result<Copied, S3Failure> {
    let last = Mutex::new((0, None));
    let moved = |done: u64, total| *last.lock().unwrap() = (done, total);
    let copied = target.copy_from(source, order, &moved).await?;
    assert_eq!(*last.lock().unwrap(), (copied.bytes, Some(copied.bytes)));
    Ok(copied)
}

#[tokio::test]
async fn s3_copies_by_itself_where_the_targets_session_may_read() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = s3(&sandbox, &story).await;
    let shared = story.shared_bucket.clone().unwrap();
    sandbox
        .admin()
        .put_object(&shared, "a +%20\u{fc}.txt", "mine", "text/x-mine");
    let gets = sandbox.admin().calls("GetObject");
    let copied = copy(&s3, &s3, &order(&shared, "a +%20\u{fc}.txt", &story.bucket))
        .await
        .unwrap();
    assert_eq!((&copied.way, copied.bytes), (&Way::ServerSide, 4));
    assert_eq!(sandbox.admin().calls("GetObject"), gets);
    let stored = sandbox
        .admin()
        .object(&story.bucket, "copied/a +%20\u{fc}.txt", 100);
    assert_eq!(stored.as_deref(), Some(&b"mine"[..]));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn bytes_go_through_here_where_no_session_may_do_both() {
    let sandbox = sandbox().await;
    let (reader, writer) = (story(&sandbox, "S14"), story(&sandbox, "S13"));
    let source = s3_with(sandbox.endpoint(), session(&sandbox, &reader).await);
    let target = s3(&sandbox, &writer).await;
    for size in [0u64, 1000, 40_000_001] {
        let key = format!("sizes/{size}");
        sandbox.admin().put_generated(&reader.bucket, &key, size);
        let copied = copy(&target, &source, &order(&reader.bucket, &key, &writer.bucket))
            .await
            .unwrap();
        let Way::Streamed { why } = &copied.way else {
            panic!("{copied:?}")
        };
        assert!(why.contains("AccessDenied"), "{why}");
        let (read, stored) = (
            sandbox.admin().object(&reader.bucket, &key, u64::MAX).unwrap(),
            sandbox
                .admin()
                .object(&writer.bucket, &format!("copied/{key}"), u64::MAX)
                .unwrap(),
        );
        assert!(read == stored, "{size}");
    }
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_copy_that_may_not_be_written_leaves_nothing_and_says_so() {
    let sandbox = sandbox().await;
    let (reader, writer) = (story(&sandbox, "S14"), story(&sandbox, "S13"));
    let source = s3(&sandbox, &writer).await;
    let target = s3_with(sandbox.endpoint(), session(&sandbox, &reader).await);
    sandbox.admin().put_generated(&writer.bucket, "big", 40_000_000);
    let failure = copy(&target, &source, &order(&writer.bucket, "big", &reader.bucket))
        .await
        .unwrap_err();
    let S3Failure::Denied(denial) = failure else {
        panic!("{failure:?}")
    };
    assert_eq!(denial.action, "s3:PutObject");
    assert!(denial.request_id.is_some());
    sandbox.shutdown().await;
}

#[tokio::test]
async fn what_is_there_is_not_replaced_where_only_new_was_asked() {
    let sandbox = sandbox().await;
    let (reader, writer) = (story(&sandbox, "S14"), story(&sandbox, "S13"));
    let source = s3_with(sandbox.endpoint(), session(&sandbox, &reader).await);
    let target = s3(&sandbox, &writer).await;
    sandbox
        .admin()
        .put_object(&reader.bucket, "a", "new", "text/plain");
    sandbox
        .admin()
        .put_object(&writer.bucket, "copied/a", "old", "text/plain");
    let order = Order {
        guard: Guard::OnlyNew,
        ..order(&reader.bucket, "a", &writer.bucket)
    };
    let failure = copy(&target, &source, &order).await.unwrap_err();
    assert!(matches!(failure, S3Failure::Taken { .. }), "{failure:?}");
    let stored = sandbox.admin().object(&writer.bucket, "copied/a", 100);
    assert_eq!(stored.as_deref(), Some(&b"old"[..]));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn tags_that_no_header_takes_are_kept() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = s3(&sandbox, &story).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "mine").unwrap();
    let long = |n: usize| (format!("{n:0>128}"), "\u{fc}".repeat(256));
    let order_up = upload::Order {
        path: file.path().to_owned(),
        bucket: story.bucket.parse().unwrap(),
        key: "tagged".into(),
        stored: Stored {
            tags: (0..10).map(long).collect(),
            ..Stored::default()
        },
        guard: Guard::Anything,
        journals: None,
    };
    s3.send(&order_up, &|_, _| {}).await.unwrap();
    let copied = copy(&s3, &s3, &order(&story.bucket, "tagged", &story.bucket))
        .await
        .unwrap();
    assert_eq!((&copied.way, &copied.notes), (&Way::ServerSide, &Vec::new()));
    for key in ["tagged", "copied/tagged"] {
        let place = format!("s3://{}/{key}", story.bucket).parse().unwrap();
        let told = s3.properties(&place, None).await.unwrap();
        let tags = told.tags.unwrap().into_iter().map(|tag| (tag.name, tag.value));
        assert_eq!(tags.collect::<Vec<_>>(), order_up.stored.tags, "{key}");
    }
    sandbox.shutdown().await;
}
