//! Described anew, brought back and restored.

use hatrack_aws::s3::S3Failure;
use hatrack_aws::s3::objects::{Change, Tier};
use hatrack_core::object_view::ArchiveView;
use hatrack_sandbox::Versioning;

use super::{pair, place, put_rich, text};
use crate::server::{Answer, Server};
use crate::world::{s3, s3_with, sandbox, story, user};

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
async fn what_the_person_is_not_shown_is_kept_too() {
    let server = Server::start(|_, asked| match asked.method.as_str() {
        "HEAD" => Answer::head(5)
            .with("x-amz-bucket-region", "us-east-1")
            .with("etag", "\"one\"")
            .with("expires", "Wed, 21 Oct 2099 07:28:00 GMT")
            .with("x-amz-server-side-encryption", "aws:kms:dsse")
            .with(
                "x-amz-server-side-encryption-aws-kms-key-id",
                "arn:aws:kms:us-east-1:081278057606:key/1",
            )
            .with("x-amz-checksum-sha256", "c3Vt"),
        _ => Answer::new(200, "<CopyObjectResult><ETag>\"two\"</ETag></CopyObjectResult>"),
    })
    .await;
    let s3 = s3_with(&server.url(), user());
    let colder = Change {
        storage_class: Some("GLACIER_IR".into()),
        ..Change::default()
    };
    s3.change(&place("example-bucket", "x"), &colder).await.unwrap();
    let asked = server.asked();
    let copy = asked.iter().find(|asked| asked.method == "PUT").unwrap();
    for (header, value) in [
        ("expires", "Wed, 21 Oct 2099 07:28:00 GMT"),
        ("x-amz-server-side-encryption", "aws:kms:dsse"),
        (
            "x-amz-server-side-encryption-aws-kms-key-id",
            "arn:aws:kms:us-east-1:081278057606:key/1",
        ),
        ("x-amz-checksum-algorithm", "SHA256"),
        ("x-amz-storage-class", "GLACIER_IR"),
        ("x-amz-copy-source-if-match", "\"one\""),
    ] {
        assert_eq!(copy.header(header), value, "{header}");
    }
}
