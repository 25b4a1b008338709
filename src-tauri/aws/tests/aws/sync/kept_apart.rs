//! What Hatrack keeps beside the person's own.

use std::fs;

use hatrack_aws::s3::sync::How;
use hatrack_core::bucket::sync::Kind;

use super::{Stage, carried, counts, names, old, plan};

const PART: &str = ".hatrack-0123456789abcdef.part";

/// What is left out of one side's list would count as missing on the other.
#[tokio::test]
async fn what_hatrack_keeps_for_itself_is_left_alone_on_both_sides() {
    let stage = Stage::set().await;
    let root = stage.folder.path();
    old(&root.join("a"), "1");
    old(&root.join("d").join(PART), "unfinished");
    stage.put(&format!("up/{PART}"), "there");
    let made = plan(stage.up("up/"), &How::default()).await;
    assert_eq!(counts(&made), [(Kind::New, 1)]);

    stage.put("hatrack-batch/1/manifest.csv", "a job's");
    old(&root.join("hatrack-batch/1/manifest.csv"), "mine");
    let made = plan(stage.down(""), &How::default()).await;
    assert!(
        names(&made, Kind::Missing)
            .iter()
            .all(|name| !name.contains("hatrack"))
    );
    let down = root.join("hatrack-batch/1/manifest.csv");
    assert_eq!(fs::read(down).unwrap(), b"mine");
    stage.sandbox.shutdown().await;
}

/// A backup that lacks something has to say so.
#[tokio::test]
async fn what_is_not_copied_for_its_name_is_told() {
    let stage = Stage::set().await;
    stage.put(&format!("t/d/{PART}"), "somebody's");
    stage.put("t/a", "1");
    let made = plan(stage.down("t/"), &How::default()).await;
    assert_eq!(counts(&made), [(Kind::New, 1), (Kind::Skipped, 1)]);
    assert_eq!(names(&made, Kind::Skipped), [format!("d/{PART}")]);

    old(&stage.folder.path().join("hatrack-batch/x"), "mine");
    let made = plan(stage.up(""), &How::default()).await;
    assert_eq!(names(&made, Kind::Skipped), ["hatrack-batch/x"]);
    stage.sandbox.shutdown().await;
}

#[tokio::test]
async fn names_that_only_begin_like_hatracks_are_the_persons() {
    let stage = Stage::set().await;
    let root = stage.folder.path();
    old(&root.join(".hatrack-notes"), "mine");
    old(&root.join(".hatrack-old/x"), "mine");
    let made = plan(stage.up("up/"), &How::default()).await;
    assert_eq!(carried(made, false).await.copied, 2);
    assert!(stage.object("up/.hatrack-notes").is_some() && stage.object("up/.hatrack-old/x").is_some());
    // No download gives such a name, so that what has it here is not taken for missing there either.
    let made = plan(stage.down("up/"), &How::default()).await;
    assert_eq!(counts(&made), [(Kind::Skipped, 2)]);
    stage.sandbox.shutdown().await;
}

#[tokio::test]
async fn the_folder_of_the_jobs_is_not_empty_to_who_names_it() {
    let stage = Stage::set().await;
    stage.put("hatrack-batch/1/report.csv", "a job's");
    let made = plan(stage.down("hatrack-batch/"), &How::default()).await;
    assert_eq!(names(&made, Kind::New), ["1/report.csv"]);
    stage.sandbox.shutdown().await;
}
