//! Syncs that are stopped before they hear of what S3 has made.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hatrack_aws::s3::sync::{How, Plan, Route, Sync, SyncReport};
use hatrack_aws::s3::transfer::{Ending, prepare};
use hatrack_sandbox::{Effect, On};

use super::{Stage, newer, old, plan};

const PATIENCE: Duration = Duration::from_secs(60);

/// Paused once the object is there as it is to be, and before the answer comes; then resumed.
async fn paused_over(stage: &Stage, made: Plan, key: &str, bytes: &[u8]) -> SyncReport {
    let on = On::S3Path(format!("/{}/{key}", stage.story.bucket));
    stage.admin().inject(on, 1, Effect::LateAnswer(PATIENCE));
    let (remote, course) = prepare();
    let sync = Sync::new(Arc::new(made), true);
    let pausing = async {
        let there = async {
            while stage.object(key).as_deref() != Some(bytes) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, there).await.unwrap();
        remote.pause();
        remote.resume();
    };
    let (ending, ()) = tokio::join!(course.run(&sync), pausing);
    match ending {
        Ending::Done(report) => report,
        other => panic!("{other:?}"),
    }
}

fn file(root: &Path, name: &str) {
    old(&root.join(name), "ours");
}

#[tokio::test]
async fn an_upload_that_was_made_when_the_sync_was_paused_is_no_failure() {
    let stage = Stage::set().await;
    file(stage.folder.path(), "a");
    file(stage.folder.path(), "b");
    stage.put("up/old", "there");
    let made = plan(stage.up("up/"), &How::default()).await;
    let report = paused_over(&stage, made, "up/a", b"ours").await;
    assert_eq!(
        (report.copied, report.troubled, report.deleted),
        (2, 0, 1),
        "{report:?}"
    );
    stage.sandbox.shutdown().await;
}

#[tokio::test]
async fn an_upload_over_another_that_was_made_is_no_failure_either() {
    let stage = Stage::set().await;
    stage.put("up/a", "before");
    newer(&stage.folder.path().join("a"), "ours");
    let made = plan(stage.up("up/"), &How::default()).await;
    let report = paused_over(&stage, made, "up/a", b"ours").await;
    assert_eq!((report.copied, report.troubled), (1, 0), "{report:?}");
    stage.sandbox.shutdown().await;
}

#[tokio::test]
async fn a_copy_that_was_made_when_the_sync_was_paused_is_no_failure() {
    let stage = Stage::set().await;
    stage.put("set/a", "ours");
    stage.put("set/b", "ours");
    let place = |key: &str| format!("s3://{}/{key}", stage.story.bucket).parse().unwrap();
    let route = Route::Across {
        source: Arc::clone(&stage.s3),
        from: place("set/"),
        target: Arc::clone(&stage.s3),
        to: place("copies/"),
        journals: None,
    };
    let made = plan(route, &How::default()).await;
    let report = paused_over(&stage, made, "copies/a", b"ours").await;
    assert_eq!((report.copied, report.troubled), (2, 0), "{report:?}");
    stage.sandbox.shutdown().await;
}

/// What somebody else wrote meanwhile is not taken for our own.
#[tokio::test]
async fn what_somebody_else_wrote_while_the_sync_was_paused_stays() {
    let stage = Stage::set().await;
    file(stage.folder.path(), "a");
    let made = plan(stage.up("up/"), &How::default()).await;
    let on = On::S3Path(format!("/{}/up/a", stage.story.bucket));
    stage.admin().inject(on, 1, Effect::Silence);
    let (remote, course) = prepare();
    let sync = Sync::new(Arc::new(made), false);
    let pausing = async {
        let begun = async {
            while stage.admin().faults_left() > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, begun).await.unwrap();
        stage.put("up/a", "theirs");
        remote.pause();
        remote.resume();
    };
    let (ending, ()) = tokio::join!(course.run(&sync), pausing);
    let Ending::Done(report) = ending else {
        panic!("{ending:?}");
    };
    assert_eq!((report.copied, report.troubled), (0, 1), "{report:?}");
    assert_eq!(stage.object("up/a").as_deref(), Some(&b"theirs"[..]));
    stage.sandbox.shutdown().await;
}
