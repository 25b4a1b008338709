//! Writing and deleting objects.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart, Delete, ObjectIdentifier,
};

use crate::clients::{Refused, role_client, sandbox};

#[tokio::test]
async fn what_is_put_is_got_copied_and_deleted() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    let put = s3
        .put_object()
        .bucket(&bucket)
        .key("a b/\u{e9}.txt")
        .content_type("text/plain")
        .metadata("owner", "troy");
    put.checksum_algorithm(ChecksumAlgorithm::Sha256)
        .body(ByteStream::from_static(b"hello"))
        .send()
        .await
        .unwrap();
    let got = s3
        .get_object()
        .bucket(&bucket)
        .key("a b/\u{e9}.txt")
        .send()
        .await
        .unwrap();
    assert_eq!(got.content_type(), Some("text/plain"));
    assert_eq!(
        got.metadata().unwrap().get("owner").map(String::as_str),
        Some("troy")
    );
    assert_eq!(got.e_tag(), Some("\"5d41402abc4b2a76b9719d911017c592\""));
    let copy = s3
        .copy_object()
        .bucket(&bucket)
        .key("copied")
        .copy_source(format!("{bucket}/a%20b/%C3%A9.txt"));
    copy.send().await.unwrap();
    assert_eq!(running.admin().object(&bucket, "copied", 99).unwrap(), b"hello");
    let objects =
        ["copied", "a b/\u{e9}.txt"].map(|key| ObjectIdentifier::builder().key(key).build().unwrap());
    let delete = Delete::builder()
        .set_objects(Some(objects.to_vec()))
        .build()
        .unwrap();
    let deleted = s3
        .delete_objects()
        .bucket(&bucket)
        .delete(delete)
        .send()
        .await
        .unwrap();
    assert_eq!(deleted.deleted().len(), 2);
    assert!(running.admin().object(&bucket, "copied", 99).is_none());
    let bad = s3
        .put_object()
        .bucket(&bucket)
        .key("bad")
        .checksum_crc32("AAAAAA==");
    let refused = Refused::from(
        bad.body(ByteStream::from_static(b"hello"))
            .send()
            .await
            .unwrap_err(),
    );
    assert_eq!((refused.code.as_str(), refused.status), ("BadDigest", 400));
    let once = || {
        s3.put_object()
            .bucket(&bucket)
            .key("once")
            .if_none_match("*")
            .send()
    };
    once().await.unwrap();
    assert_eq!(Refused::from(once().await.unwrap_err()).status, 412);
    let only_if = |key: &str, etag: &str| s3.put_object().bucket(&bucket).key(key).if_match(etag).send();
    assert_eq!(
        Refused::from(only_if("once", "\"0\"").await.unwrap_err()).status,
        412
    );
    let missing = Refused::from(only_if("never", "\"0\"").await.unwrap_err());
    assert_eq!((missing.code.as_str(), missing.status), ("NoSuchKey", 404));
}

#[tokio::test]
async fn an_upload_is_known_by_its_own_key_only() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    let upload = s3.create_multipart_upload().bucket(&bucket).key("mine").send();
    let upload = upload.await.unwrap();
    let id = upload.upload_id().unwrap();
    let part = |key: &str| {
        let call = s3.upload_part().bucket(&bucket).key(key).upload_id(id);
        call.part_number(1).body(ByteStream::from_static(b"x")).send()
    };
    let refused = Refused::from(part("another").await.unwrap_err());
    assert_eq!(refused.code, "NoSuchUpload");
    let tag = part("mine").await.unwrap().e_tag().unwrap().to_owned();
    let listed = s3
        .list_parts()
        .bucket(&bucket)
        .key("another")
        .upload_id(id)
        .send();
    assert_eq!(Refused::from(listed.await.unwrap_err()).code, "NoSuchUpload");
    let parts = CompletedMultipartUpload::builder()
        .parts(CompletedPart::builder().part_number(1).e_tag(tag).build())
        .build();
    let complete = |key: &str| {
        let call = s3.complete_multipart_upload().bucket(&bucket).key(key);
        call.upload_id(id).multipart_upload(parts.clone()).send()
    };
    assert_eq!(
        Refused::from(complete("another").await.unwrap_err()).code,
        "NoSuchUpload"
    );
    let aborted = s3
        .abort_multipart_upload()
        .bucket(&bucket)
        .key("another")
        .upload_id(id)
        .send();
    assert_eq!(Refused::from(aborted.await.unwrap_err()).code, "NoSuchUpload");
    complete("mine").await.unwrap();
    assert_eq!(running.admin().object(&bucket, "mine", 9).unwrap(), b"x");
}

#[tokio::test]
async fn deleting_many_asks_for_each() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S1").await;
    let object = ObjectIdentifier::builder().key("README.txt").build().unwrap();
    let delete = Delete::builder().objects(object).build().unwrap();
    let answer = s3
        .delete_objects()
        .bucket(&bucket)
        .delete(delete)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.errors()[0].code(), Some("AccessDenied"));
    assert!(running.admin().object(&bucket, "README.txt", 1).is_some());
}

#[tokio::test]
async fn an_upload_in_parts() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    let key = "parts.bin";
    let upload = s3
        .create_multipart_upload()
        .bucket(&bucket)
        .key(key)
        .send()
        .await
        .unwrap();
    let id = upload.upload_id().unwrap();
    let mut parts = Vec::new();
    for (number, bytes) in [(1, vec![1u8; 5 * 1024 * 1024]), (2, vec![2u8; 10])] {
        let call = s3
            .upload_part()
            .bucket(&bucket)
            .key(key)
            .upload_id(id)
            .part_number(number);
        let answer = call.body(ByteStream::from(bytes)).send().await.unwrap();
        parts.push(
            CompletedPart::builder()
                .part_number(number)
                .e_tag(answer.e_tag().unwrap())
                .build(),
        );
    }
    let complete = |parts: Vec<CompletedPart>| {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        s3.complete_multipart_upload()
            .bucket(&bucket)
            .key(key)
            .upload_id(id)
            .multipart_upload(parts)
            .send()
    };
    let turned = complete(parts.iter().rev().cloned().collect()).await.unwrap_err();
    assert_eq!(Refused::from(turned).code, "InvalidPartOrder");
    let done = complete(parts.clone()).await.unwrap();
    assert!(done.e_tag().unwrap().ends_with("-2\""));
    let stored = running.admin().object(&bucket, key, u64::MAX).unwrap();
    assert_eq!(
        (stored.len(), stored[0], stored[stored.len() - 1]),
        (5 * 1024 * 1024 + 10, 1, 2)
    );
    assert_eq!(
        Refused::from(complete(parts).await.unwrap_err()).code,
        "NoSuchUpload"
    );
    let other = s3
        .create_multipart_upload()
        .bucket(&bucket)
        .key("gone")
        .send()
        .await
        .unwrap();
    let id = other.upload_id().unwrap();
    s3.abort_multipart_upload()
        .bucket(&bucket)
        .key("gone")
        .upload_id(id)
        .send()
        .await
        .unwrap();
    assert!(
        s3.list_multipart_uploads()
            .bucket(&bucket)
            .send()
            .await
            .unwrap()
            .uploads()
            .is_empty()
    );
}
