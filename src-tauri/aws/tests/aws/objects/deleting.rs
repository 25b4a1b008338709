//! Deleted, and brought back.

use std::sync::Mutex;

use hatrack_aws::s3::S3Failure;
use hatrack_aws::s3::objects::{Reach, Stop, Which};
use hatrack_core::object_view::Versioning as Kept;
use hatrack_sandbox::Versioning;

use super::{place, text, which};
use crate::server::{Answer, Server};
use crate::world::{s3, s3_with, sandbox, story, user};

#[tokio::test]
async fn what_is_deleted_in_a_bucket_with_versions_is_brought_back_by_its_markers() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let (s3, bucket, admin) = (s3(&sandbox, &story).await, story.bucket.as_str(), sandbox.admin());
    assert!(admin.set_versioning(bucket, Versioning::Enabled));
    let keys = ["u/a", "u/b c+%20", "u/\u{1}control", "u/\u{fc}&<>\""];
    for key in keys {
        admin.put_object(bucket, key, key, "text/plain");
    }
    let name = bucket.parse().unwrap();
    assert_eq!(s3.deletion(&name).await.unwrap().versioning, Kept::Enabled);
    let done = s3.delete(&name, &keys.map(which)).await.unwrap();
    assert_eq!((done.count, done.failures), (4, 0));
    assert!(keys.iter().all(|key| text(&admin, bucket, key).is_none()));
    let markers = done.undo().unwrap();
    for marker in &markers {
        let versions = admin.versions(bucket, &marker.key);
        assert_eq!(Some(&versions[0].0), marker.version_id.as_ref());
    }
    let undone = s3.delete(&name, &markers).await.unwrap();
    assert_eq!((undone.count, undone.failures), (4, 0));
    // A marker that is deleted leaves no other.
    assert_eq!(undone.undo(), None);
    for key in keys {
        assert_eq!(text(&admin, bucket, key).as_deref(), Some(key));
        assert_eq!(admin.versions(bucket, key).len(), 1);
    }
    sandbox.shutdown().await;
}

#[tokio::test]
async fn without_versions_nothing_can_be_undone_and_that_is_known() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let (s3, bucket, admin) = (s3(&sandbox, &story).await, story.bucket.as_str(), sandbox.admin());
    admin.put_object(bucket, "gone", "x", "text/plain");
    let name = bucket.parse().unwrap();
    assert_eq!(s3.deletion(&name).await.unwrap().versioning, Kept::Never);
    let done = s3
        .delete(&name, &[which("gone"), which("never was")])
        .await
        .unwrap();
    // S3 says of what never was that it is deleted.
    assert_eq!((done.count, done.undo()), (2, None));
    assert_eq!(text(&admin, bucket, "gone"), None);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_prefix_goes_by_thousands_and_comes_back_and_goes_for_good() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let (s3, bucket, admin) = (s3(&sandbox, &story).await, story.bucket.as_str(), sandbox.admin());
    admin.set_versioning(bucket, Versioning::Enabled);
    for n in 0..2100 {
        admin.put_object(bucket, &format!("many/{n:05}"), "x", "text/plain");
    }
    admin.put_object(bucket, "many-not", "stays", "text/plain");
    let prefix = place(bucket, "many/");
    let calls = admin.calls("DeleteObjects");
    let told = Mutex::new(0);
    let progress = |done: u64| *told.lock().unwrap() = done;
    let done = s3
        .delete_below(&prefix, Reach::Current, &progress, &Stop::never())
        .await
        .unwrap();
    assert_eq!(
        (done.count, done.failures, *told.lock().unwrap()),
        (2100, 0, 2100)
    );
    assert_eq!(admin.calls("DeleteObjects") - calls, 3);
    assert_eq!(text(&admin, bucket, "many/00000"), None);

    let back = s3
        .delete_below(&prefix, Reach::Markers, &|_| (), &Stop::never())
        .await
        .unwrap();
    assert_eq!((back.count, back.failures), (2100, 0));
    assert_eq!(text(&admin, bucket, "many/02099").as_deref(), Some("x"));

    s3.delete_below(&prefix, Reach::Current, &|_| (), &Stop::never())
        .await
        .unwrap();
    let gone = s3
        .delete_below(&prefix, Reach::AllVersions, &|_| (), &Stop::never())
        .await
        .unwrap();
    assert_eq!((gone.count, gone.undo()), (4200, None));
    assert!(admin.versions(bucket, "many/00000").is_empty());
    assert_eq!(text(&admin, bucket, "many-not").as_deref(), Some("stays"));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn one_that_is_refused_does_not_stop_the_others_and_says_why() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let (s3, bucket, admin) = (s3(&sandbox, &story).await, story.bucket.as_str(), sandbox.admin());
    let deny = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Principal":"*","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::{bucket}/kept/*"}}]}}"#
    );
    assert!(admin.set_bucket_policy(bucket, Some(&deny)));
    for key in ["kept/1", "loose/1", "loose/2"] {
        admin.put_object(bucket, key, "x", "text/plain");
    }
    let these = ["loose/1", "kept/1", "loose/2"].map(which);
    let done = s3.delete(&bucket.parse().unwrap(), &these).await.unwrap();
    assert_eq!((done.count, done.failures), (2, 1));
    assert_eq!(done.failed[0].which.key, "kept/1");
    let S3Failure::Denied(denial) = &done.failed[0].why else {
        panic!("{done:?}")
    };
    assert_eq!(denial.action, "s3:DeleteObject");
    assert!(denial.summary.contains("kept/1"), "{}", denial.summary);
    assert!(text(&admin, bucket, "kept/1").is_some() && text(&admin, bucket, "loose/2").is_none());
    sandbox.shutdown().await;
}

fn only_while(key: &str, etag: &str) -> Which {
    Which {
        if_etag: Some(etag.to_owned()),
        ..which(key)
    }
}

#[tokio::test]
async fn what_was_written_since_it_was_seen_is_not_deleted() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let (s3, bucket, admin) = (s3(&sandbox, &story).await, story.bucket.as_str(), sandbox.admin());
    let keys = ["seen/a", "seen/b", "seen/c"];
    let mut these = Vec::new();
    for key in keys {
        admin.put_object(bucket, key, key, "text/plain");
        let seen = s3.properties(&place(bucket, key), None).await.unwrap();
        these.push(only_while(key, &seen.etag.unwrap()));
    }
    admin.put_object(bucket, "seen/b", "written since", "text/plain");
    let done = s3.delete(&bucket.parse().unwrap(), &these).await.unwrap();
    assert_eq!((done.count, done.failures), (2, 1));
    assert_eq!(done.failed[0].which.key, "seen/b");
    assert!(
        matches!(done.failed[0].why, S3Failure::Changed { .. }),
        "{done:?}"
    );
    assert_eq!(text(&admin, bucket, "seen/b").as_deref(), Some("written since"));
    assert!(text(&admin, bucket, "seen/a").is_none() && text(&admin, bucket, "seen/c").is_none());
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_deletion_that_is_stopped_knows_what_it_did_and_can_be_undone() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let (s3, bucket, admin) = (s3(&sandbox, &story).await, story.bucket.as_str(), sandbox.admin());
    admin.set_versioning(bucket, Versioning::Enabled);
    for n in 0..6000 {
        admin.put_object(bucket, &format!("many/{n:05}"), "x", "text/plain");
    }
    let prefix = place(bucket, "many/");
    let (stopper, stop) = Stop::new();
    let progress = |_: u64| stopper.stop();
    let done = s3
        .delete_below(&prefix, Reach::Current, &progress, &stop)
        .await
        .unwrap();
    assert!(
        done.stopped && (1000..6000).contains(&done.count),
        "{}",
        done.count
    );
    let markers = done.undo().unwrap();
    assert_eq!(markers.len() as u64, done.count);
    let hidden = |n: &usize| text(&admin, bucket, &format!("many/{n:05}")).is_none();
    assert_eq!((0..6000).filter(hidden).count() as u64, done.count);
    s3.delete(&bucket.parse().unwrap(), &markers).await.unwrap();
    assert_eq!((0..6000).filter(hidden).count(), 0);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_deletion_that_breaks_off_tells_what_it_did() {
    let refused = "<Error><Code>NoSuchBucket</Code><Message>gone</Message></Error>";
    let server = Server::start(move |_, asked| match asked.method.as_str() {
        "HEAD" => Answer::new(200, "").with("x-amz-bucket-region", "us-east-1"),
        "POST" if asked.body.contains("<Key>k0000</Key>") => {
            let keys = (0..1000).map(|n| format!("<Deleted><Key>k{n:04}</Key></Deleted>"));
            Answer::new(
                200,
                format!("<DeleteResult>{}</DeleteResult>", keys.collect::<String>()),
            )
        }
        _ => Answer::new(404, refused),
    })
    .await;
    let s3 = s3_with(&server.url(), user());
    let these: Vec<Which> = (0..1500).map(|n| which(&format!("k{n:04}"))).collect();
    let broken = s3
        .delete(&"example-bucket".parse().unwrap(), &these)
        .await
        .unwrap_err();
    assert_eq!(broken.done.count, 1000);
    assert!(matches!(broken.why, S3Failure::NotFound { .. }), "{broken}");
    assert!(broken.to_string().contains("1000 were deleted"), "{broken}");
}
