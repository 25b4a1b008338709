//! Versions and delete markers.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketVersioningStatus, Delete, ObjectIdentifier, VersioningConfiguration};
use hatrack_sandbox::{Running, Versioning};

use crate::clients::{Refused, role_client, s3, sandbox};

async fn put(s3: &aws_sdk_s3::Client, bucket: &str, key: &str, text: &'static str) -> Option<String> {
    let call = s3.put_object().bucket(bucket).key(key);
    let answer = call
        .body(ByteStream::from_static(text.as_bytes()))
        .send()
        .await
        .unwrap();
    answer.version_id().map(str::to_owned)
}

async fn text(s3: &aws_sdk_s3::Client, bucket: &str, key: &str, version: Option<&str>) -> String {
    let call = s3.get_object().bucket(bucket).key(key);
    let got = call
        .set_version_id(version.map(str::to_owned))
        .send()
        .await
        .unwrap();
    String::from_utf8(got.body.collect().await.unwrap().to_vec()).unwrap()
}

async fn set(s3: &aws_sdk_s3::Client, bucket: &str, status: BucketVersioningStatus) {
    let how = VersioningConfiguration::builder().status(status).build();
    let call = s3.put_bucket_versioning().bucket(bucket);
    call.versioning_configuration(how).send().await.unwrap();
}

#[tokio::test]
async fn a_deleted_object_is_hidden_and_comes_back() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    let never = s3.get_bucket_versioning().bucket(&bucket).send().await.unwrap();
    assert_eq!(never.status(), None);
    assert_eq!(put(&s3, &bucket, "k", "null").await, None);
    set(&s3, &bucket, BucketVersioningStatus::Enabled).await;
    let first = put(&s3, &bucket, "k", "one").await.unwrap();
    let second = put(&s3, &bucket, "k", "two").await.unwrap();
    assert_ne!(first, second);
    assert_eq!(text(&s3, &bucket, "k", None).await, "two");
    assert_eq!(text(&s3, &bucket, "k", Some(&first)).await, "one");
    assert_eq!(text(&s3, &bucket, "k", Some("null")).await, "null");

    let deleted = s3.delete_object().bucket(&bucket).key("k").send().await.unwrap();
    assert_eq!(deleted.delete_marker(), Some(true));
    let marker = deleted.version_id().unwrap().to_owned();
    let gone = s3.get_object().bucket(&bucket).key("k").send().await.unwrap_err();
    let raw = gone.raw_response().unwrap();
    assert_eq!(raw.headers().get("x-amz-delete-marker"), Some("true"));
    assert_eq!(raw.headers().get("x-amz-version-id"), Some(marker.as_str()));
    let gone = Refused::from(gone);
    assert_eq!((gone.code.as_str(), gone.status), ("NoSuchKey", 404));
    let itself = s3.get_object().bucket(&bucket).key("k").version_id(&marker);
    let itself = Refused::from(itself.send().await.unwrap_err());
    assert_eq!((itself.code.as_str(), itself.status), ("MethodNotAllowed", 405));
    let head = s3.head_object().bucket(&bucket).key("k").version_id(&marker);
    assert_eq!(Refused::from(head.send().await.unwrap_err()).status, 405);

    let undone = s3.delete_object().bucket(&bucket).key("k").version_id(&marker);
    assert_eq!(undone.send().await.unwrap().delete_marker(), Some(true));
    assert_eq!(text(&s3, &bucket, "k", None).await, "two");
    let lost = s3.delete_object().bucket(&bucket).key("k").version_id(&second);
    let lost = lost.send().await.unwrap();
    assert_eq!(
        (lost.delete_marker(), lost.version_id()),
        (None, Some(second.as_str()))
    );
    assert_eq!(text(&s3, &bucket, "k", None).await, "one");
    for (id, code, status) in [
        (second.as_str(), "NoSuchVersion", 404),
        ("nonsense", "InvalidArgument", 400),
    ] {
        let call = s3.get_object().bucket(&bucket).key("k").version_id(id);
        let refused = Refused::from(call.send().await.unwrap_err());
        assert_eq!((refused.code.as_str(), refused.status), (code, status));
    }
}

#[tokio::test]
async fn a_suspended_bucket_keeps_what_it_had() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    set(&s3, &bucket, BucketVersioningStatus::Enabled).await;
    let kept = put(&s3, &bucket, "k", "kept").await.unwrap();
    set(&s3, &bucket, BucketVersioningStatus::Suspended).await;
    assert_eq!(put(&s3, &bucket, "k", "a").await.as_deref(), Some("null"));
    assert_eq!(put(&s3, &bucket, "k", "b").await.as_deref(), Some("null"));
    let ids: Vec<_> = running.admin().versions(&bucket, "k");
    assert_eq!(ids, [("null".to_owned(), Some(1)), (kept.clone(), Some(4))]);
    let deleted = s3.delete_object().bucket(&bucket).key("k").send().await.unwrap();
    assert_eq!(
        (deleted.delete_marker(), deleted.version_id()),
        (Some(true), Some("null"))
    );
    assert_eq!(text(&s3, &bucket, "k", Some(&kept)).await, "kept");
}

/// All versions of a bucket page by page: key, version and what it is.
async fn list(s3: &aws_sdk_s3::Client, bucket: &str, page: i32) -> Vec<(String, String, &'static str)> {
    let (mut all, mut key, mut version) = (Vec::new(), None, None);
    loop {
        let call = s3
            .list_object_versions()
            .bucket(bucket)
            .prefix("v/")
            .max_keys(page);
        let answer = call
            .set_key_marker(key)
            .set_version_id_marker(version)
            .send()
            .await
            .unwrap();
        let mut found: Vec<_> = answer
            .versions()
            .iter()
            .map(|v| {
                (
                    v.key().unwrap(),
                    v.version_id().unwrap(),
                    if v.is_latest() == Some(true) {
                        "latest"
                    } else {
                        "older"
                    },
                )
            })
            .collect();
        let markers = answer.delete_markers().iter();
        found.extend(markers.map(|m| (m.key().unwrap(), m.version_id().unwrap(), "marker")));
        assert!(found.len() <= page as usize);
        all.extend(
            found
                .into_iter()
                .map(|(k, v, what)| (k.to_owned(), v.to_owned(), what)),
        );
        if answer.is_truncated() != Some(true) {
            return all;
        }
        (key, version) = (
            answer.next_key_marker().map(str::to_owned),
            answer.next_version_id_marker().map(str::to_owned),
        );
    }
}

#[tokio::test]
async fn versions_are_listed_page_by_page() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    running.admin().set_versioning(&bucket, Versioning::Enabled);
    let mut expected = Vec::new();
    for key in ["v/a", "v/b"] {
        for (n, text) in ["1", "2", "3"].into_iter().enumerate() {
            let id = put(&s3, &bucket, key, text).await.unwrap();
            expected.push((
                key.to_owned(),
                id,
                if n == 2 && key == "v/a" { "latest" } else { "older" },
            ));
        }
    }
    let deleted = s3
        .delete_object()
        .bucket(&bucket)
        .key("v/b")
        .send()
        .await
        .unwrap();
    expected.push((
        "v/b".to_owned(),
        deleted.version_id().unwrap().to_owned(),
        "marker",
    ));
    expected.sort();
    for page in [1, 2, 3, 1000] {
        let mut found = list(&s3, &bucket, page).await;
        found.sort();
        assert_eq!(found, expected, "{page} at a time");
    }
    let current = s3
        .list_objects_v2()
        .bucket(&bucket)
        .prefix("v/")
        .send()
        .await
        .unwrap();
    assert_eq!(current.key_count(), Some(1));
}

async fn only(running: &Running, actions: &str) -> (aws_sdk_s3::Client, String) {
    let story = running.manifest().story("S13").unwrap();
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":{actions},"Resource":"*"}}]}}"#
    );
    let sts = crate::clients::sts(running, crate::clients::user(story));
    let call = sts
        .assume_role()
        .role_arn(&story.role_arn)
        .role_session_name("narrow");
    let answer = call.policy(policy).send().await.unwrap();
    let session = crate::clients::session(answer.credentials().unwrap());
    (s3(running, session, &story.region), story.bucket.clone())
}

#[tokio::test]
async fn versions_have_permissions_of_their_own() {
    let running = sandbox().await;
    let (all, bucket) = role_client(&running, "S13").await;
    running.admin().set_versioning(&bucket, Versioning::Enabled);
    let id = put(&all, &bucket, "k", "x").await.unwrap();
    let (narrow, _) = only(
        &running,
        r#"["s3:GetObject", "s3:DeleteObject", "s3:ListBucket"]"#,
    )
    .await;
    narrow.get_object().bucket(&bucket).key("k").send().await.unwrap();
    let refused = |code: Refused| assert_eq!((code.code.as_str(), code.status), ("AccessDenied", 403));
    let call = narrow.get_object().bucket(&bucket).key("k").version_id(&id);
    refused(Refused::from(call.send().await.unwrap_err()));
    let call = narrow.delete_object().bucket(&bucket).key("k").version_id(&id);
    refused(Refused::from(call.send().await.unwrap_err()));
    refused(Refused::from(
        narrow
            .list_object_versions()
            .bucket(&bucket)
            .send()
            .await
            .unwrap_err(),
    ));
    refused(Refused::from(
        narrow
            .get_bucket_versioning()
            .bucket(&bucket)
            .send()
            .await
            .unwrap_err(),
    ));
    let one = ObjectIdentifier::builder()
        .key("k")
        .version_id(&id)
        .build()
        .unwrap();
    let plain = ObjectIdentifier::builder().key("k").build().unwrap();
    let delete = Delete::builder().objects(one).objects(plain).build().unwrap();
    let answer = narrow
        .delete_objects()
        .bucket(&bucket)
        .delete(delete)
        .send()
        .await
        .unwrap();
    assert_eq!((answer.errors().len(), answer.deleted().len()), (1, 1));
    assert_eq!(answer.errors()[0].version_id(), Some(id.as_str()));
    assert!(answer.deleted()[0].delete_marker() == Some(true));
    assert_eq!(running.admin().versions(&bucket, "k").len(), 2);
}

#[tokio::test]
async fn a_delete_may_ask_for_what_is_there() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    put(&s3, &bucket, "k", "x").await;
    let delete = |tag: &str| s3.delete_object().bucket(&bucket).key("k").if_match(tag).send();
    let other = Refused::from(delete("\"0\"").await.unwrap_err());
    assert_eq!((other.code.as_str(), other.status), ("PreconditionFailed", 412));
    let head = s3.head_object().bucket(&bucket).key("k").send().await.unwrap();
    delete(head.e_tag().unwrap()).await.unwrap();
    assert!(running.admin().object(&bucket, "k", 1).is_none());
}
