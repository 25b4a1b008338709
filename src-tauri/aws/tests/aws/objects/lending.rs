//! Lent by a link; folders and settings.

use std::time::Duration;

use hatrack_aws::s3::objects::LinkFor;
use hatrack_aws::s3::{S3, S3Failure, Stored, upload};
use hatrack_core::object_view::{LinkLimit, SettingKind};

use super::{place, text};
use crate::world::{s3, s3_with, sandbox, session, story};

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
