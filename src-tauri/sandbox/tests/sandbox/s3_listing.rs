//! Listing objects.

use hatrack_sandbox::{Crowd, NoCrowd, Options, start};

use crate::clients::{Refused, role_client, sandbox};

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
    let (s3, bucket) = role_client(&running, "S1").await;
    let (found, pages) = keys(&s3, &bucket, "many/", 1000).await;
    let expected: Vec<String> = (0..2500).map(|n| format!("many/{n:05}.txt")).collect();
    assert_eq!((found, pages), (expected, 3));
}

#[tokio::test]
async fn crowds_are_there_in_folders_or_right_below_the_prefix() {
    let bucket = "com.stuzio.project-x";
    let crowds = ["folders/=2x3", "flat/n=2"].map(|crowd| format!("{bucket}/{crowd}").parse().unwrap());
    let options = Options {
        crowds: crowds.to_vec(),
        ..Options::default()
    };
    let running = start(options).await.unwrap();
    let (s3, bucket) = role_client(&running, "S13").await;
    let (found, _) = keys(&s3, &bucket, "folders/", 1000).await;
    let expected: Vec<String> = (0..6)
        .map(|n| format!("folders/{:05}/{:05}.txt", n / 3, n % 3))
        .collect();
    assert_eq!(found, expected);
    let (found, _) = keys(&s3, &bucket, "flat/", 1000).await;
    assert_eq!(found, ["flat/n000000000", "flat/n000000001"]);
}

#[tokio::test]
async fn a_crowd_that_is_none_or_nowhere_is_refused() {
    for text in [
        "",
        "bucket",
        "bucket=1",
        "bucket/prefix",
        "bucket/=x",
        "bucket/=1xx",
        "bucket/=-1",
    ] {
        assert_eq!(text.parse::<Crowd>(), Err(NoCrowd), "{text}");
    }
    let options = Options {
        crowds: vec!["nowhere/p=1".parse().unwrap()],
        ..Options::default()
    };
    let refused = start(options).await.unwrap_err();
    assert_eq!(refused.to_string(), "the sandbox has no bucket nowhere");
}

#[tokio::test]
async fn a_delimiter_folds_and_start_after_skips() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S1").await;
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
    let (s3, bucket) = role_client(&running, "X1").await;
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
