//! S3 by plain HTTP off this computer: nothing but the signature keeps what is sent as it is.

use std::sync::Arc;

use hatrack_aws::http::HttpClients;
use hatrack_aws::s3::{FixedCredentials, S3};
use hatrack_core::secret::Secret;
use hatrack_core::sts::{ProxyUrl, Reach};

use crate::server::{Answer, Server};
use crate::world::{reach, user};

#[tokio::test]
async fn the_bytes_of_parts_are_signed() {
    // A proxy in place of a server in the next room.
    let proxy = Server::start(|_, asked| {
        let xml = |text: &str| Answer::new(200, text).with("content-type", "application/xml");
        match asked.method.as_str() {
            "HEAD" => Answer::new(200, "").with("x-amz-bucket-region", "us-east-1"),
            "POST" if asked.path.contains("uploads") => {
                xml("<InitiateMultipartUploadResult><UploadId>u-1</UploadId></InitiateMultipartUploadResult>")
            }
            "POST" => {
                xml("<CompleteMultipartUploadResult><ETag>\"whole\"</ETag></CompleteMultipartUploadResult>")
            }
            _ => Answer::new(200, "")
                .with("etag", "\"part\"")
                .with("x-amz-request-id", "R1"),
        }
    })
    .await;
    let reach = Reach {
        proxy: Some(ProxyUrl(Secret::new(proxy.url()))),
        ..reach("http://storage.example.test:9000")
    };
    let s3 = S3::new(
        Arc::new(HttpClients::default()),
        reach,
        true,
        Arc::new(FixedCredentials(user())),
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, vec![1; 17 * 1024 * 1024]).unwrap();
    let bucket = "example-bucket".parse().unwrap();
    s3.upload(&path, &bucket, "k", &|_, _| {}).await.unwrap();
    let asked = proxy.asked();
    let parts: Vec<_> = asked.iter().filter(|asked| asked.method == "PUT").collect();
    assert_eq!(parts.len(), 3);
    for part in parts {
        let sum = part.header("x-amz-content-sha256");
        assert!(
            sum.len() == 64 && sum.bytes().all(|b| b.is_ascii_hexdigit()),
            "{sum}"
        );
    }
}
