//! Comparing two places, and making the one hold what the other does.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hatrack_aws::s3::S3;
use hatrack_aws::s3::sync::{How, Plan, Route, Sync, SyncFailure, SyncReport};
use hatrack_aws::s3::transfer::{Ending, prepare};
use hatrack_core::bucket::sync::{By, Filter, Kind};
use hatrack_sandbox::{Admin, Running, Story, Versioning};

use crate::download::files;
use crate::world::{s3, s3_with, sandbox, session, story};

async fn plan(route: Route, how: &How) -> Plan {
    let spool = tempfile::tempfile().unwrap();
    Plan::make(route, how, spool, &|_| ()).await.unwrap()
}

async fn carried(plan: Plan, delete: bool) -> SyncReport {
    let (_remote, course) = prepare();
    match course.run(&Sync::new(Arc::new(plan), delete)).await {
        Ending::Done(report) => report,
        Ending::Failed(failure) => panic!("{failure}"),
        Ending::Cancelled(_) => panic!("cancelled"),
    }
}

async fn synced(route: &Route, delete: bool) -> SyncReport {
    carried(plan(route.clone(), &How::default()).await, delete).await
}

fn counts(plan: &Plan) -> Vec<(Kind, u64)> {
    let counts = Kind::ALL
        .into_iter()
        .map(|kind| (kind, plan.tally().of(kind).count));
    counts.filter(|(_, count)| *count > 0).collect()
}

fn names(plan: &Plan, kind: Kind) -> Vec<&str> {
    plan.first(kind).iter().map(|step| step.name.as_str()).collect()
}

/// A file that was written long ago.
fn old(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    let then = SystemTime::now() - Duration::from_secs(86_400);
    fs::File::open(path).unwrap().set_modified(then).unwrap();
}

/// A file that was written after everything else.
fn newer(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    let then = SystemTime::now() + Duration::from_secs(86_400);
    fs::File::open(path).unwrap().set_modified(then).unwrap();
}

struct Stage {
    sandbox: Running,
    story: Story,
    s3: Arc<S3>,
    folder: tempfile::TempDir,
}

impl Stage {
    async fn set() -> Self {
        let sandbox = sandbox().await;
        let story = story(&sandbox, "S13");
        let s3 = Arc::new(s3(&sandbox, &story).await);
        Self {
            sandbox,
            story,
            s3,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn admin(&self) -> Admin {
        self.sandbox.admin()
    }

    fn put(&self, key: &str, text: &str) {
        assert!(
            self.admin()
                .put_object(&self.story.bucket, key, text.to_owned(), "text/plain")
        );
    }

    fn object(&self, key: &str) -> Option<Vec<u8>> {
        self.admin().object(&self.story.bucket, key, u64::MAX)
    }

    fn up(&self, prefix: &str) -> Route {
        Route::Up {
            from: self.folder.path().to_owned(),
            s3: Arc::clone(&self.s3),
            to: format!("s3://{}/{prefix}", self.story.bucket).parse().unwrap(),
            journals: None,
        }
    }

    fn down(&self, prefix: &str) -> Route {
        Route::Down {
            s3: Arc::clone(&self.s3),
            from: format!("s3://{}/{prefix}", self.story.bucket).parse().unwrap(),
            to: self.folder.path().to_owned(),
        }
    }
}

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

/// What is left out of one side's list would count as missing on the other.
#[tokio::test]
async fn what_hatrack_keeps_for_itself_is_no_part_of_either_side() {
    let stage = Stage::set().await;
    let root = stage.folder.path();
    old(&root.join("a"), "1");
    old(&root.join("d/.hatrack-notes"), "mine");
    stage.put("up/.hatrack-old", "there");
    stage.put("up/d/.hatrack-notes", "there");
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
