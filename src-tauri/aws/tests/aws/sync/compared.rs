//! Two places compared.

use std::fs;
use std::sync::Arc;

use hatrack_aws::s3::sync::{How, Plan, Route, SyncFailure};
use hatrack_core::bucket::sync::{By, Filter, Kind};

use super::{Stage, carried, counts, names, newer, old, plan, synced};
use crate::download::files;

#[tokio::test]
async fn c31_to_c43_a_prefix_comes_down_and_nothing_leaves_the_folder() {
    let stage = Stage::set().await;
    for key in [
        "t/a",
        "t/a!",
        "t/a/b",
        "t/c/d",
        "t/",
        "t/c/",
        "t/../out",
        "t//twice",
        "elsewhere",
    ] {
        stage.put(key, key);
    }
    let root = stage.folder.path().join("new");
    let route = Route::Down {
        s3: Arc::clone(&stage.s3),
        from: format!("s3://{}/t/", stage.story.bucket).parse().unwrap(),
        to: root.clone(),
    };
    let first = plan(route.clone(), &How::default()).await;
    assert_eq!(names(&first, Kind::New), ["a", "a!", "c/d"]);
    assert_eq!(names(&first, Kind::Conflict), ["a/b"]);
    assert_eq!(names(&first, Kind::Skipped), ["../out", "/twice"]);
    assert!(!root.exists(), "a plan writes nothing");
    let report = carried(first, true).await;
    assert_eq!((report.copied, report.troubled), (3, 0));
    let found = files(stage.folder.path());
    assert_eq!(found.keys().collect::<Vec<_>>(), ["new/a", "new/a!", "new/c/d"]);
    assert_eq!(found["new/c/d"], b"t/c/d");

    fs::write(root.join("mine"), "only here").unwrap();
    let again = plan(route, &How::default()).await;
    assert_eq!(
        counts(&again),
        [
            (Kind::Missing, 1),
            (Kind::Conflict, 1),
            (Kind::Skipped, 2),
            (Kind::Same, 3)
        ]
    );
    assert_eq!(carried(again, true).await.deleted, 1);
    assert!(!root.join("mine").exists());
    stage.sandbox.shutdown().await;
}

#[cfg(unix)]
#[tokio::test]
async fn c43_no_link_is_followed_or_replaced() {
    use std::os::unix::fs::symlink;
    let stage = Stage::set().await;
    let outer = tempfile::tempdir().unwrap();
    fs::write(outer.path().join("x"), "mine").unwrap();
    let root = stage.folder.path();
    symlink(outer.path(), root.join("link")).unwrap();
    symlink(outer.path().join("x"), root.join("file")).unwrap();
    for key in ["t/link/x", "t/file", "t/good"] {
        stage.put(key, "from the bucket");
    }
    let first = plan(stage.down("t/"), &How::default()).await;
    assert_eq!(names(&first, Kind::Conflict), ["file", "link/x"]);
    let report = carried(first, true).await;
    assert_eq!((report.copied, report.deleted), (1, 0));
    assert_eq!(fs::read(outer.path().join("x")).unwrap(), b"mine");

    // Up: what a link hides is neither copied nor taken for missing.
    let up = plan(stage.up("t/"), &How::default()).await;
    assert_eq!(counts(&up), [(Kind::Skipped, 3), (Kind::Same, 1)]);
    assert_eq!(carried(up, true).await.deleted, 0);
    assert!(stage.object("t/link/x").is_some());
    stage.sandbox.shutdown().await;
}

#[tokio::test]
async fn a_source_that_is_not_there_is_no_empty_one() {
    let stage = Stage::set().await;
    stage.put("up/old", "there");
    let route = Route::Up {
        from: stage.folder.path().join("nowhere"),
        s3: Arc::clone(&stage.s3),
        to: format!("s3://{}/up/", stage.story.bucket).parse().unwrap(),
        journals: None,
    };
    let spool = tempfile::tempfile().unwrap();
    let failure = Plan::make(route, &How::default(), spool, &|_| ())
        .await
        .unwrap_err();
    assert!(failure.to_string().contains("nowhere"), "{failure}");
    stage.sandbox.shutdown().await;
}

#[tokio::test]
async fn checksums_tell_what_times_and_sizes_do_not() {
    let stage = Stage::set().await;
    let root = stage.folder.path();
    old(&root.join("same"), "aaaa");
    old(&root.join("other"), "aaaa");
    assert_eq!(synced(&stage.up("up/"), false).await.copied, 2);
    old(&root.join("other"), "bbbb");
    newer(&root.join("same"), "aaaa");
    let by_time = plan(stage.up("up/"), &How::default()).await;
    assert_eq!(names(&by_time, Kind::Changed), ["same"]);
    let how = How {
        by: By::Checksum,
        ..How::default()
    };
    let by_checksum = plan(stage.up("up/"), &how).await;
    assert_eq!(names(&by_checksum, Kind::Changed), ["other"]);
    assert_eq!(counts(&by_checksum), [(Kind::Changed, 1), (Kind::Same, 1)]);
    let down = plan(stage.down("up/"), &how).await;
    assert_eq!(names(&down, Kind::Changed), ["other"]);
    stage.sandbox.shutdown().await;
}

#[tokio::test]
async fn what_is_left_out_is_left_out_on_both_sides() {
    let stage = Stage::set().await;
    let root = stage.folder.path();
    for name in ["a.txt", "a.log", "d/b.log"] {
        old(&root.join(name), name);
    }
    for key in ["up/old.log", "up/old.txt"] {
        stage.put(key, "there");
    }
    let how = How {
        filter: Filter::new(&[], &["*.log"]).unwrap(),
        ..How::default()
    };
    let made = plan(stage.up("up/"), &how).await;
    assert_eq!(
        (names(&made, Kind::New), names(&made, Kind::Missing)),
        (vec!["a.txt"], vec!["old.txt"])
    );
    carried(made, true).await;
    assert!(stage.object("up/old.log").is_some() && stage.object("up/old.txt").is_none());
    stage.sandbox.shutdown().await;
}

#[tokio::test]
async fn places_that_overlap_are_refused() {
    let stage = Stage::set().await;
    let place = |key: &str| format!("s3://{}/{key}", stage.story.bucket).parse().unwrap();
    for (from, to) in [("", "a/"), ("a/", ""), ("a/", "a/")] {
        let route = Route::Across {
            source: Arc::clone(&stage.s3),
            from: place(from),
            target: Arc::clone(&stage.s3),
            to: place(to),
            journals: None,
        };
        let spool = tempfile::tempfile().unwrap();
        let refused = Plan::make(route, &How::default(), spool, &|_| ()).await;
        assert!(matches!(refused, Err(SyncFailure::Overlap { .. })), "{from} {to}");
    }
    stage.sandbox.shutdown().await;
}
