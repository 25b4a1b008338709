//! Objects that S3 has made, and of which nobody here heard.

use std::sync::Arc;
use std::time::Duration;

use hatrack_aws::http::HttpClients;
use hatrack_aws::s3::{FixedCredentials, Guard, S3, S3Failure, Stored, copy, upload};
use hatrack_core::bucket::transfer::Journals;
use hatrack_sandbox::{Effect, On, Running, Story};

use crate::in_memory::InMemory;
use crate::world::{reach, sandbox, session, story};

const MIB: usize = 1024 * 1024;

/// Waits for answers in seconds, not in minutes.
async fn hasty(sandbox: &Running, story: &Story) -> S3 {
    let http = HttpClients::default().with_patience(Duration::from_secs(10));
    let signer = Arc::new(FixedCredentials(session(sandbox, story).await));
    S3::new(Arc::new(http), reach(sandbox.endpoint()), false, signer)
}

fn upload_order(story: &Story, path: &std::path::Path, journals: &Arc<dyn Journals>) -> upload::Order {
    upload::Order {
        path: path.to_owned(),
        bucket: story.bucket.parse().unwrap(),
        key: "up/big".into(),
        stored: Stored::default(),
        guard: Guard::OnlyNew,
        journals: Some(Arc::clone(journals)),
    }
}

#[tokio::test]
async fn a_copy_whose_answer_was_lost_is_not_taken_for_somebody_elses() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = hasty(&sandbox, &story).await;
    let admin = sandbox.admin();
    admin.put_object(&story.bucket, "a", "mine", "text/plain");
    let order = copy::Order {
        from: format!("s3://{}/a", story.bucket).parse().unwrap(),
        to: format!("s3://{}/copied/a", story.bucket).parse().unwrap(),
        storage_class: None,
        encryption: None,
        guard: Guard::OnlyNew,
        journals: None,
    };
    admin.inject(On::S3Path("/copied/a".into()), 1, Effect::StalledBody);
    let copied = s3.copy_from(&s3, &order, &|_, _| {}).await.unwrap();
    assert_eq!((copied.way, copied.bytes), (copy::Way::ServerSide, 4));
    assert_eq!(admin.faults_left(), 0);
    // Without a lost answer it is somebody's.
    let failure = s3.copy_from(&s3, &order, &|_, _| {}).await.unwrap_err();
    assert!(matches!(failure, S3Failure::Taken { .. }), "{failure:?}");
    // Other bytes are somebody's, whatever was lost.
    admin.put_object(&story.bucket, "copied/a", "theirs", "text/plain");
    admin.inject(On::S3Path("/copied/a".into()), 1, Effect::Disconnect);
    let failure = s3.copy_from(&s3, &order, &|_, _| {}).await.unwrap_err();
    assert!(matches!(failure, S3Failure::Taken { .. }), "{failure:?}");
    sandbox.shutdown().await;
}

/// The upload is begun and its parts are sent; what comes of the rest is each test's own.
fn after_the_parts(sandbox: &Running, story: &Story, times: u64, effect: Effect) {
    let on = On::S3Path(format!("/{}/up/big", story.bucket));
    // It is begun, and three parts of 8 MiB go up.
    sandbox
        .admin()
        .inject(on.clone(), 4, Effect::Delay(Duration::ZERO));
    sandbox.admin().inject(on, times, effect);
}

#[tokio::test]
async fn an_upload_that_is_complete_and_never_told_so_is_there() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = hasty(&sandbox, &story).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let bytes: Vec<u8> = (0..20 * MIB).map(|n| (n % 241) as u8).collect();
    std::fs::write(&path, &bytes).unwrap();
    let journals: Arc<dyn Journals> = Arc::new(InMemory::default());
    let order = upload_order(&story, &path, &journals);
    // Each of the five tries is answered by half an answer.
    after_the_parts(&sandbox, &story, 5, Effect::StalledBody);
    let sent = s3.send(&order, &|_, _| {}).await.unwrap();
    assert_eq!(sent.bytes, 20 * MIB as u64);
    let admin = sandbox.admin();
    admin.clear_faults();
    assert!(admin.object(&story.bucket, "up/big", u64::MAX).unwrap() == bytes);
    assert!(journals.all().unwrap().is_empty());
    sandbox.shutdown().await;
}

#[tokio::test]
async fn an_upload_that_was_complete_when_it_was_stopped_is_not_sent_again() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = hasty(&sandbox, &story).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let bytes: Vec<u8> = (0..20 * MIB).map(|n| (n % 239) as u8).collect();
    std::fs::write(&path, &bytes).unwrap();
    let journals: Arc<dyn Journals> = Arc::new(InMemory::default());
    let order = upload_order(&story, &path, &journals);
    after_the_parts(&sandbox, &story, 1, Effect::StalledBody);
    let admin = sandbox.admin();
    // Stopped once S3 has made it: nobody here has heard.
    let made = async {
        while admin.object(&story.bucket, "up/big", 1).is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        done = s3.send(&order, &|_, _| {}) => panic!("{done:?}"),
        () = made => {}
    }
    admin.clear_faults();
    let before = (admin.calls("UploadPart"), admin.calls("CreateMultipartUpload"));
    let sent = s3.send(&order, &|_, _| {}).await.unwrap();
    assert_eq!((sent.bytes, sent.resumed), (20 * MIB as u64, 20 * MIB as u64));
    assert_eq!(
        (admin.calls("UploadPart"), admin.calls("CreateMultipartUpload")),
        before
    );
    assert!(admin.object(&story.bucket, "up/big", u64::MAX).unwrap() == bytes);
    assert!(journals.all().unwrap().is_empty());
    sandbox.shutdown().await;
}

/// Of the same bytes, and in another class than is wanted now.
#[tokio::test]
async fn an_older_object_is_not_taken_for_what_an_upload_made() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = hasty(&sandbox, &story).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let bytes: Vec<u8> = (0..20 * MIB).map(|n| (n % 233) as u8).collect();
    std::fs::write(&path, &bytes).unwrap();
    let journals: Arc<dyn Journals> = Arc::new(InMemory::default());
    let plain = upload::Order {
        guard: Guard::Anything,
        ..upload_order(&story, &path, &journals)
    };
    s3.send(&plain, &|_, _| {}).await.unwrap();
    let order = upload::Order {
        stored: Stored {
            storage_class: Some("GLACIER_IR".into()),
            ..Stored::default()
        },
        ..plain
    };
    // Stopped when its parts are there and it is to be completed.
    after_the_parts(&sandbox, &story, 1, Effect::Silence);
    let admin = sandbox.admin();
    let asked = async {
        while admin.faults_left() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        done = s3.send(&order, &|_, _| {}) => panic!("{done:?}"),
        () = asked => {}
    }
    let left = s3
        .unfinished_uploads(&order.bucket, "up/", &journals)
        .await
        .unwrap();
    assert_eq!(left.len(), 1);
    s3.abort_upload(&order.bucket, &left[0]).await.unwrap();
    s3.send(&order, &|_, _| {}).await.unwrap();
    let place = format!("s3://{}/up/big", story.bucket).parse().unwrap();
    let stored = s3.properties(&place, None).await.unwrap();
    assert_eq!(stored.storage_class, "GLACIER_IR");
    sandbox.shutdown().await;
}
