//! What an unfinished transfer leaves, and what is believed of it.

use std::path::Path;
use std::sync::Arc;

use hatrack_aws::s3::download::{Destination, Folder, Order};
use hatrack_aws::s3::transfer::{DownloadFolder, Ending, prepare};
use hatrack_aws::s3::{Guard, ObjectRef, S3, copy};
use hatrack_core::bucket::transfer::{Only, Range, Version, WholeRange, line};
use hatrack_sandbox::{Effect, On};
use tokio::sync::Notify;

use crate::download::files;
use crate::world::{s3, s3_with, sandbox, session, story};

const LARGE: u64 = 40_000_000;

fn order(bucket: &str, folder: &Path) -> Order {
    Order {
        bucket: bucket.parse().unwrap(),
        key: "big".into(),
        folder: Folder::open(folder).unwrap(),
        destination: Destination::Exact("file".into()),
        resumable: true,
    }
}

/// Comes so far and is dropped.
async fn stopped_at(s3: &S3, order: &Order, bytes: u64) {
    let there = Notify::new();
    let moved = |done: u64, _| {
        if done >= bytes {
            there.notify_one();
        }
    };
    tokio::select! {
        done = s3.fetch(order, &moved) => panic!("{done:?}"),
        () = there.notified() => {}
    }
}

/// Puts `version` into the folder as an unfinished download whose bytes are all there, and are all 7.
fn plant(folder: &Path, version: &Version) {
    let bytes = vec![7; version.size as usize];
    let whole = WholeRange {
        range: Range {
            start: 0,
            end: version.size,
        },
        crc: crc_fast::checksum(crc_fast::CrcAlgorithm::Crc64Nvme, &bytes),
    };
    let journal = line(version).unwrap() + &line(&whole).unwrap();
    for name in files(folder).keys() {
        let planted = match name.ends_with(".journal") {
            true => journal.as_bytes(),
            false => &bytes,
        };
        std::fs::write(folder.join(name), planted).unwrap();
    }
}

#[tokio::test]
async fn c41_bytes_that_were_planted_as_an_unfinished_download_get_no_name() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = s3(&sandbox, &story).await;
    let bytes: Vec<u8> = (0..LARGE).map(|n| (n % 251) as u8).collect();
    let bucket = story.bucket.parse().unwrap();
    s3.put(&bucket, "big", bytes).await.unwrap();
    let whole = ObjectRef {
        bucket,
        key: "big".into(),
        version_id: None,
    };
    let (head, _) = s3.peek(&whole, 1).await.unwrap();
    for size in [LARGE, 20_000_000] {
        let folder = tempfile::tempdir().unwrap();
        let order = order(&story.bucket, folder.path());
        stopped_at(&s3, &order, 20_000_000).await;
        // The entity tag is public; the rest is made up, so that nothing would be compared.
        let version = Version {
            bucket: story.bucket.clone(),
            key: "big".into(),
            size,
            etag: head.etag.clone(),
            version_id: None,
            sums: Vec::new(),
            composite: false,
        };
        plant(folder.path(), &version);
        let got = s3.fetch(&order, &|_, _| {}).await;
        let stored = sandbox.admin().object(&story.bucket, "big", u64::MAX).unwrap();
        let found = files(folder.path());
        match got {
            Ok(_) => assert!(found["file"] == stored, "{size}"),
            Err(_) => assert!(!found.contains_key("file"), "{size}"),
        }
        s3.fetch(&order, &|_, _| {}).await.unwrap();
        assert!(files(folder.path())["file"] == stored, "{size}");
    }
    sandbox.shutdown().await;
}

#[tokio::test]
async fn what_a_gateway_says_does_not_end_a_download_for_good() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = s3(&sandbox, &story).await;
    sandbox.admin().put_generated(&story.bucket, "big", LARGE);
    let folder = tempfile::tempdir().unwrap();
    let order = order(&story.bucket, folder.path());
    stopped_at(&s3, &order, 20_000_000).await;
    let says = Effect::Respond {
        status: 503,
        content_type: "text/html".into(),
        body: "<html>Service unavailable</html>".into(),
    };
    sandbox.admin().inject(On::S3Path("/big".into()), 1_000_000, says);
    let failure = s3.fetch(&order, &|_, _| {}).await.unwrap_err();
    assert!(failure.passes(), "{failure:?}");
    assert_eq!(files(folder.path()).len(), 2);
    sandbox.admin().clear_faults();
    let got = s3.fetch(&order, &|_, _| {}).await.unwrap();
    assert!(got.resumed > 0, "{got:?}");
    let stored = sandbox.admin().object(&story.bucket, "big", u64::MAX).unwrap();
    assert!(files(folder.path())["file"] == stored);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn s15_a_copy_whose_session_has_ended_wants_one() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let credentials = session(&sandbox, &story).await;
    let s3 = s3_with(sandbox.endpoint(), credentials.clone());
    sandbox
        .admin()
        .put_object(&story.bucket, "a", "mine", "text/plain");
    let order = |to: &str| copy::Order {
        from: format!("s3://{}/a", story.bucket).parse().unwrap(),
        to: format!("s3://{}/{to}", story.bucket).parse().unwrap(),
        storage_class: None,
        encryption: None,
        guard: Guard::Anything,
        journals: None,
    };
    s3.copy_from(&s3, &order("b"), &|_, _| {}).await.unwrap();
    sandbox.admin().expire_session(&credentials.access_key_id);
    // A copy begins by a HEAD, to which S3 does not say what is wrong.
    let failure = s3.copy_from(&s3, &order("c"), &|_, _| {}).await.unwrap_err();
    assert!(failure.wants_session(), "{failure:?}");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_folder_that_is_given_up_leaves_no_parts() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = Arc::new(s3(&sandbox, &story).await);
    for key in ["tree/a", "tree/b"] {
        sandbox.admin().put_generated(&story.bucket, key, LARGE);
    }
    // None of them comes to its end.
    sandbox
        .admin()
        .inject(On::S3Path("/tree/".into()), 1_000_000, Effect::StalledBody);
    let folder = tempfile::tempdir().unwrap();
    let job = DownloadFolder {
        s3,
        from: format!("s3://{}/tree/", story.bucket).parse().unwrap(),
        folder: Folder::open(folder.path()).unwrap(),
        only: Only::default(),
    };
    let (mut remote, course) = prepare();
    let steer = async {
        while remote.status().done == 0 {
            assert!(remote.changed().await.is_some());
        }
        assert!(files(folder.path()).keys().any(|name| name.ends_with(".part")));
        remote.cancel();
    };
    let (ending, ()) = tokio::join!(course.run(&job), steer);
    assert!(matches!(ending, Ending::Cancelled(Ok(()))), "{ending:?}");
    assert!(files(folder.path()).is_empty());
    sandbox.shutdown().await;
}
