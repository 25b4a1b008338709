//! S3 beyond the stories.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumMode, CompletedMultipartUpload, CompletedPart, Delete, ObjectIdentifier,
};
use hatrack_sandbox::{Effect, On, Running, generated};

use crate::clients::{Refused, assume, s3, sandbox, sts, user};

/// A client with the role of a story.
async fn client(running: &Running, id: &str) -> (aws_sdk_s3::Client, String) {
    let story = running.manifest().story(id).unwrap();
    let role = assume(
        &sts(running, user(story)),
        &story.role_arn,
        story.external_id.as_deref(),
        None,
    )
    .await
    .unwrap();
    (s3(running, role, &story.region), story.bucket.clone())
}

async fn keys(s3: &aws_sdk_s3::Client, bucket: &str, prefix: &str, page: i32) -> (Vec<String>, usize) {
    let (mut keys, mut pages, mut token) = (Vec::new(), 0, None);
    loop {
        let call = s3.list_objects_v2().bucket(bucket).prefix(prefix).max_keys(page);
        let answer = call.set_continuation_token(token).send().await.unwrap();
        pages += 1;
        keys.extend(answer.contents().iter().map(|o| o.key().unwrap().to_owned()));
        token = answer.next_continuation_token().map(str::to_owned);
        if token.is_none() {
            return (keys, pages);
        }
    }
}

#[tokio::test]
async fn a_crowded_prefix_comes_page_by_page() {
    let running = sandbox().await;
    let (s3, bucket) = client(&running, "S1").await;
    let (found, pages) = keys(&s3, &bucket, "many/", 1000).await;
    let expected: Vec<String> = (0..2500).map(|n| format!("many/{n:05}.txt")).collect();
    assert_eq!((found, pages), (expected, 3));
}

#[tokio::test]
async fn a_delimiter_folds_and_start_after_skips() {
    let running = sandbox().await;
    let (s3, bucket) = client(&running, "S1").await;
    let answer = s3
        .list_objects_v2()
        .bucket(&bucket)
        .delimiter("/")
        .send()
        .await
        .unwrap();
    let folders: Vec<_> = answer
        .common_prefixes()
        .iter()
        .filter_map(|p| p.prefix())
        .collect();
    assert_eq!(
        folders,
        ["config/", "images/", "large/", "logs/", "many/", "reports/"]
    );
    assert_eq!(answer.contents().len(), 1);
    let call = s3.list_objects_v2().bucket(&bucket).delimiter("/").max_keys(2);
    let page = call.clone().send().await.unwrap();
    assert_eq!(page.key_count(), Some(2));
    let next = call
        .set_continuation_token(page.next_continuation_token().map(str::to_owned))
        .send()
        .await
        .unwrap();
    assert_eq!(next.common_prefixes()[0].prefix(), Some("images/"));
    let after = s3
        .list_objects_v2()
        .bucket(&bucket)
        .prefix("many/")
        .start_after("many/02497.txt")
        .send()
        .await
        .unwrap();
    assert_eq!(after.contents().len(), 2);
    let wrong = s3
        .list_objects_v2()
        .bucket(&bucket)
        .continuation_token("!")
        .send()
        .await
        .unwrap_err();
    assert_eq!(Refused::from(wrong).code, "InvalidArgument");
}

#[tokio::test]
async fn hostile_names_come_whole_when_percent_encoded() {
    let running = sandbox().await;
    let (s3, bucket) = client(&running, "X1").await;
    let story = running.manifest().story("X1").unwrap();
    let answer = s3
        .list_objects_v2()
        .bucket(&bucket)
        .encoding_type("url".into())
        .send()
        .await
        .unwrap();
    let mut listed: Vec<String> = answer
        .contents()
        .iter()
        .map(|o| {
            let text = o.key().unwrap().replace('+', "%2B");
            let pair = format!("k={text}");
            url::form_urlencoded::parse(pair.as_bytes())
                .next()
                .unwrap()
                .1
                .into_owned()
        })
        .collect();
    let mut expected = story.keys.clone();
    listed.sort();
    expected.sort();
    assert_eq!(listed, expected);
}

#[tokio::test]
async fn ranges_are_those_of_the_object() {
    let running = sandbox().await;
    let (s3, bucket) = client(&running, "S1").await;
    let key = "large/twenty-mebibytes.bin";
    let head = s3.head_object().bucket(&bucket).key(key).send().await.unwrap();
    assert_eq!(head.content_length(), Some(20 * 1024 * 1024));
    let get = |range: &str| s3.get_object().bucket(&bucket).key(key).range(range);
    let part = get("bytes=1048570-1048589").send().await.unwrap();
    assert_eq!(part.content_range(), Some("bytes 1048570-1048589/20971520"));
    let bytes = part.body.collect().await.unwrap().into_bytes();
    assert_eq!(bytes, generated(1_048_570, 1_048_590));
    let last = get("bytes=-8")
        .send()
        .await
        .unwrap()
        .body
        .collect()
        .await
        .unwrap()
        .into_bytes();
    assert_eq!(last, generated(20 * 1024 * 1024 - 8, 20 * 1024 * 1024));
    let refused = Refused::from(get("bytes=20971520-").send().await.unwrap_err());
    assert_eq!((refused.code.as_str(), refused.status), ("InvalidRange", 416));
    let whole = s3
        .get_object()
        .bucket(&bucket)
        .key(key)
        .send()
        .await
        .unwrap()
        .body
        .collect()
        .await
        .unwrap();
    assert_eq!(whole.into_bytes(), generated(0, 20 * 1024 * 1024));
}

#[tokio::test]
async fn an_object_that_changes_in_the_middle_is_noticed_by_if_match() {
    let running = sandbox().await;
    let (s3, bucket) = client(&running, "S1").await;
    let key = "reports/2026/q1.csv";
    let first = s3
        .get_object()
        .bucket(&bucket)
        .key(key)
        .range("bytes=0-9")
        .send()
        .await
        .unwrap();
    let tag = first.e_tag().unwrap().to_owned();
    running
        .admin()
        .change_object_after(&bucket, key, 1, "changed in the middle of a download");
    let ranged = || {
        s3.get_object()
            .bucket(&bucket)
            .key(key)
            .range("bytes=10-19")
            .if_match(&tag)
            .send()
    };
    ranged().await.unwrap();
    let refused = Refused::from(ranged().await.unwrap_err());
    assert_eq!(
        (refused.code.as_str(), refused.status),
        ("PreconditionFailed", 412)
    );
    let same = s3.get_object().bucket(&bucket).key("README.txt");
    let tag = s3
        .head_object()
        .bucket(&bucket)
        .key("README.txt")
        .send()
        .await
        .unwrap()
        .e_tag()
        .unwrap()
        .to_owned();
    assert_eq!(
        Refused::from(same.if_none_match(tag).send().await.unwrap_err()).status,
        304
    );
}

#[tokio::test]
async fn a_whole_object_comes_with_its_checksum() {
    let running = sandbox().await;
    let (s3, bucket) = client(&running, "S1").await;
    let call = s3
        .get_object()
        .bucket(&bucket)
        .key("README.txt")
        .checksum_mode(ChecksumMode::Enabled);
    let answer = call.send().await.unwrap();
    assert!(answer.checksum_crc32().is_some());
    answer.body.collect().await.unwrap();
}

#[tokio::test]
async fn a_missing_key_is_told_only_to_who_may_list() {
    let running = sandbox().await;
    let (lists, bucket) = client(&running, "S1").await;
    let refused = Refused::from(
        lists
            .get_object()
            .bucket(&bucket)
            .key("absent")
            .send()
            .await
            .unwrap_err(),
    );
    assert_eq!((refused.code.as_str(), refused.status), ("NoSuchKey", 404));
    let story = running.manifest().story("S1").unwrap();
    let get_only =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#;
    let call = sts(&running, user(story))
        .assume_role()
        .role_arn(&story.role_arn)
        .role_session_name("get-only");
    let answer = call.policy(get_only).send().await.unwrap();
    let blind = s3(
        &running,
        crate::clients::session(answer.credentials().unwrap()),
        "us-east-1",
    );
    blind
        .get_object()
        .bucket(&bucket)
        .key("README.txt")
        .send()
        .await
        .unwrap();
    let refused = Refused::from(
        blind
            .get_object()
            .bucket(&bucket)
            .key("absent")
            .send()
            .await
            .unwrap_err(),
    );
    assert_eq!((refused.code.as_str(), refused.status), ("AccessDenied", 403));
    let head = Refused::from(
        blind
            .head_object()
            .bucket(&bucket)
            .key("absent")
            .send()
            .await
            .unwrap_err(),
    );
    assert_eq!(head.status, 403);
}

#[tokio::test]
async fn the_bucket_tells_its_region() {
    let running = sandbox().await;
    let story = running.manifest().story("S2").unwrap();
    let role = assume(
        &sts(&running, user(story)),
        &story.role_arn,
        story.external_id.as_deref(),
        None,
    )
    .await
    .unwrap();
    let away = s3(&running, role.clone(), "us-east-1");
    let error = away
        .list_objects_v2()
        .bucket(&story.bucket)
        .send()
        .await
        .unwrap_err();
    let header = error
        .raw_response()
        .unwrap()
        .headers()
        .get("x-amz-bucket-region")
        .map(str::to_owned);
    assert_eq!(header.as_deref(), Some("eu-west-1"));
    let refused = Refused::from(error);
    assert_eq!(
        (refused.code.as_str(), refused.status),
        ("PermanentRedirect", 301)
    );
    let head = away.head_bucket().bucket(&story.bucket).send().await.unwrap_err();
    let raw = head.raw_response().unwrap();
    assert_eq!(
        (raw.status().as_u16(), raw.headers().get("x-amz-bucket-region")),
        (301, Some("eu-west-1"))
    );

    running.admin().set_redirects_to_region(false);
    let refused = Refused::from(
        away.list_objects_v2()
            .bucket(&story.bucket)
            .send()
            .await
            .unwrap_err(),
    );
    assert_eq!(
        (refused.code.as_str(), refused.status),
        ("AuthorizationHeaderMalformed", 400)
    );

    let home = s3(&running, role, "eu-west-1");
    let head = home.head_bucket().bucket(&story.bucket).send().await.unwrap();
    assert_eq!(head.bucket_region(), Some("eu-west-1"));
    let unshared = home
        .head_bucket()
        .bucket("hostile-names")
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        unshared
            .raw_response()
            .unwrap()
            .headers()
            .get("x-amz-bucket-region"),
        Some("us-east-1")
    );
}

#[tokio::test]
async fn a_refused_head_is_bare_and_names_the_region() {
    let running = sandbox().await;
    let (s3, _) = client(&running, "S1").await;
    let refused = s3.head_bucket().bucket("hostile-names").send().await.unwrap_err();
    let raw = refused.raw_response().unwrap();
    assert_eq!(raw.status().as_u16(), 403);
    assert_eq!(raw.headers().get("x-amz-bucket-region"), Some("us-east-1"));
    assert!(raw.headers().get("x-amz-request-id").is_some());
    assert_eq!(raw.headers().get("content-type"), None);
    let absent = s3
        .head_bucket()
        .bucket("no-such-bucket-here")
        .send()
        .await
        .unwrap_err();
    assert_eq!(absent.raw_response().unwrap().status().as_u16(), 404);
}

#[tokio::test]
async fn what_is_put_is_got_copied_and_deleted() {
    let running = sandbox().await;
    let (s3, bucket) = client(&running, "S13").await;
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
}

#[tokio::test]
async fn deleting_many_asks_for_each() {
    let running = sandbox().await;
    let (s3, bucket) = client(&running, "S1").await;
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
    let (s3, bucket) = client(&running, "S13").await;
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

#[tokio::test]
async fn a_bucket_policy_is_put_and_holds() {
    let running = sandbox().await;
    let (s3, bucket) = client(&running, "S13").await;
    let none = s3.get_bucket_policy().bucket(&bucket).send().await.unwrap_err();
    assert_eq!(Refused::from(none).code, "NoSuchBucketPolicy");
    let deny = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::{bucket}/config/*"}}]}}"#
    );
    s3.put_bucket_policy()
        .bucket(&bucket)
        .policy(&deny)
        .send()
        .await
        .unwrap();
    assert_eq!(
        s3.get_bucket_policy()
            .bucket(&bucket)
            .send()
            .await
            .unwrap()
            .policy(),
        Some(deny.as_str())
    );
    let get = |key: &str| s3.get_object().bucket(&bucket).key(key).send();
    get("README.txt").await.unwrap();
    assert_eq!(
        Refused::from(get("config/app.json").await.unwrap_err()).code,
        "AccessDenied"
    );
    for bad in [
        "{",
        &deny.replace("Deny", "Maybe"),
        &deny.replace("\"*\"", "{\"AWS\":\"arn:aws:iam::1:user/*\"}"),
    ] {
        let refused = s3
            .put_bucket_policy()
            .bucket(&bucket)
            .policy(bad)
            .send()
            .await
            .unwrap_err();
        assert_eq!(Refused::from(refused).code, "MalformedPolicy", "{bad}");
    }
    let large = deny.replace("}]}", &format!("}}]{}}}", " ".repeat(20 * 1024)));
    let refused = s3
        .put_bucket_policy()
        .bucket(&bucket)
        .policy(large)
        .send()
        .await
        .unwrap_err();
    assert_eq!(Refused::from(refused).code, "PolicyTooLarge");
    s3.delete_bucket_policy().bucket(&bucket).send().await.unwrap();
    get("config/app.json").await.unwrap();
}

#[tokio::test]
async fn faults_of_s3() {
    let running = sandbox().await;
    let (s3, bucket) = client(&running, "S1").await;
    let admin = running.admin();
    let get = || s3.get_object().bucket(&bucket).key("README.txt").send();
    let slow = Effect::Error {
        status: 503,
        code: "SlowDown".to_owned(),
        retry_after: None,
    };
    admin.inject(On::S3Path("/example-bucket/README.txt".to_owned()), 1, slow);
    s3.list_objects_v2().bucket(&bucket).send().await.unwrap();
    let refused = Refused::from(get().await.unwrap_err());
    assert_eq!((refused.code.as_str(), refused.status), ("SlowDown", 503));
    admin.inject(On::S3, 1, Effect::TruncatedBody);
    assert!(get().await.unwrap().body.collect().await.is_err());
    get().await.unwrap().body.collect().await.unwrap();
    admin.inject(On::S3, 1, Effect::EndlessBody);
    let mut endless = get().await.unwrap().body;
    let mut read = 0;
    while read < 4 * 1024 * 1024 {
        read += endless.next().await.unwrap().unwrap().len();
    }
    assert_eq!(admin.calls("GetObject"), 2);
}

#[tokio::test]
async fn presigned_requests_are_checked_like_the_others() {
    use aws_sdk_s3::presigning::PresigningConfig;
    let running = sandbox().await;
    let (s3, bucket) = client(&running, "S1").await;
    let an_hour = || PresigningConfig::expires_in(std::time::Duration::from_secs(3600)).unwrap();
    let good = s3
        .get_object()
        .bucket(&bucket)
        .key("README.txt")
        .presigned(an_hour())
        .await
        .unwrap();
    let bad = s3
        .get_object()
        .bucket("hostile-names")
        .key("CON")
        .presigned(an_hour())
        .await
        .unwrap();
    assert_eq!(plain_get(&running, good.uri()).await.0, 200);
    let (status, body) = plain_get(&running, bad.uri()).await;
    assert_eq!(status, 403);
    assert!(
        body.contains("<Code>AccessDenied</Code>") && body.contains("<RequestId>"),
        "{body}"
    );
}

/// GET without an SDK.
async fn plain_get(running: &Running, uri: &str) -> (u16, String) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let address = running.address();
    let path = uri.strip_prefix(running.endpoint()).unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer)
}
