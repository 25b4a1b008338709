//! Reading objects.

use aws_sdk_s3::types::ChecksumMode;
use hatrack_sandbox::{Effect, On, Running, generated};

use crate::clients::{Refused, role_client, s3, sandbox, sts, user};

#[tokio::test]
async fn ranges_are_those_of_the_object() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S1").await;
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
    let (s3, bucket) = role_client(&running, "S1").await;
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
    let (s3, bucket) = role_client(&running, "S1").await;
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
    let (lists, bucket) = role_client(&running, "S1").await;
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
async fn faults_of_s3() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S1").await;
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
    let (s3, bucket) = role_client(&running, "S1").await;
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
