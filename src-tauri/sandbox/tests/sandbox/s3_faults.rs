//! What tests make S3 do wrong, and buckets with very many keys.

use std::time::{Duration, Instant};

use aws_sdk_s3::primitives::ByteStream;
use hatrack_sandbox::{Effect, On, Options, Shape, Share, generated, start};

use crate::clients::{Refused, role_client, sandbox};

const MIB: u64 = 1024 * 1024;

#[tokio::test]
async fn a_body_is_damaged_in_each_way() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    let admin = running.admin();
    assert!(admin.put_generated(&bucket, "large", MIB));
    let get = || s3.get_object().bucket(&bucket).key("large").send();
    let only = || On::S3Keys {
        bucket: bucket.clone(),
        prefix: "lar".to_owned(),
    };

    admin.inject(only(), 1, Effect::WrongByte);
    s3.get_object()
        .bucket(&bucket)
        .key("README.txt")
        .send()
        .await
        .unwrap();
    let wrong = get().await.unwrap().body.collect().await.unwrap().into_bytes();
    let right = generated(0, MIB);
    let different: Vec<usize> = (0..right.len()).filter(|n| right[*n] != wrong[*n]).collect();
    assert_eq!((wrong.len(), different), (right.len(), vec![right.len() / 2]));

    admin.inject(only(), 1, Effect::ShortBody);
    let short = get().await.unwrap();
    assert_eq!(short.content_length(), Some(MIB as i64 - 1));
    assert_eq!(
        short.body.collect().await.unwrap().into_bytes(),
        right.slice(..right.len() - 1)
    );

    admin.inject(only(), 1, Effect::TruncatedBody);
    let mut broken = get().await.unwrap().body;
    let mut read = 0;
    let error = loop {
        match broken.next().await {
            Some(Ok(piece)) => read += piece.len(),
            end => break end,
        }
    };
    assert!(matches!(error, Some(Err(_))), "the end must be an error");
    assert!(read <= right.len() / 2);

    admin.inject(only(), 1, Effect::StalledBody);
    let mut stalled = get().await.unwrap().body;
    let mut read = 0;
    while read < right.len() / 2 {
        read += stalled.next().await.unwrap().unwrap().len();
    }
    assert_eq!(read, right.len() / 2);
    let more = tokio::time::timeout(Duration::from_millis(50), stalled.next()).await;
    assert!(more.is_err(), "nothing more may come");
    assert_eq!((admin.faults_left(), admin.faults_played()), (0, 4));
    get().await.unwrap().body.collect().await.unwrap();
}

#[tokio::test]
async fn a_share_of_requests_is_hit_until_it_is_cleared() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    let admin = running.admin();
    let slow = Effect::Error {
        status: 503,
        code: "SlowDown".to_owned(),
        retry_after: None,
    };
    admin.inject_share(Share {
        on: On::S3Keys {
            bucket: bucket.clone(),
            prefix: "up/".to_owned(),
        },
        per_mille: 500,
        seed: 3,
        effects: vec![slow],
    });
    let mut refused = 0;
    for n in 0..40 {
        let call = s3.put_object().bucket(&bucket).key(format!("up/{n}"));
        match call.body(ByteStream::from_static(b"x")).send().await {
            Ok(_) => {}
            Err(error) => {
                let error = Refused::from(error);
                assert_eq!((error.code.as_str(), error.status), ("SlowDown", 503));
                refused += 1;
            }
        }
    }
    assert!((5..35).contains(&refused), "{refused} of 40");
    assert_eq!(admin.faults_played(), refused);
    s3.get_object()
        .bucket(&bucket)
        .key("README.txt")
        .send()
        .await
        .unwrap();
    admin.clear_faults();
    for n in 0..40 {
        let call = s3.put_object().bucket(&bucket).key(format!("up/{n}"));
        call.body(ByteStream::from_static(b"x")).send().await.unwrap();
    }
}

#[tokio::test]
async fn a_million_keys_are_there_at_once() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    assert!(running.admin().put_crowd(&bucket, "crowd/", 1_000_000));
    let first = s3
        .list_objects_v2()
        .bucket(&bucket)
        .prefix("crowd/")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (first.key_count(), first.is_truncated()),
        (Some(1000), Some(true))
    );
    assert_eq!(first.contents()[999].key(), Some("crowd/000000999"));
    let last = s3
        .list_objects_v2()
        .bucket(&bucket)
        .prefix("crowd/")
        .start_after("crowd/000999998");
    let last = last.send().await.unwrap();
    assert_eq!(
        (last.key_count(), last.contents()[0].key()),
        (Some(1), Some("crowd/000999999"))
    );
    let top = s3
        .list_objects_v2()
        .bucket(&bucket)
        .delimiter("/")
        .send()
        .await
        .unwrap();
    assert!(top.common_prefixes().iter().any(|p| p.prefix() == Some("crowd/")));
    let got = s3
        .get_object()
        .bucket(&bucket)
        .key("crowd/000123456")
        .send()
        .await
        .unwrap();
    assert_eq!(got.content_length(), Some(16));
    s3.delete_object()
        .bucket(&bucket)
        .key("crowd/000000000")
        .send()
        .await
        .unwrap();
    let rest = s3
        .list_objects_v2()
        .bucket(&bucket)
        .prefix("crowd/")
        .max_keys(1)
        .send()
        .await
        .unwrap();
    assert_eq!(rest.contents()[0].key(), Some("crowd/000000001"));
}

#[tokio::test]
async fn a_shape_slows_uploads_too() {
    let shape = Shape {
        bytes_per_second: Some(4 * MIB),
        ..Shape::default()
    };
    let options = Options {
        shape,
        ..Options::default()
    };
    let running = start(options).await.unwrap();
    let (s3, bucket) = role_client(&running, "S13").await;
    let bytes = ByteStream::from(vec![0; MIB as usize]);
    let before = Instant::now();
    let put = s3.put_object().bucket(&bucket).key("slow").body(bytes);
    put.send().await.unwrap();
    // What the server reads last it need not wait for.
    assert!(
        before.elapsed() > Duration::from_millis(100),
        "{:?}",
        before.elapsed()
    );
}
