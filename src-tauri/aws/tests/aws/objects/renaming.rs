//! Renamed and moved.

use hatrack_aws::s3::S3Failure;
use hatrack_aws::s3::objects::{NotMoved, Rename, Stop};

use super::{pair, place, put_rich, text};
use crate::world::{s3, sandbox, story};

#[tokio::test]
async fn a_rename_keeps_tags_metadata_class_and_encryption() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let (s3, bucket, admin) = (s3(&sandbox, &story).await, story.bucket.as_str(), sandbox.admin());
    put_rich(&s3, bucket, "r/old name").await;
    let from = place(bucket, "r/old name");
    let before = s3.properties(&from, None).await.unwrap();
    let rename = Rename {
        from: from.clone(),
        to: place(bucket, "r/new name"),
        replace: false,
    };
    let moved = s3.rename(&rename).await.unwrap();
    assert_eq!((moved.bytes, moved.marker), (9, None));
    assert_eq!(text(&admin, bucket, "r/old name"), None);
    let after = s3.properties(&rename.to, None).await.unwrap();
    assert_eq!(after.headers, before.headers);
    assert_eq!(after.tags, Some(vec![pair("team", "a b&c")]));
    assert_eq!(
        (&after.storage_class, &after.encryption, &after.checksum),
        (&before.storage_class, &before.encryption, &before.checksum)
    );
    assert_eq!(after.storage_class, "STANDARD_IA");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_rename_replaces_nothing_unless_told_and_never_loses_the_original() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let (s3, bucket, admin) = (s3(&sandbox, &story).await, story.bucket.as_str(), sandbox.admin());
    admin.put_object(bucket, "a", "mine", "text/plain");
    admin.put_object(bucket, "b", "theirs", "text/plain");
    let mut rename = Rename {
        from: place(bucket, "a"),
        to: place(bucket, "b"),
        replace: false,
    };
    let stays = s3.rename(&rename).await.unwrap_err();
    assert!(
        matches!(
            &stays,
            NotMoved::Stays {
                why: S3Failure::Taken { .. },
                ..
            }
        ),
        "{stays}"
    );
    assert_eq!(text(&admin, bucket, "a").as_deref(), Some("mine"));
    assert_eq!(text(&admin, bucket, "b").as_deref(), Some("theirs"));

    // Nobody may delete: both are there, and that is said.
    let deny = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Principal":"*","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::{bucket}/*"}}]}}"#
    );
    admin.set_bucket_policy(bucket, Some(&deny));
    rename.replace = true;
    let both = s3.rename(&rename).await.unwrap_err();
    assert!(matches!(both, NotMoved::Both { .. }), "{both}");
    let said = both.to_string();
    assert!(
        said.contains(&format!("s3://{bucket}/a")) && said.contains(&format!("s3://{bucket}/b")),
        "{said}"
    );
    assert_eq!(text(&admin, bucket, "a").as_deref(), Some("mine"));
    assert_eq!(text(&admin, bucket, "b").as_deref(), Some("mine"));

    admin.set_bucket_policy(bucket, None);
    s3.rename(&rename).await.unwrap();
    assert_eq!(text(&admin, bucket, "a"), None);
    assert_eq!(text(&admin, bucket, "b").as_deref(), Some("mine"));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_rename_by_who_may_not_read_tags_keeps_the_original_that_has_them() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let (s3, bucket, admin) = (s3(&sandbox, &story).await, story.bucket.as_str(), sandbox.admin());
    put_rich(&s3, bucket, "tagged").await;
    let deny = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Principal":"*","Action":"s3:GetObjectTagging","Resource":"arn:aws:s3:::{bucket}/*"}}]}}"#
    );
    admin.set_bucket_policy(bucket, Some(&deny));
    let rename = Rename {
        from: place(bucket, "tagged"),
        to: place(bucket, "moved"),
        replace: false,
    };
    let both = s3.rename(&rename).await.unwrap_err();
    assert!(both.to_string().contains("tags"), "{both}");
    assert_eq!(text(&admin, bucket, "tagged").as_deref(), Some("the bytes"));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_folder_moves_whole_or_stays_whole() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let (s3, bucket, admin) = (s3(&sandbox, &story).await, story.bucket.as_str(), sandbox.admin());
    for n in 0..40 {
        admin.put_object(bucket, &format!("from/{n}"), format!("{n}"), "text/plain");
    }
    admin.put_object(bucket, "from/", "", "application/x-directory");
    // One that is in the way stops all: nothing is deleted.
    admin.put_object(bucket, "to/7", "other", "text/plain");
    let rename = Rename {
        from: place(bucket, "from/"),
        to: place(bucket, "to/"),
        replace: false,
    };
    let stopped = s3
        .rename_folder(&rename, &|_, _| (), &Stop::never())
        .await
        .unwrap();
    assert_eq!((stopped.moved, stopped.failures), (0, 41));
    assert!((0..40).all(|n| text(&admin, bucket, &format!("from/{n}")) == Some(n.to_string())));
    assert_eq!(text(&admin, bucket, "to/7").as_deref(), Some("other"));

    let rename = Rename {
        to: place(bucket, "elsewhere/"),
        ..rename
    };
    let done = s3
        .rename_folder(&rename, &|_, _| (), &Stop::never())
        .await
        .unwrap();
    assert_eq!((done.moved, done.failures), (41, 0));
    assert!((0..40).all(|n| text(&admin, bucket, &format!("elsewhere/{n}")) == Some(n.to_string())));
    assert!(
        s3.page(&bucket.parse().unwrap(), "from/", None)
            .await
            .unwrap()
            .objects
            .is_empty()
    );
    sandbox.shutdown().await;
}

/// `a/b/` to `a/`: what `a/b/b/x` becomes is `a/b/x`, which has not moved yet.
#[tokio::test]
async fn a_folder_is_not_moved_over_what_is_still_to_move() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let (s3, bucket, admin) = (s3(&sandbox, &story).await, story.bucket.as_str(), sandbox.admin());
    for (key, bytes) in [("a/b/b/x", "deep"), ("a/b/x", "shallow"), ("a/b/y", "other")] {
        admin.put_object(bucket, key, bytes, "text/plain");
    }
    let rename = Rename {
        from: place(bucket, "a/b/"),
        to: place(bucket, "a/"),
        replace: true,
    };
    let stopped = s3
        .rename_folder(&rename, &|_, _| (), &Stop::never())
        .await
        .unwrap();
    assert_eq!((stopped.moved, stopped.failures), (0, 3));
    assert_eq!(text(&admin, bucket, "a/b/x").as_deref(), Some("shallow"));
    assert_eq!(text(&admin, bucket, "a/b/b/x").as_deref(), Some("deep"));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_move_that_is_stopped_while_it_copies_deletes_nothing() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let (s3, bucket, admin) = (s3(&sandbox, &story).await, story.bucket.as_str(), sandbox.admin());
    for n in 0..200 {
        admin.put_object(bucket, &format!("from/{n}"), "x", "text/plain");
    }
    let rename = Rename {
        from: place(bucket, "from/"),
        to: place(bucket, "to/"),
        replace: false,
    };
    let (stopper, stop) = Stop::new();
    let progress = |_: u64, _: u64| stopper.stop();
    let done = s3.rename_folder(&rename, &progress, &stop).await.unwrap();
    assert!(done.stopped && done.moved == 0, "{done:?}");
    assert!((1..200).contains(&done.failures), "{}", done.failures);
    assert!(matches!(done.failed[0].1, NotMoved::Both { .. }));
    assert!((0..200).all(|n| text(&admin, bucket, &format!("from/{n}")).is_some()));
    sandbox.shutdown().await;
}

/// The copy would be the original, and deleting the one the end of both.
#[tokio::test]
async fn a_bucket_and_its_access_point_are_one_place() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let (s3, bucket, admin) = (s3(&sandbox, &story).await, story.bucket.as_str(), sandbox.admin());
    let owner = story.role_arn.split(':').nth(4).unwrap().to_owned();
    let (_, alias) = admin.put_access_point(bucket, "readers", &owner, None).unwrap();
    admin.put_object(bucket, "only", "the only one", "text/plain");
    let rename = Rename {
        from: place(bucket, "only"),
        to: place(&alias, "only"),
        replace: true,
    };
    let refused = s3.rename(&rename).await.unwrap_err();
    assert_eq!(
        text(&admin, bucket, "only").as_deref(),
        Some("the only one"),
        "{refused}"
    );
    sandbox.shutdown().await;
}

/// Another name of the bucket: what `a/b/b/x` becomes is `a/b/x` all the same, which has not moved yet.
#[tokio::test]
async fn a_folder_is_not_moved_over_what_is_still_to_move_by_another_name_of_its_bucket() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let (s3, bucket, admin) = (s3(&sandbox, &story).await, story.bucket.as_str(), sandbox.admin());
    let owner = story.role_arn.split(':').nth(4).unwrap().to_owned();
    let (_, alias) = admin.put_access_point(bucket, "readers", &owner, None).unwrap();
    for (key, bytes) in [("a/b/b/x", "deep"), ("a/b/x", "shallow")] {
        admin.put_object(bucket, key, bytes, "text/plain");
    }
    let rename = Rename {
        from: place(bucket, "a/b/"),
        to: place(&alias, "a/"),
        replace: true,
    };
    let stopped = s3
        .rename_folder(&rename, &|_, _| (), &Stop::never())
        .await
        .unwrap();
    assert_eq!((stopped.moved, stopped.failures), (0, 2), "{stopped:?}");
    assert_eq!(text(&admin, bucket, "a/b/x").as_deref(), Some("shallow"));
    assert_eq!(text(&admin, bucket, "a/b/b/x").as_deref(), Some("deep"));
    sandbox.shutdown().await;
}
