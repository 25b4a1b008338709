//! Copies, tags and what goes with them.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    CompletedMultipartUpload, CompletedPart, MetadataDirective, StorageClass, Tag, Tagging, TaggingDirective,
};
use hatrack_sandbox::{Running, generated};

use crate::clients::{Refused, role_client, s3, sandbox, session, sts, user};

async fn put(s3: &aws_sdk_s3::Client, bucket: &str, key: &str, tags: &str) -> String {
    let call = s3
        .put_object()
        .bucket(bucket)
        .key(key)
        .content_type("text/plain")
        .metadata("a", "b");
    let call = call.set_tagging((!tags.is_empty()).then(|| tags.to_owned()));
    let answer = call.body(ByteStream::from_static(b"hello")).send().await.unwrap();
    answer.e_tag().unwrap().to_owned()
}

async fn tags(s3: &aws_sdk_s3::Client, bucket: &str, key: &str) -> Vec<(String, String)> {
    let answer = s3
        .get_object_tagging()
        .bucket(bucket)
        .key(key)
        .send()
        .await
        .unwrap();
    let pair = |tag: &Tag| (tag.key().to_owned(), tag.value().to_owned());
    answer.tag_set().iter().map(pair).collect()
}

/// A session of S13's role that may do this and no more.
async fn only(running: &Running, statement: &str) -> aws_sdk_s3::Client {
    let story = running.manifest().story("S13").unwrap();
    let policy = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
    let call = sts(running, user(story)).assume_role().role_arn(&story.role_arn);
    let answer = call
        .role_session_name("narrow")
        .policy(policy)
        .send()
        .await
        .unwrap();
    s3(running, session(answer.credentials().unwrap()), &story.region)
}

#[tokio::test]
async fn tags_are_put_read_and_deleted() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    put(&s3, &bucket, "k", "team=blue&cost=7%2B1").await;
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        tags(&s3, &bucket, "k").await,
        [pair("cost", "7+1"), pair("team", "blue")]
    );
    let got = s3.get_object().bucket(&bucket).key("k").send().await.unwrap();
    assert_eq!(got.tag_count(), Some(2));
    let tag = |key: &str| Tag::builder().key(key).value("v").build().unwrap();
    let set = |tags: Vec<Tag>| {
        let tagging = Tagging::builder().set_tag_set(Some(tags)).build().unwrap();
        s3.put_object_tagging()
            .bucket(&bucket)
            .key("k")
            .tagging(tagging)
            .send()
    };
    set(vec![tag("x")]).await.unwrap();
    assert_eq!(tags(&s3, &bucket, "k").await, [pair("x", "v")]);
    let many = (0..11).map(|n| tag(&n.to_string())).collect();
    assert_eq!(Refused::from(set(many).await.unwrap_err()).code, "BadRequest");
    let twice = set(vec![tag("x"), tag("x")]).await.unwrap_err();
    assert_eq!(Refused::from(twice).code, "InvalidTag");
    s3.delete_object_tagging()
        .bucket(&bucket)
        .key("k")
        .send()
        .await
        .unwrap();
    assert!(tags(&s3, &bucket, "k").await.is_empty());
}

#[tokio::test]
async fn a_policy_may_ask_for_a_tag() {
    let running = sandbox().await;
    let (all, bucket) = role_client(&running, "S13").await;
    put(&all, &bucket, "open", "shared=yes").await;
    put(&all, &bucket, "closed", "shared=no").await;
    let reader = only(
        &running,
        r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*",
            "Condition":{"StringEquals":{"s3:ExistingObjectTag/shared":"yes"}}}"#,
    )
    .await;
    reader
        .get_object()
        .bucket(&bucket)
        .key("open")
        .send()
        .await
        .unwrap();
    let closed = reader
        .get_object()
        .bucket(&bucket)
        .key("closed")
        .send()
        .await
        .unwrap_err();
    assert_eq!(Refused::from(closed).code, "AccessDenied");
}

#[tokio::test]
async fn a_copy_takes_what_the_source_says_or_what_is_asked() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    put(&s3, &bucket, "k", "team=blue").await;
    let copy = |to: &str| {
        s3.copy_object()
            .bucket(&bucket)
            .key(to)
            .copy_source(format!("{bucket}/k"))
    };
    copy("same").send().await.unwrap();
    let same = s3.head_object().bucket(&bucket).key("same").send().await.unwrap();
    assert_eq!(same.content_type(), Some("text/plain"));
    assert_eq!(same.metadata().unwrap().get("a").map(String::as_str), Some("b"));
    assert_eq!(tags(&s3, &bucket, "same").await.len(), 1);

    let other = copy("other")
        .metadata_directive(MetadataDirective::Replace)
        .metadata("c", "d")
        .content_type("text/csv")
        .tagging_directive(TaggingDirective::Replace)
        .tagging("x=y")
        .storage_class(StorageClass::StandardIa);
    other.send().await.unwrap();
    let other = s3
        .head_object()
        .bucket(&bucket)
        .key("other")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (other.content_type(), other.storage_class()),
        (Some("text/csv"), Some(&StorageClass::StandardIa))
    );
    let metadata = other.metadata().unwrap();
    assert_eq!(
        (metadata.get("a"), metadata.get("c").map(String::as_str)),
        (None, Some("d"))
    );
    assert_eq!(tags(&s3, &bucket, "other").await[0].0, "x");

    let onto_itself = Refused::from(copy("k").send().await.unwrap_err());
    assert_eq!(
        (onto_itself.code.as_str(), onto_itself.status),
        ("InvalidRequest", 400)
    );
    copy("k")
        .storage_class(StorageClass::StandardIa)
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn the_source_has_conditions() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    let etag = put(&s3, &bucket, "k", "").await;
    let copy = || {
        s3.copy_object()
            .bucket(&bucket)
            .key("to")
            .copy_source(format!("{bucket}/k"))
    };
    copy().copy_source_if_match(&etag).send().await.unwrap();
    for call in [
        copy().copy_source_if_match("\"0\""),
        copy().copy_source_if_none_match(&etag),
        copy().copy_source_if_modified_since(aws_sdk_s3::primitives::DateTime::from_secs(4_000_000_000)),
        copy().copy_source_if_unmodified_since(aws_sdk_s3::primitives::DateTime::from_secs(0)),
    ] {
        let refused = Refused::from(call.send().await.unwrap_err());
        assert_eq!(
            (refused.code.as_str(), refused.status),
            ("PreconditionFailed", 412)
        );
    }
    let gone = s3
        .copy_object()
        .bucket(&bucket)
        .key("to")
        .copy_source(format!("{bucket}/absent"));
    assert_eq!(Refused::from(gone.send().await.unwrap_err()).code, "NoSuchKey");
}

#[tokio::test]
async fn a_copy_needs_reading_there_and_writing_here() {
    let running = sandbox().await;
    let (all, bucket) = role_client(&running, "S13").await;
    put(&all, &bucket, "plain", "").await;
    put(&all, &bucket, "tagged", "team=blue").await;
    let on = |actions: &str| format!(r#"{{"Effect":"Allow","Action":[{actions}],"Resource":"*"}}"#);
    let cases = [
        (r#""s3:PutObject""#, "plain", false),
        (r#""s3:GetObject""#, "plain", false),
        (r#""s3:GetObject","s3:PutObject""#, "plain", true),
        (r#""s3:GetObject","s3:PutObject""#, "tagged", false),
        (
            r#""s3:GetObject","s3:PutObject","s3:PutObjectTagging""#,
            "tagged",
            false,
        ),
        (
            r#""s3:GetObject","s3:PutObject","s3:GetObjectTagging""#,
            "tagged",
            false,
        ),
        (
            r#""s3:GetObject","s3:PutObject","s3:GetObjectTagging","s3:PutObjectTagging""#,
            "tagged",
            true,
        ),
    ];
    for (actions, key, works) in cases {
        let client = only(&running, &on(actions)).await;
        let call = client
            .copy_object()
            .bucket(&bucket)
            .key("to")
            .copy_source(format!("{bucket}/{key}"));
        match call.send().await {
            Ok(_) => assert!(works, "{actions} {key}"),
            Err(error) => assert!(
                !works && Refused::from(error).code == "AccessDenied",
                "{actions} {key}"
            ),
        }
    }
    // Another account's bucket must let this role in by its own policy.
    let admin = running.admin();
    let from_there = || {
        all.copy_object()
            .bucket(&bucket)
            .key("to")
            .copy_source("example-bucket/README.txt")
    };
    assert_eq!(
        Refused::from(from_there().send().await.unwrap_err()).code,
        "AccessDenied"
    );
    let story = running.manifest().story("S13").unwrap();
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{}"}},"Action":"s3:GetObject*",
        "Resource":"arn:aws:s3:::example-bucket/*"}}]}}"#,
        story.role_arn
    );
    assert!(admin.set_bucket_policy("example-bucket", Some(&policy)));
    // Its own policies allow this bucket only.
    assert_eq!(
        Refused::from(from_there().send().await.unwrap_err()).code,
        "AccessDenied"
    );
}

#[tokio::test]
async fn a_large_object_is_copied_part_by_part() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    const MIB: u64 = 1024 * 1024;
    assert!(running.admin().put_generated(&bucket, "large", 11 * MIB));
    let upload = s3
        .create_multipart_upload()
        .bucket(&bucket)
        .key("to")
        .send()
        .await
        .unwrap();
    let id = upload.upload_id().unwrap();
    let part = |number: i32, range: String| {
        let call = s3
            .upload_part_copy()
            .bucket(&bucket)
            .key("to")
            .upload_id(id)
            .part_number(number);
        call.copy_source(format!("{bucket}/large"))
            .copy_source_range(range)
            .send()
    };
    let mut parts = Vec::new();
    for (number, first, last) in [(1, 0, 6 * MIB - 1), (2, 6 * MIB, 11 * MIB - 1)] {
        let answer = part(number, format!("bytes={first}-{last}")).await.unwrap();
        let tag = answer.copy_part_result().unwrap().e_tag().unwrap();
        parts.push(CompletedPart::builder().part_number(number).e_tag(tag).build());
    }
    for wrong in ["bytes=0-", "bytes=5-4", "0-5", &format!("bytes=0-{}", 11 * MIB)] {
        let refused = Refused::from(part(3, wrong.to_owned()).await.unwrap_err());
        assert_eq!(refused.code, "InvalidArgument", "{wrong}");
    }
    let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
    let done = s3
        .complete_multipart_upload()
        .bucket(&bucket)
        .key("to")
        .upload_id(id);
    done.multipart_upload(parts).send().await.unwrap();
    let whole = running.admin().object(&bucket, "to", u64::MAX).unwrap();
    assert!(whole == generated(0, 11 * MIB), "the copy's bytes differ");
}
