//! Acts on objects: deleted and brought back, renamed, described anew, restored, lent by a link.

use std::sync::Mutex;
use std::time::Duration;

use hatrack_aws::s3::objects::{Change, LinkFor, NotMoved, Reach, Rename, Tier, Which};
use hatrack_aws::s3::{Encryption, S3, S3Failure, Stored, upload};
use hatrack_core::bucket::S3Location;
use hatrack_core::object_view::{ArchiveView, LinkLimit, NameValue, SettingKind, Versioning as Kept};
use hatrack_sandbox::{Admin, Versioning};

use crate::world::{s3, s3_with, sandbox, session, story};

fn place(bucket: &str, key: &str) -> S3Location {
    S3Location {
        bucket: bucket.parse().unwrap(),
        key: key.to_owned(),
    }
}

fn which(key: &str) -> Which {
    Which {
        key: key.to_owned(),
        version_id: None,
    }
}

fn pair(name: &str, value: &str) -> NameValue {
    NameValue {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

fn text(admin: &Admin, bucket: &str, key: &str) -> Option<String> {
    let bytes = admin.object(bucket, key, 1000)?;
    Some(String::from_utf8(bytes).unwrap())
}

/// Stores an object with everything that an object can have.
async fn put_rich(s3: &S3, bucket: &str, key: &str) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "the bytes").unwrap();
    let order = upload::Order {
        path: file.path().to_owned(),
        bucket: bucket.parse().unwrap(),
        key: key.to_owned(),
        stored: Stored {
            content_type: Some("text/x-mine".into()),
            cache_control: Some("no-store".into()),
            content_disposition: Some("attachment".into()),
            content_language: Some("de".into()),
            metadata: [("colour".to_owned(), "red".to_owned())].into(),
            tags: vec![("team".into(), "a b&c".into())],
            storage_class: Some("STANDARD_IA".into()),
            encryption: Some(Encryption::S3),
            ..Stored::default()
        },
        guard: hatrack_aws::s3::Guard::Anything,
        journals: None,
    };
    s3.send(&order, &|_, _| ()).await.unwrap();
}

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
    let done = s3.delete_below(&prefix, Reach::Current, &progress).await.unwrap();
    assert_eq!(
        (done.count, done.failures, *told.lock().unwrap()),
        (2100, 0, 2100)
    );
    assert_eq!(admin.calls("DeleteObjects") - calls, 3);
    assert_eq!(text(&admin, bucket, "many/00000"), None);

    let back = s3.delete_below(&prefix, Reach::Markers, &|_| ()).await.unwrap();
    assert_eq!((back.count, back.failures), (2100, 0));
    assert_eq!(text(&admin, bucket, "many/02099").as_deref(), Some("x"));

    s3.delete_below(&prefix, Reach::Current, &|_| ()).await.unwrap();
    let gone = s3
        .delete_below(&prefix, Reach::AllVersions, &|_| ())
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
    let stopped = s3.rename_folder(&rename, &|_, _| ()).await.unwrap();
    assert_eq!((stopped.moved, stopped.failures), (0, 41));
    assert!((0..40).all(|n| text(&admin, bucket, &format!("from/{n}")) == Some(n.to_string())));
    assert_eq!(text(&admin, bucket, "to/7").as_deref(), Some("other"));

    let rename = Rename {
        to: place(bucket, "elsewhere/"),
        ..rename
    };
    let done = s3.rename_folder(&rename, &|_, _| ()).await.unwrap();
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
    let stopped = s3.rename_folder(&rename, &|_, _| ()).await.unwrap();
    assert_eq!((stopped.moved, stopped.failures), (0, 3));
    assert_eq!(text(&admin, bucket, "a/b/x").as_deref(), Some("shallow"));
    assert_eq!(text(&admin, bucket, "a/b/b/x").as_deref(), Some("deep"));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_change_of_one_thing_keeps_all_else() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let (s3, bucket) = (s3(&sandbox, &story).await, story.bucket.as_str());
    put_rich(&s3, bucket, "thing").await;
    let thing = place(bucket, "thing");
    let before = s3.properties(&thing, None).await.unwrap();

    let mut headers = before.headers.clone();
    headers.content_type = Some("image/png".into());
    headers.metadata.push(pair("size", "large"));
    let change = Change {
        headers: Some(headers.clone()),
        if_etag: before.etag.clone(),
        ..Change::default()
    };
    s3.change(&thing, &change).await.unwrap();
    let after = s3.properties(&thing, None).await.unwrap();
    assert_eq!(after.headers, headers);
    assert_eq!(
        (
            &after.tags,
            &after.storage_class,
            &after.encryption,
            &after.checksum
        ),
        (
            &before.tags,
            &before.storage_class,
            &before.encryption,
            &before.checksum
        )
    );

    let change = Change {
        storage_class: Some("GLACIER_IR".into()),
        ..Change::default()
    };
    s3.change(&thing, &change).await.unwrap();
    let cold = s3.properties(&thing, None).await.unwrap();
    assert_eq!(
        (cold.storage_class.as_str(), &cold.headers, &cold.tags),
        ("GLACIER_IR", &headers, &before.tags)
    );

    let change = Change {
        tags: Some(vec![pair("only", "this")]),
        ..Change::default()
    };
    s3.change(&thing, &change).await.unwrap();
    let tagged = s3.properties(&thing, None).await.unwrap();
    assert_eq!(
        (tagged.tags, tagged.headers),
        (Some(vec![pair("only", "this")]), headers)
    );
    sandbox.shutdown().await;
}

#[tokio::test]
async fn what_was_written_meanwhile_is_not_described_anew() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let (s3, bucket, admin) = (s3(&sandbox, &story).await, story.bucket.as_str(), sandbox.admin());
    admin.put_object(bucket, "x", "one", "text/plain");
    let seen = s3.properties(&place(bucket, "x"), None).await.unwrap();
    admin.put_object(bucket, "x", "two", "text/plain");
    let change = Change {
        storage_class: Some("STANDARD_IA".into()),
        if_etag: seen.etag,
        ..Change::default()
    };
    let failure = s3.change(&place(bucket, "x"), &change).await.unwrap_err();
    assert!(matches!(failure, S3Failure::Changed { .. }), "{failure}");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn an_older_version_comes_back_as_the_newest_with_what_it_had() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let (s3, bucket, admin) = (s3(&sandbox, &story).await, story.bucket.as_str(), sandbox.admin());
    admin.set_versioning(bucket, Versioning::Enabled);
    put_rich(&s3, bucket, "doc").await;
    admin.put_object(bucket, "doc", "newer", "text/plain");
    let doc = place(bucket, "doc");
    admin.put_object(bucket, "doc2", "another key", "text/plain");
    let versions = s3.versions_of(&doc).await.unwrap();
    assert_eq!(versions.len(), 2);
    assert!(versions[0].latest && versions[0].size == 5);
    let old = versions[1].version_id.clone();
    s3.bring_back(&doc, &old).await.unwrap();
    assert_eq!(text(&admin, bucket, "doc").as_deref(), Some("the bytes"));
    let now = s3.properties(&doc, None).await.unwrap();
    assert_eq!(now.tags, Some(vec![pair("team", "a b&c")]));
    assert_eq!(now.headers.content_type.as_deref(), Some("text/x-mine"));
    assert_eq!(s3.versions_of(&doc).await.unwrap().len(), 3);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn an_archived_object_is_restored_and_a_second_ask_is_in_plain_words() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let (s3, bucket, admin) = (s3(&sandbox, &story).await, story.bucket.as_str(), sandbox.admin());
    admin.put_object(bucket, "cold", "x", "text/plain");
    admin.set_storage_class(bucket, "cold", "GLACIER");
    let cold = place(bucket, "cold");
    assert_eq!(
        s3.properties(&cold, None).await.unwrap().archive,
        ArchiveView::Archived
    );
    s3.restore(&cold, None, 3, Tier::Bulk).await.unwrap();
    assert_eq!(
        s3.properties(&cold, None).await.unwrap().archive,
        ArchiveView::Restoring
    );
    let again = s3.restore(&cold, None, 3, Tier::Bulk).await.unwrap_err();
    assert!(
        again.hint().is_some_and(|hint| hint.contains("already")),
        "{again}"
    );
    assert_eq!(admin.finish_restores(bucket, "cold"), 1);
    let ready = s3.properties(&cold, None).await.unwrap().archive;
    assert!(
        matches!(ready, ArchiveView::Restored { until: Some(_) }),
        "{ready:?}"
    );
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_link_is_used_without_credentials_and_ends_with_its_session() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let credentials = session(&sandbox, &story).await;
    let (bucket, admin) = (story.bucket.as_str(), sandbox.admin());
    let s3 = s3_with(sandbox.endpoint(), credentials.clone());
    admin.put_object(bucket, "lent +%20", "lent bytes", "text/plain");
    let lent = place(bucket, "lent +%20");
    let get = LinkFor::Get { version_id: None };
    let link = s3.presigned(&lent, &get, Duration::from_secs(60)).await.unwrap();
    assert_eq!((link.view.limited_by, link.view.seconds), (LinkLimit::Asked, 60));
    assert_eq!(link.view.access_key_id, credentials.access_key_id);
    let (status, body) = plain("GET", link.url.expose(), b"").await;
    assert_eq!((status, body.as_slice()), (200, &b"lent bytes"[..]));

    let given = place(bucket, "given");
    let put = s3
        .presigned(&given, &LinkFor::Put, Duration::from_secs(60))
        .await
        .unwrap();
    let (status, _) = plain("PUT", put.url.expose(), b"sent by anybody").await;
    assert_eq!(status, 200);
    assert_eq!(text(&admin, bucket, "given").as_deref(), Some("sent by anybody"));

    // The session lasts an hour.
    let long = s3
        .presigned(&lent, &get, Duration::from_secs(8 * 24 * 3600))
        .await
        .unwrap();
    assert_eq!(long.view.limited_by, LinkLimit::Session);
    assert!(
        (3000..=3600).contains(&long.view.seconds),
        "{}",
        long.view.seconds
    );
    assert!(admin.expire_session(&credentials.access_key_id));
    let (status, _) = plain("GET", link.url.expose(), b"").await;
    assert_eq!(status, 400);
    assert!(!format!("{link:?}").contains("X-Amz-Signature"));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn settings_are_read_and_each_refusal_stands_in_its_place() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let (s3, bucket, admin) = (s3(&sandbox, &story).await, story.bucket.as_str(), sandbox.admin());
    let deny = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Principal":"*","Action":"s3:GetBucketCORS","Resource":"arn:aws:s3:::{bucket}"}}]}}"#
    );
    admin.set_bucket_policy(bucket, Some(&deny));
    let settings = s3.settings(&bucket.parse().unwrap()).await;
    assert_eq!(settings.len(), 8);
    for setting in &settings {
        match setting.kind {
            SettingKind::Cors => {
                let why = setting.refused.as_deref().unwrap();
                assert!(
                    why.contains("s3:GetBucketCORS") && why.contains("request"),
                    "{why}"
                );
            }
            SettingKind::Policy => assert!(setting.document.as_deref().unwrap().contains("GetBucketCORS")),
            _ => assert!(
                setting.refused.is_none() && !setting.facts.is_empty(),
                "{setting:?}"
            ),
        }
    }
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_disabled_key_is_said_in_plain_words() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let (s3, bucket, admin) = (s3(&sandbox, &story).await, story.bucket.as_str(), sandbox.admin());
    let arn = "arn:aws:kms:eu-south-1:081278057606:key/11112222-3333-4444-5555-666677778888";
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}]}"#;
    assert!(admin.put_kms_key(arn, policy));
    assert!(admin.set_bucket_key(bucket, Some(arn)));
    put_plain(&s3, bucket, "sealed").await;
    assert_eq!(
        s3.properties(&place(bucket, "sealed"), None)
            .await
            .unwrap()
            .kms_key
            .as_deref(),
        Some(arn)
    );
    admin.set_kms_key_enabled(arn, false);
    let failure = s3.new_folder(&place(bucket, "folder")).await.unwrap_err();
    assert!(
        failure.hint().is_some_and(|hint| hint.contains("disabled")),
        "{failure}"
    );
    sandbox.shutdown().await;
}

async fn put_plain(s3: &S3, bucket: &str, key: &str) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "plain").unwrap();
    let order = upload::Order {
        path: file.path().to_owned(),
        bucket: bucket.parse().unwrap(),
        key: key.to_owned(),
        stored: Stored::default(),
        guard: hatrack_aws::s3::Guard::Anything,
        journals: None,
    };
    s3.send(&order, &|_, _| ()).await.unwrap();
}

#[tokio::test]
async fn a_new_folder_is_made_once() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let (s3, bucket) = (s3(&sandbox, &story).await, story.bucket.as_str());
    let made = s3.new_folder(&place(bucket, "new/folder")).await.unwrap();
    assert_eq!(made.key, "new/folder/");
    let again = s3.new_folder(&place(bucket, "new/folder/")).await.unwrap_err();
    assert!(matches!(again, S3Failure::Taken { .. }), "{again}");
    sandbox.shutdown().await;
}

/// One request as anybody sends it, without credentials: the status and the body.
async fn plain(method: &str, address: &str, body: &[u8]) -> (u16, Vec<u8>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let rest = address.strip_prefix("http://").unwrap();
    let (host, target) = rest.split_once('/').unwrap();
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    let head = format!(
        "{method} /{target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer[end + 4..].to_vec())
}
