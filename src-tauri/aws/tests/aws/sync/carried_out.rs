//! Plans carried out: what is copied, what is deleted, and what is left alone.

use std::fs;
use std::sync::Arc;

use hatrack_aws::s3::sync::{How, Route};
use hatrack_core::bucket::sync::Kind;
use hatrack_sandbox::Versioning;

use super::{Stage, carried, counts, names, newer, old, plan, synced};
use crate::world::{s3, s3_with, sandbox, session, story};

#[tokio::test]
async fn a_folder_goes_up_once_and_then_only_what_changed() {
    let stage = Stage::set().await;
    let root = stage.folder.path();
    for (name, text) in [
        ("a", "1"),
        ("a-b", "2"),
        ("d/x", "3"),
        ("d/y/z", "4"),
        ("e\u{301}", "5"),
    ] {
        old(&root.join(name), text);
    }
    stage.put("up/only", "there");
    stage.put("up-else", "no prefix of ours");
    let first = plan(stage.up("up/"), &How::default()).await;
    assert_eq!(counts(&first), [(Kind::New, 5), (Kind::Missing, 1)]);
    let report = carried(first, false).await;
    assert_eq!(
        (report.copied, report.bytes, report.deleted, report.troubled),
        (5, 5, 0, 0)
    );
    assert_eq!(stage.object("up/d/y/z").as_deref(), Some(&b"4"[..]));

    let again = plan(stage.up("up/"), &How::default()).await;
    assert_eq!(counts(&again), [(Kind::Missing, 1), (Kind::Same, 5)]);

    newer(&root.join("a"), "6");
    old(&root.join("d/x"), "33");
    fs::remove_file(root.join("d/y/z")).unwrap();
    let changed = plan(stage.up("up/"), &How::default()).await;
    assert_eq!(names(&changed, Kind::Changed), ["a", "d/x"]);
    assert_eq!(names(&changed, Kind::Missing), ["d/y/z", "only"]);
    let report = carried(changed, true).await;
    assert_eq!((report.copied, report.deleted, report.kept), (2, 2, None));
    assert_eq!(stage.object("up/a").as_deref(), Some(&b"6"[..]));
    assert!(stage.object("up/only").is_none() && stage.object("up-else").is_some());
    stage.sandbox.shutdown().await;
}

#[tokio::test]
async fn what_changed_since_the_plan_is_left_alone() {
    let stage = Stage::set().await;
    let root = stage.folder.path();
    newer(&root.join("new"), "ours");
    newer(&root.join("changed"), "ours");
    stage.put("up/changed", "before");
    let made = plan(stage.up("up/"), &How::default()).await;
    stage.put("up/new", "theirs");
    stage.put("up/changed", "theirs");
    let report = carried(made, true).await;
    assert_eq!((report.copied, report.troubled), (0, 2), "{:?}", report.troubles);
    for key in ["up/new", "up/changed"] {
        assert_eq!(stage.object(key).as_deref(), Some(&b"theirs"[..]));
    }

    // What only the target has, too.
    stage.put("old/gone", "before");
    stage.put("old/kept", "before");
    newer(&root.join("unlike"), "ours");
    let made = plan(stage.up("old/"), &How::default()).await;
    stage.put("old/kept", "theirs");
    let report = carried(made, true).await;
    assert_eq!((report.deleted, report.troubled), (1, 1), "{:?}", report.troubles);
    assert_eq!(stage.object("old/kept").as_deref(), Some(&b"theirs"[..]));
    assert!(stage.object("old/gone").is_none());
    fs::remove_file(root.join("unlike")).unwrap();

    stage.put("t/new", "theirs");
    stage.put("t/changed", "theirs, longer");
    let made = plan(stage.down("t/"), &How::default()).await;
    newer(&root.join("new"), "ours since");
    newer(&root.join("changed"), "ours since");
    let report = carried(made, true).await;
    assert_eq!((report.copied, report.troubled), (0, 2), "{:?}", report.troubles);
    assert_eq!(fs::read(root.join("changed")).unwrap(), b"ours since");
    stage.sandbox.shutdown().await;
}

#[tokio::test]
async fn nothing_is_deleted_where_a_copy_failed_or_the_source_is_empty() {
    let stage = Stage::set().await;
    let root = stage.folder.path();
    newer(&root.join("a"), "ours");
    stage.put("up/old", "there");
    let made = plan(stage.up("up/"), &How::default()).await;
    stage.put("up/a", "theirs since");
    let report = carried(made, true).await;
    assert_eq!((report.troubled, report.deleted), (1, 0));
    assert!(report.kept.is_some() && stage.object("up/old").is_some());

    let empty = stage.folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let route = Route::Up {
        from: empty,
        s3: Arc::clone(&stage.s3),
        to: format!("s3://{}/up/", stage.story.bucket).parse().unwrap(),
        journals: None,
    };
    let report = synced(&route, true).await;
    assert_eq!((report.copied, report.deleted), (0, 0));
    assert!(report.kept.is_some() && stage.object("up/old").is_some());
    stage.sandbox.shutdown().await;
}

#[tokio::test]
async fn from_one_roles_bucket_to_anothers_and_deleted_ones_come_back_by_their_versions() {
    let sandbox = sandbox().await;
    let (reader, writer) = (story(&sandbox, "S14"), story(&sandbox, "S13"));
    let admin = sandbox.admin();
    for key in ["set/x", "set/y/z"] {
        admin.put_object(&reader.bucket, key, key.to_owned(), "text/plain");
    }
    admin.put_object(&writer.bucket, "theirs/old", "old", "text/plain");
    assert!(admin.set_versioning(&writer.bucket, Versioning::Enabled));
    let route = Route::Across {
        source: Arc::new(s3_with(sandbox.endpoint(), session(&sandbox, &reader).await)),
        from: format!("s3://{}/set/", reader.bucket).parse().unwrap(),
        target: Arc::new(s3(&sandbox, &writer).await),
        to: format!("s3://{}/theirs/", writer.bucket).parse().unwrap(),
        journals: None,
    };
    let report = synced(&route, true).await;
    assert_eq!(
        (report.copied, report.streamed, report.deleted),
        (2, 2, 1),
        "{report:?}"
    );
    assert!(report.why_streamed.is_some());
    let stored = admin.object(&writer.bucket, "theirs/y/z", 10);
    assert_eq!(stored.as_deref(), Some(&b"set/y/z"[..]));
    // A marker hides it, and what it was is there.
    let versions = admin.versions(&writer.bucket, "theirs/old");
    assert_eq!(versions.len(), 2);
    assert_eq!((versions[0].1, versions[1].1), (None, Some(3)));
    let again = plan(route, &How::default()).await;
    assert_eq!(counts(&again), [(Kind::Same, 2)]);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_source_whose_objects_are_all_archived_is_not_told_to_be_empty() {
    let stage = Stage::set().await;
    stage.put("t/cold", "x");
    stage
        .admin()
        .set_storage_class(&stage.story.bucket, "t/cold", "GLACIER");
    old(&stage.folder.path().join("mine"), "only here");
    let report = synced(&stage.down("t/"), true).await;
    assert_eq!(report.deleted, 0);
    let kept = report.kept.unwrap();
    assert!(
        !kept.contains("is empty") && kept.contains("nothing was deleted"),
        "{kept}"
    );
    stage.sandbox.shutdown().await;
}

#[tokio::test]
async fn more_than_a_page_and_a_batch_is_compared_copied_and_deleted() {
    let stage = Stage::set().await;
    let root = stage.folder.path();
    for n in 0..1100 {
        old(&root.join(format!("d{}/f{n:04}", n % 7)), "x");
        stage.put(&format!("up/old/{n:04}"), "x");
    }
    let report = synced(&stage.up("up/"), true).await;
    assert_eq!((report.copied, report.deleted, report.troubled), (1100, 1100, 0));
    let again = plan(stage.up("up/"), &How::default()).await;
    assert_eq!(counts(&again), [(Kind::Same, 1100)]);
    assert_eq!(again.steps().count(), 0);
    stage.sandbox.shutdown().await;
}

#[tokio::test]
async fn a_file_that_has_gone_is_deleted_and_one_that_was_written_again_is_told() {
    let stage = Stage::set().await;
    let root = stage.folder.path();
    stage.put("t/a", "1");
    old(&root.join("a"), "1");
    old(&root.join("gone"), "only here");
    old(&root.join("kept"), "only here");
    let made = plan(stage.down("t/"), &How::default()).await;
    assert_eq!(names(&made, Kind::Missing), ["gone", "kept"]);
    fs::remove_file(root.join("gone")).unwrap();
    newer(&root.join("kept"), "written again");
    let report = carried(made, true).await;
    assert_eq!((report.deleted, report.troubled), (1, 1), "{report:?}");
    assert!(
        report.troubles[0].why.contains("was not deleted"),
        "{:?}",
        report.troubles
    );
    assert!(root.join("kept").exists());
    stage.sandbox.shutdown().await;
}
