//! Renames that are stopped.

use std::time::Duration;

use hatrack_aws::s3::objects::{NotMoved, Rename, Stop};
use hatrack_sandbox::{Effect, On};

use super::{place, text};
use crate::world::{s3, sandbox, story};

const PATIENCE: Duration = Duration::from_secs(60);

async fn until(found: impl Fn() -> bool) {
    let look = async {
        while !found() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, look).await.unwrap();
}

/// Of a DELETE that is dropped nobody could say whether it was done.
#[tokio::test]
async fn a_rename_that_is_stopped_while_the_original_is_deleted_comes_to_its_end() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let (s3, bucket, admin) = (s3(&sandbox, &story).await, story.bucket.as_str(), sandbox.admin());
    admin.put_object(bucket, "original", "the only one", "text/plain");
    let rename = Rename {
        from: place(bucket, "original"),
        to: place(bucket, "renamed"),
        replace: false,
    };
    let on = On::S3Path(format!("/{bucket}/original"));
    admin.inject(on, 20, Effect::LateAnswer(Duration::from_millis(500)));
    let (stopper, stop) = Stop::new();
    let stopping = async {
        until(|| text(&admin, bucket, "original").is_none()).await;
        stopper.stop();
    };
    let (moved, ()) = tokio::join!(s3.rename_until(&rename, &stop), stopping);
    assert_eq!(moved.unwrap().bytes, 12);
    assert_eq!(text(&admin, bucket, "renamed").as_deref(), Some("the only one"));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_rename_that_is_stopped_while_it_copies_leaves_the_original() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let (s3, bucket, admin) = (s3(&sandbox, &story).await, story.bucket.as_str(), sandbox.admin());
    admin.put_object(bucket, "original", "the only one", "text/plain");
    let rename = Rename {
        from: place(bucket, "original"),
        to: place(bucket, "renamed"),
        replace: true,
    };
    // The first that is asked of the new name is the copy.
    let on = On::S3Path(format!("/{bucket}/renamed"));
    admin.inject(on, 1, Effect::LateAnswer(PATIENCE));
    let (stopper, stop) = Stop::new();
    let stopping = async {
        until(|| text(&admin, bucket, "renamed").is_some()).await;
        stopper.stop();
    };
    let (moved, ()) = tokio::join!(s3.rename_until(&rename, &stop), stopping);
    let stopped = moved.unwrap_err();
    assert!(matches!(stopped, NotMoved::Stopped { .. }), "{stopped}");
    assert_eq!(text(&admin, bucket, "original").as_deref(), Some("the only one"));
    sandbox.shutdown().await;
}

/// All originals go at once: none is left that could be spared.
#[tokio::test]
async fn a_move_that_is_stopped_when_all_is_under_way_is_done() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let (s3, bucket, admin) = (s3(&sandbox, &story).await, story.bucket.as_str(), sandbox.admin());
    admin.put_object(bucket, "from/a", "x", "text/plain");
    let rename = Rename {
        from: place(bucket, "from/"),
        to: place(bucket, "to/"),
        replace: false,
    };
    let (stopper, stop) = Stop::new();
    let progress = |_: u64, moved: u64| {
        if moved > 0 {
            stopper.stop();
        }
    };
    let done = s3.rename_folder(&rename, &progress, &stop).await.unwrap();
    assert_eq!((done.moved, done.failures, done.stopped), (1, 0, false));
    sandbox.shutdown().await;
}
