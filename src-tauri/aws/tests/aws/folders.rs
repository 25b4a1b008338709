//! Whole folders: down, up and across.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hatrack_aws::s3::download::Folder;
use hatrack_aws::s3::transfer::{
    CopyFolder, DownloadFolder, Ending, FolderReport, Job, Upload, UploadFolder, prepare,
};
use hatrack_aws::s3::{Guard, S3Failure, Stored, upload};
use hatrack_core::bucket::transfer::{Journals, Only};
use hatrack_sandbox::{Effect, On};

use crate::download::files;
use crate::in_memory::InMemory;
use crate::world::{s3, s3_with, sandbox, session, story};

async fn done<J: Job>(job: &J) -> J::Report {
    let (_remote, course) = prepare();
    match course.run(job).await {
        Ending::Done(report) => report,
        Ending::Failed(failure) => panic!("{failure}"),
        Ending::Cancelled(_) => panic!("cancelled"),
    }
}

fn visible(folder: &Path) -> Vec<String> {
    files(folder).into_keys().collect()
}

#[tokio::test]
async fn c31_to_c43_everything_below_a_prefix_comes_down_and_nothing_leaves_the_folder() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = Arc::new(s3(&sandbox, &story).await);
    let admin = sandbox.admin();
    for n in 0..1200 {
        admin.put_object(
            &story.bucket,
            &format!("tree/a/{n:04}"),
            format!("{n}"),
            "text/plain",
        );
    }
    admin.put_generated(&story.bucket, "tree/big", 13_000_000);
    for key in ["tree/", "tree/empty/", "tree/../x", "tree//y", "elsewhere"] {
        admin.put_object(&story.bucket, key, "x", "text/plain");
    }
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("chosen");
    std::fs::create_dir(&folder).unwrap();
    let job = DownloadFolder {
        s3,
        from: format!("s3://{}/tree/", story.bucket).parse().unwrap(),
        folder: Folder::open(&folder).unwrap(),
        only: Only::default(),
    };
    let report = done(&job).await;
    // The key that climbs and the one that is absolute are told; the stand-ins for folders are none.
    assert_eq!(
        (report.files, report.troubled),
        (1201, 2),
        "{:?}",
        report.troubles
    );
    let found = files(&folder);
    assert_eq!((found.len(), files(outer.path()).len()), (1201, 1201));
    assert_eq!(found["a/0042"], b"42");
    assert!(found["big"] == admin.object(&story.bucket, "tree/big", u64::MAX).unwrap());
    sandbox.shutdown().await;
}

/// Whatever a bucket names is really written, or left out and told.
#[tokio::test]
async fn c31_to_c43_the_worst_names_are_written_inside_or_told() {
    const PIECES: [&str; 20] = [
        "..",
        "/",
        "\\",
        "../",
        "//",
        "\0",
        "\n",
        "%2e%2e",
        "\u{202e}",
        "\u{212a}",
        "C:",
        "\\\\srv\\",
        "~",
        " ",
        ".hatrack-",
        ".part",
        "CON",
        "e\u{301}",
        "a",
        "\u{1f600}",
    ];
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = Arc::new(s3(&sandbox, &story).await);
    let mut dice = crate::faults::Dice::of(7);
    let mut keys = std::collections::BTreeSet::from([
        "/etc/x".to_owned(),
        "x".repeat(900),
        format!("{}z", "d/".repeat(400)),
        ".hatrack-0123456789abcdef0123456789abcdef.part".to_owned(),
        ".hatrack-0123456789abcdef0123456789abcdef.journal".to_owned(),
    ]);
    for _ in 0..600 {
        let pieces = (0..=dice.roll(5)).map(|_| PIECES[dice.roll(PIECES.len() as u64) as usize]);
        keys.insert(pieces.collect());
    }
    for key in &keys {
        let key = format!("w/{key}");
        assert!(
            sandbox
                .admin()
                .put_object(&story.bucket, &key, key.clone(), "text/plain")
        );
    }
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("a/chosen");
    std::fs::create_dir_all(&folder).unwrap();
    let job = DownloadFolder {
        s3,
        from: format!("s3://{}/w/", story.bucket).parse().unwrap(),
        folder: Folder::open(&folder).unwrap(),
        only: Only::default(),
    };
    let report = done(&job).await;
    let mut found = files(&folder);
    assert_eq!(files(outer.path()).len(), found.len(), "something is outside");
    // What failed is noted for the next run.
    found.retain(|name, _| !(name.starts_with(".hatrack-") && name.ends_with(".folder.journal")));
    assert_eq!(found.len() as u64, report.files);
    // Each file holds its own key, and no key is in two of them.
    let written: std::collections::BTreeSet<Vec<u8>> = found.into_values().collect();
    assert_eq!(written.len() as u64, report.files);
    let meant: std::collections::BTreeSet<Vec<u8>> =
        keys.iter().map(|key| format!("w/{key}").into_bytes()).collect();
    assert!(written.is_subset(&meant));
    let folders = keys
        .iter()
        .filter(|key| key.is_empty() || key.ends_with('/'))
        .count() as u64;
    assert_eq!(report.files + report.troubled + folders, keys.len() as u64);
    assert!(report.files > 100 && report.troubled > 50, "{report:?}");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn c67_a_folder_that_was_stopped_goes_on_and_nothing_is_twice() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = Arc::new(s3(&sandbox, &story).await);
    for n in 0..1500 {
        sandbox.admin().put_object(
            &story.bucket,
            &format!("tree/{n:04}"),
            format!("{n}"),
            "text/plain",
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let job = DownloadFolder {
        s3,
        from: format!("s3://{}/tree/", story.bucket).parse().unwrap(),
        folder: Folder::open(folder.path()).unwrap(),
        only: Only::default(),
    };
    let (mut remote, course) = prepare();
    {
        let running = course.run(&job);
        let enough = async {
            while remote.status().files_done < 200 {
                if remote.changed().await.is_none() {
                    break;
                }
            }
            remote.pause();
            while !matches!(
                remote.status().state,
                hatrack_core::bucket::transfer::State::Paused(_)
                    | hatrack_core::bucket::transfer::State::Done
            ) {
                if remote.changed().await.is_none() {
                    break;
                }
            }
        };
        tokio::select! {
            _ = running => {}
            () = enough => {}
        }
    }
    done(&job).await;
    let found = files(folder.path());
    let names: Vec<_> = found.keys().collect();
    assert!((0..1500).all(|n| found[&format!("{n:04}")] == format!("{n}").into_bytes()));
    // A file that was named in the moment of the stop, before that was noted, may be there once more.
    assert!(names.iter().all(|name| !name.starts_with('.')), "{names:?}");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_folder_goes_up_and_across() {
    let sandbox = sandbox().await;
    let (writer, reader) = (story(&sandbox, "S13"), story(&sandbox, "S14"));
    let s3 = Arc::new(s3(&sandbox, &writer).await);
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("a/b")).unwrap();
    std::fs::write(folder.path().join("a/b/one"), "1").unwrap();
    std::fs::write(folder.path().join("two"), "22").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("two", folder.path().join("link")).unwrap();
    let job = UploadFolder {
        s3: Arc::clone(&s3),
        folder: folder.path().to_owned(),
        to: format!("s3://{}/up/", writer.bucket).parse().unwrap(),
        only: Only::default(),
        stored: Stored::default(),
        guard: Guard::Anything,
        journals: None,
    };
    let report: FolderReport = done(&job).await;
    assert_eq!((report.files, report.bytes), (2, 3));
    assert_eq!(report.troubled, u64::from(cfg!(unix)), "{:?}", report.troubles);
    let stored = sandbox.admin().object(&writer.bucket, "up/a/b/one", 10);
    assert_eq!(stored.as_deref(), Some(&b"1"[..]));

    for key in ["set/x", "set/y/z"] {
        sandbox
            .admin()
            .put_object(&reader.bucket, key, key.to_owned(), "text/plain");
    }
    let job = CopyFolder {
        source: Arc::new(s3_with(sandbox.endpoint(), session(&sandbox, &reader).await)),
        target: s3,
        from: format!("s3://{}/set/", reader.bucket).parse().unwrap(),
        to: format!("s3://{}/theirs/", writer.bucket).parse().unwrap(),
        storage_class: None,
        encryption: None,
        guard: Guard::Anything,
        only: Only::default(),
        journals: None,
    };
    let report = done(&job).await;
    assert_eq!((report.files, report.streamed), (2, 2));
    let stored = sandbox.admin().object(&writer.bucket, "theirs/y/z", 10);
    assert_eq!(stored.as_deref(), Some(&b"set/y/z"[..]));
    assert_eq!(visible(folder.path()).len(), 2);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn c47_an_upload_that_was_stopped_goes_on_or_is_listed_and_given_up() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = Arc::new(s3(&sandbox, &story).await);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let bytes: Vec<u8> = (0..40_000_000u32).map(|n| (n % 249) as u8).collect();
    std::fs::write(&path, &bytes).unwrap();
    let kept = InMemory::default();
    let journals: Arc<dyn Journals> = Arc::new(kept.clone());
    let job = Upload {
        s3: Arc::clone(&s3),
        order: upload::Order {
            path,
            bucket: story.bucket.parse().unwrap(),
            key: "up".into(),
            stored: Stored::default(),
            guard: Guard::OnlyNew,
            journals: Some(Arc::clone(&journals)),
        },
    };
    let stop = || async {
        let part = tokio::sync::Notify::new();
        let moved = |done: u64, _| {
            if done > 0 {
                part.notify_one();
            }
        };
        tokio::select! {
            done = s3.send(&job.order, &moved) => panic!("{done:?}"),
            () = part.notified() => {}
        }
    };
    stop().await;
    assert!(sandbox.admin().object(&story.bucket, "up", 1).is_none());
    let bucket = story.bucket.parse().unwrap();
    let left = s3.unfinished_uploads(&bucket, "up", &journals).await.unwrap();
    assert!(left.len() == 1 && left[0].ours, "{left:?}");
    let sent = s3.send(&job.order, &|_, _| {}).await.unwrap();
    assert!(sent.resumed > 0, "{sent:?}");
    assert!(sandbox.admin().object(&story.bucket, "up", u64::MAX).unwrap() == bytes);
    assert!(kept.0.lock().unwrap().is_empty());

    let job = Upload {
        order: upload::Order {
            key: "again".into(),
            ..job.order
        },
        ..job
    };
    let part = tokio::sync::Notify::new();
    let moved = |done: u64, _| {
        if done > 0 {
            part.notify_one();
        }
    };
    tokio::select! {
        done = s3.send(&job.order, &moved) => panic!("{done:?}"),
        () = part.notified() => {}
    }
    job.discard().await.unwrap();
    let left = s3.unfinished_uploads(&bucket, "again", &journals).await.unwrap();
    assert!(left.is_empty() && kept.0.lock().unwrap().is_empty(), "{left:?}");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn what_was_stored_just_before_it_was_given_up_is_told() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = s3(&sandbox, &story).await;
    let folder = tempfile::tempdir().unwrap();
    let kept = InMemory::default();
    let order = upload::Order {
        path: folder.path().join("file"),
        bucket: story.bucket.parse().unwrap(),
        key: "given-up".into(),
        stored: Stored::default(),
        guard: Guard::Anything,
        journals: Some(Arc::new(kept.clone())),
    };
    std::fs::write(&order.path, vec![7; 20_000_000]).unwrap();
    let moved = |done: u64, total| {
        // All parts are there: what comes next makes the object of them, and its answer does not end.
        if Some(done) == total {
            let key = On::S3Path("/given-up".into());
            sandbox.admin().inject(key, 1, Effect::StalledBody);
        }
    };
    let stored = async {
        while sandbox.admin().object(&story.bucket, "given-up", 1).is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        done = s3.send(&order, &moved) => panic!("{done:?}"),
        stored = tokio::time::timeout(Duration::from_secs(60), stored) => stored.unwrap(),
    }
    let failure = s3.abandon(&order).await.unwrap_err();
    assert!(matches!(failure, S3Failure::StoredAlready { .. }), "{failure:?}");
    assert!(kept.0.lock().unwrap().is_empty());
    sandbox.shutdown().await;
}
