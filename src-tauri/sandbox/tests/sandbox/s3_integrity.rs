//! Checksums, parts and attributes.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumMode, ChecksumType, CompletedMultipartUpload, CompletedPart, ObjectAttributes,
};

use hatrack_sandbox::{Options, start};

use crate::clients::{Refused, role_client, sandbox};

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn each_algorithm_is_kept_and_shown() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    // Of "123456789": the check values of each algorithm's catalogue entry, in base64.
    let sums = [
        (ChecksumAlgorithm::Crc32, "y/Q5Jg=="),
        (ChecksumAlgorithm::Crc32C, "4waSgw=="),
        (ChecksumAlgorithm::Crc64Nvme, "rosUhgp5mIg="),
        (ChecksumAlgorithm::Sha1, "98O8HYCOBHMq32eZZczDTKeuNEE="),
        (
            ChecksumAlgorithm::Sha256,
            "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=",
        ),
    ];
    for (algorithm, sum) in sums {
        let put = s3
            .put_object()
            .bucket(&bucket)
            .key("k")
            .checksum_algorithm(algorithm.clone());
        put.body(ByteStream::from_static(b"123456789"))
            .send()
            .await
            .unwrap();
        let head = s3.head_object().bucket(&bucket).key("k");
        let head = head.checksum_mode(ChecksumMode::Enabled).send().await.unwrap();
        let shown = [
            head.checksum_crc32(),
            head.checksum_crc32_c(),
            head.checksum_crc64_nvme(),
            head.checksum_sha1(),
            head.checksum_sha256(),
        ];
        assert_eq!(
            shown.into_iter().flatten().collect::<Vec<_>>(),
            [sum],
            "{algorithm}"
        );
        assert_eq!(head.checksum_type(), Some(&ChecksumType::FullObject));
        let got = s3
            .get_object()
            .bucket(&bucket)
            .key("k")
            .checksum_mode(ChecksumMode::Enabled);
        got.send().await.unwrap().body.collect().await.unwrap();
    }
    let plain = s3.head_object().bucket(&bucket).key("k").send().await.unwrap();
    assert_eq!((plain.checksum_sha256(), plain.checksum_type()), (None, None));
}

#[tokio::test]
async fn c45_a_wrong_checksum_is_refused_and_nothing_is_kept() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    let put = || {
        s3.put_object()
            .bucket(&bucket)
            .key("bad")
            .body(ByteStream::from_static(b"hello"))
    };
    let sha256 = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    for (call, code) in [
        (put().checksum_crc32("AAAAAA=="), "BadDigest"),
        (put().checksum_crc32_c("AAAAAA=="), "BadDigest"),
        (put().checksum_crc64_nvme("AAAAAAAAAAA="), "BadDigest"),
        (put().checksum_sha1("AAAAAAAAAAAAAAAAAAAAAAAAAAA="), "BadDigest"),
        (put().checksum_sha256(sha256), "BadDigest"),
        (put().checksum_sha256("AAAA"), "InvalidRequest"),
        (put().content_md5("AAAAAAAAAAAAAAAAAAAAAA=="), "BadDigest"),
        (put().content_md5("AAAA"), "InvalidDigest"),
    ] {
        let refused = Refused::from(call.send().await.unwrap_err());
        assert_eq!((refused.code.as_str(), refused.status), (code, 400));
    }
    assert!(running.admin().object(&bucket, "bad", 1).is_none());
}

struct Upload<'a> {
    s3: &'a aws_sdk_s3::Client,
    bucket: &'a str,
    id: String,
    algorithm: ChecksumAlgorithm,
}

impl<'a> Upload<'a> {
    async fn start(
        s3: &'a aws_sdk_s3::Client,
        bucket: &'a str,
        algorithm: ChecksumAlgorithm,
        kind: ChecksumType,
    ) -> Self {
        let call = s3.create_multipart_upload().bucket(bucket).key("parts");
        let upload = call
            .checksum_algorithm(algorithm.clone())
            .checksum_type(kind)
            .send()
            .await
            .unwrap();
        Self {
            s3,
            bucket,
            id: upload.upload_id().unwrap().to_owned(),
            algorithm,
        }
    }

    async fn part(&self, number: i32, bytes: Vec<u8>) -> CompletedPart {
        let call = self
            .s3
            .upload_part()
            .bucket(self.bucket)
            .key("parts")
            .upload_id(&self.id);
        let call = call
            .part_number(number)
            .checksum_algorithm(self.algorithm.clone());
        let answer = call.body(ByteStream::from(bytes)).send().await.unwrap();
        CompletedPart::builder()
            .part_number(number)
            .e_tag(answer.e_tag().unwrap())
            .set_checksum_crc32(answer.checksum_crc32().map(str::to_owned))
            .set_checksum_crc32_c(answer.checksum_crc32_c().map(str::to_owned))
            .set_checksum_sha256(answer.checksum_sha256().map(str::to_owned))
            .build()
    }

    fn complete(
        &self,
        parts: Vec<CompletedPart>,
    ) -> aws_sdk_s3::operation::complete_multipart_upload::builders::CompleteMultipartUploadFluentBuilder
    {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let call = self
            .s3
            .complete_multipart_upload()
            .bucket(self.bucket)
            .key("parts");
        call.upload_id(&self.id).multipart_upload(parts)
    }
}

#[tokio::test]
async fn c45_a_composite_is_of_the_parts_and_each_part_can_be_had() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    let upload = Upload::start(&s3, &bucket, ChecksumAlgorithm::Sha256, ChecksumType::Composite).await;
    let parts = vec![
        upload.part(1, vec![1; 5 * MIB]).await,
        upload.part(2, vec![2; 10]).await,
    ];
    let bare: Vec<CompletedPart> = parts
        .iter()
        .map(|p| {
            CompletedPart::builder()
                .part_number(p.part_number().unwrap())
                .e_tag(p.e_tag().unwrap())
                .build()
        })
        .collect();
    assert_eq!(
        Refused::from(upload.complete(bare).send().await.unwrap_err()).code,
        "InvalidRequest"
    );
    let mut wrong = parts.clone();
    wrong[1] = CompletedPart::builder()
        .part_number(2)
        .e_tag(parts[1].e_tag().unwrap())
        .checksum_sha256(parts[0].checksum_sha256().unwrap())
        .build();
    assert_eq!(
        Refused::from(upload.complete(wrong).send().await.unwrap_err()).code,
        "InvalidPart"
    );
    let sized = upload.complete(parts.clone()).mpu_object_size(7);
    assert_eq!(
        Refused::from(sized.send().await.unwrap_err()).code,
        "InvalidRequest"
    );
    let done = upload.complete(parts.clone()).send().await.unwrap();
    assert!(done.checksum_sha256().unwrap().ends_with("-2"));
    assert_eq!(done.checksum_type(), Some(&ChecksumType::Composite));

    let second = s3.get_object().bucket(&bucket).key("parts").part_number(2);
    let second = second.checksum_mode(ChecksumMode::Enabled).send().await.unwrap();
    assert_eq!(
        (second.content_length(), second.parts_count()),
        (Some(10), Some(2))
    );
    assert_eq!(second.content_range(), Some("bytes 5242880-5242889/5242890"));
    assert_eq!(second.checksum_sha256(), parts[1].checksum_sha256());
    let head = s3
        .head_object()
        .bucket(&bucket)
        .key("parts")
        .part_number(2)
        .send()
        .await
        .unwrap();
    assert_eq!((head.content_length(), head.parts_count()), (Some(10), Some(2)));
    let third = s3
        .get_object()
        .bucket(&bucket)
        .key("parts")
        .part_number(3)
        .send()
        .await;
    assert_eq!(Refused::from(third.unwrap_err()).status, 416);

    let told = s3
        .get_object_attributes()
        .bucket(&bucket)
        .key("parts")
        .object_attributes(ObjectAttributes::Checksum)
        .object_attributes(ObjectAttributes::ObjectParts)
        .object_attributes(ObjectAttributes::ObjectSize)
        .object_attributes(ObjectAttributes::StorageClass)
        .object_attributes(ObjectAttributes::Etag)
        .max_parts(1)
        .send()
        .await
        .unwrap();
    assert_eq!(told.object_size(), Some(5 * MIB as i64 + 10));
    assert_eq!(told.e_tag(), done.e_tag().map(|tag| tag.trim_matches('"')));
    assert_eq!(told.checksum().unwrap().checksum_sha256(), done.checksum_sha256());
    let first = told.object_parts().unwrap();
    assert_eq!(
        (first.total_parts_count(), first.is_truncated()),
        (Some(2), Some(true))
    );
    assert_eq!(first.parts()[0].checksum_sha256(), parts[0].checksum_sha256());
}

#[tokio::test]
async fn a_checksum_of_the_whole_is_compared() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    let upload = Upload::start(&s3, &bucket, ChecksumAlgorithm::Crc32, ChecksumType::FullObject).await;
    let parts = vec![upload.part(1, b"123456789".to_vec()).await];
    let whole = |sum: &str| {
        upload
            .complete(parts.clone())
            .checksum_type(ChecksumType::FullObject)
            .checksum_crc32(sum)
            .send()
    };
    assert_eq!(
        Refused::from(whole("AAAAAA==").await.unwrap_err()).code,
        "BadDigest"
    );
    let done = whole("y/Q5Jg==").await.unwrap();
    assert_eq!(
        (done.checksum_crc32(), done.checksum_type()),
        (Some("y/Q5Jg=="), Some(&ChecksumType::FullObject))
    );
    let hash = s3.create_multipart_upload().bucket(&bucket).key("parts");
    let hash = hash
        .checksum_algorithm(ChecksumAlgorithm::Sha256)
        .checksum_type(ChecksumType::FullObject);
    assert_eq!(
        Refused::from(hash.send().await.unwrap_err()).code,
        "InvalidRequest"
    );
}

#[tokio::test]
async fn a_completed_upload_may_not_replace_what_is_there() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    running
        .admin()
        .put_object(&bucket, "parts", "there", "text/plain");
    let upload = Upload::start(&s3, &bucket, ChecksumAlgorithm::Crc32C, ChecksumType::FullObject).await;
    let parts = vec![upload.part(1, b"new".to_vec()).await];
    let never = upload
        .complete(parts.clone())
        .if_none_match("*")
        .send()
        .await
        .unwrap_err();
    assert_eq!(Refused::from(never).status, 412);
    let other = upload
        .complete(parts.clone())
        .if_match("\"0\"")
        .send()
        .await
        .unwrap_err();
    assert_eq!(Refused::from(other).status, 412);
    assert_eq!(running.admin().object(&bucket, "parts", 9).unwrap(), b"there");
    let head = s3
        .head_object()
        .bucket(&bucket)
        .key("parts")
        .send()
        .await
        .unwrap();
    upload
        .complete(parts)
        .if_match(head.e_tag().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(running.admin().object(&bucket, "parts", 9).unwrap(), b"new");
}

#[tokio::test]
async fn uploads_and_parts_are_listed_page_by_page() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    let mut expected = Vec::new();
    for key in ["u/a", "u/a", "u/b/1", "u/b/2", "u/c"] {
        let upload = s3
            .create_multipart_upload()
            .bucket(&bucket)
            .key(key)
            .send()
            .await
            .unwrap();
        expected.push((key.to_owned(), upload.upload_id().unwrap().to_owned()));
    }
    for most in 1..=6 {
        let (mut found, mut key, mut id) = (Vec::new(), None, None);
        loop {
            let call = s3
                .list_multipart_uploads()
                .bucket(&bucket)
                .prefix("u/")
                .max_uploads(most);
            let page = call
                .set_key_marker(key)
                .set_upload_id_marker(id)
                .send()
                .await
                .unwrap();
            assert!(page.uploads().len() <= most as usize);
            found.extend(
                page.uploads()
                    .iter()
                    .map(|u| (u.key().unwrap().to_owned(), u.upload_id().unwrap().to_owned())),
            );
            if page.is_truncated() != Some(true) {
                break;
            }
            (key, id) = (
                page.next_key_marker().map(str::to_owned),
                page.next_upload_id_marker().map(str::to_owned),
            );
        }
        let keys: Vec<_> = found.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["u/a", "u/a", "u/b/1", "u/b/2", "u/c"], "{most} at a time");
        found.sort();
        let mut all = expected.clone();
        all.sort();
        assert_eq!(found, all);
    }
    let folded = s3
        .list_multipart_uploads()
        .bucket(&bucket)
        .prefix("u/")
        .delimiter("/")
        .send()
        .await
        .unwrap();
    assert_eq!(folded.uploads().len(), 3);
    assert_eq!(folded.common_prefixes()[0].prefix(), Some("u/b/"));

    let (key, id) = &expected[4];
    for number in [1, 2, 7] {
        let call = s3
            .upload_part()
            .bucket(&bucket)
            .key(key)
            .upload_id(id)
            .part_number(number);
        call.body(ByteStream::from_static(b"x")).send().await.unwrap();
    }
    let parts = |after: &str| {
        s3.list_parts()
            .bucket(&bucket)
            .key(key)
            .upload_id(id)
            .max_parts(2)
            .part_number_marker(after)
            .send()
    };
    let first = parts("0").await.unwrap();
    assert_eq!((first.parts().len(), first.is_truncated()), (2, Some(true)));
    let last = parts(first.next_part_number_marker().unwrap()).await.unwrap();
    assert_eq!(
        (last.parts()[0].part_number(), last.is_truncated()),
        (Some(7), Some(false))
    );
}

#[tokio::test]
async fn quick_parts_have_tags_of_their_bytes_and_are_checked_all_the_same() {
    let options = Options {
        quick_parts: true,
        ..Options::default()
    };
    let running = start(options).await.unwrap();
    let (s3, bucket) = role_client(&running, "S13").await;
    let begun = s3.create_multipart_upload().bucket(&bucket).key("quick");
    let begun = begun
        .checksum_algorithm(ChecksumAlgorithm::Crc32)
        .checksum_type(ChecksumType::FullObject);
    let id = begun.send().await.unwrap().upload_id.unwrap();
    let part = |number: i32, bytes: &[u8]| {
        let call = s3.upload_part().bucket(&bucket).key("quick").upload_id(&id);
        call.part_number(number).body(ByteStream::from(bytes.to_vec()))
    };
    let large = vec![7; 5 * MIB];
    let first = part(1, &large).send().await.unwrap();
    let same = part(1, &large).send().await.unwrap();
    let second = part(2, b"end").send().await.unwrap();
    assert_eq!(first.e_tag(), same.e_tag());
    assert_ne!(first.e_tag(), second.e_tag());
    let wrong = part(2, b"end").checksum_crc32("AAAAAA==").send().await;
    assert_eq!(Refused::from(wrong.unwrap_err()).code, "BadDigest");
    let listed = [&same, &second].into_iter().zip(1..).map(|(sent, number)| {
        let part = CompletedPart::builder().part_number(number);
        part.set_e_tag(sent.e_tag.clone()).build()
    });
    let list = CompletedMultipartUpload::builder().set_parts(Some(listed.collect()));
    let call = s3
        .complete_multipart_upload()
        .bucket(&bucket)
        .key("quick")
        .upload_id(&id);
    call.multipart_upload(list.build()).send().await.unwrap();
    let got = s3.get_object().bucket(&bucket).key("quick").send().await.unwrap();
    let got = got.body.collect().await.unwrap().into_bytes();
    assert_eq!(got, [&large[..], b"end"].concat());
}
