//! Buckets listed and walked, in the sandbox and on servers that misbehave.

use std::sync::Arc;

use hatrack_aws::http::HttpClients;
use hatrack_aws::s3::{NoCredentials, ObjectRef, S3, S3Failure, SessionCredentials};
use hatrack_core::bucket::BucketName;
use hatrack_core::secret::Credentials;
use hatrack_core::sts::AwsFailure;

use crate::server::{Answer, Server};
use crate::world::{reach, s3, s3_with, sandbox, session, story, user};

fn bucket(name: &str) -> BucketName {
    name.parse().unwrap()
}

#[tokio::test]
async fn s13_buckets_are_listed_and_the_region_is_the_buckets_own() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = s3(&sandbox, &story).await;
    let list = s3.buckets().await.unwrap();
    assert_eq!(list.denied, None);
    assert!(list.buckets.iter().any(|found| found.name == story.bucket));
    assert_eq!(s3.region(&bucket(&story.bucket)).await.unwrap(), "eu-south-1");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_bucket_opens_by_name_where_the_list_is_denied() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S1");
    let s3 = s3(&sandbox, &story).await;
    let list = s3.buckets().await.unwrap();
    let denied = list.denied.unwrap();
    assert_eq!(
        (denied.code.as_str(), denied.action.as_str()),
        ("AccessDenied", "s3:ListAllMyBuckets")
    );
    assert!(denied.request_id.is_some() && !denied.message.is_empty());
    assert!(list.buckets.is_empty());
    let page = s3.page(&bucket(&story.bucket), "", None).await.unwrap();
    assert_eq!(page.region, story.region);
    assert!(!page.folders.is_empty() || !page.objects.is_empty());
    sandbox.shutdown().await;
}

#[tokio::test]
async fn the_region_is_found_whichever_way_s3_says_it() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    for redirects in [true, false] {
        sandbox.admin().set_redirects_to_region(redirects);
        let s3 = s3(&sandbox, &story).await;
        assert_eq!(s3.region(&bucket(&story.bucket)).await.unwrap(), "eu-south-1");
        s3.page(&bucket(&story.bucket), "", None).await.unwrap();
    }
    sandbox.shutdown().await;
}

#[tokio::test]
async fn pages_of_a_crowded_prefix_miss_nothing() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    assert!(sandbox.admin().put_crowd(&story.bucket, "crowd/", 2500));
    let s3 = s3(&sandbox, &story).await;
    let (mut keys, mut next) = (Vec::new(), None::<String>);
    loop {
        let page = s3
            .page(&bucket(&story.bucket), "crowd/", next.as_deref())
            .await
            .unwrap();
        keys.extend(page.objects.into_iter().map(|object| object.name));
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(keys, (0..2500).map(|n| format!("{n:09}")).collect::<Vec<_>>());
    sandbox.shutdown().await;
}

#[tokio::test]
async fn c35_c43_hostile_keys_are_listed_as_they_are() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "X1");
    let s3 = s3(&sandbox, &story).await;
    let mut keys = Vec::new();
    let mut prefixes = vec![String::new()];
    while let Some(prefix) = prefixes.pop() {
        let page = s3.page(&bucket(&story.bucket), &prefix, None).await.unwrap();
        for folder in page.folders {
            assert_eq!(folder.prefix, format!("{prefix}{}", folder.name));
            prefixes.push(folder.prefix);
        }
        keys.extend(page.objects.into_iter().map(|object| object.key));
    }
    let mut expected: Vec<_> = story.keys.into_iter().filter(|key| !key.ends_with('/')).collect();
    keys.sort();
    expected.sort();
    assert_eq!(keys, expected);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn b17_a_denied_object_names_action_resource_and_request() {
    let sandbox = sandbox().await;
    let owner = story(&sandbox, "S13");
    let other = story(&sandbox, "S1");
    let s3 = s3(&sandbox, &other).await;
    let object = ObjectRef {
        bucket: bucket(&owner.bucket),
        key: "a/key".into(),
        version_id: None,
    };
    let failure = s3.peek(&object, 1).await.unwrap_err();
    let S3Failure::Denied(denial) = &failure else {
        panic!("{failure:?}");
    };
    assert_eq!(denial.action, "s3:GetObject");
    assert_eq!(
        denial.resource.as_deref(),
        Some("arn:aws:s3:::com.stuzio.project-x/a/key")
    );
    let request = denial.request_id.as_deref().unwrap();
    assert!(failure.to_string().contains(request));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_told() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = s3(&sandbox, &story).await;
    let failure = s3
        .page(&bucket("com.stuzio.projectx"), "", None)
        .await
        .unwrap_err();
    assert!(matches!(failure, S3Failure::NotFound { .. }), "{failure:?}");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn b18_an_ended_session_is_recognised() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let credentials = session(&sandbox, &story).await;
    let s3 = s3_with(sandbox.endpoint(), credentials.clone());
    assert!(sandbox.admin().expire_session(&credentials.access_key_id));
    let failure = s3.page(&bucket(&story.bucket), "", None).await.unwrap_err();
    assert!(matches!(failure, S3Failure::Expired { .. }), "{failure:?}");
    sandbox.shutdown().await;
}

struct Ended;

#[async_trait::async_trait]
impl SessionCredentials for Ended {
    async fn credentials(&self) -> Result<Credentials, NoCredentials> {
        Err(NoCredentials("the session has ended; switch again".into()))
    }
}

#[tokio::test]
async fn without_credentials_the_owners_own_words_are_told() {
    let s3 = S3::new(
        Arc::new(HttpClients::default()),
        reach("http://127.0.0.1:1"),
        false,
        Arc::new(Ended),
    );
    let failure = s3.buckets().await.unwrap_err();
    assert_eq!(failure.to_string(), "the session has ended; switch again");
}

fn page(keys: &str, next: &str) -> Answer {
    Answer::new(
        200,
        format!(
            "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IsTruncated>true</IsTruncated>\
             <EncodingType>url</EncodingType>{keys}<NextContinuationToken>{next}</NextContinuationToken>\
             </ListBucketResult>"
        ),
    )
    .with("content-type", "application/xml")
    .with("x-amz-bucket-region", "eu-west-1")
}

#[tokio::test]
async fn b28_a_list_that_goes_round_is_left() {
    let server = Server::start(|_, _| page("", "again")).await;
    let s3 = s3_with(&server.url(), user());
    let first = s3.page(&bucket("example-bucket"), "", None).await.unwrap();
    let failure = s3
        .page(&bucket("example-bucket"), "", first.next.as_deref())
        .await
        .unwrap_err();
    assert!(
        matches!(failure, S3Failure::Aws(AwsFailure::Garbled { .. })),
        "{failure:?}"
    );

    let server = Server::start(|_, _| {
        Answer::new(
            200,
            "<ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Buckets/>\
             <ContinuationToken>again</ContinuationToken></ListAllMyBucketsResult>",
        )
    })
    .await;
    let failure = s3_with(&server.url(), user()).buckets().await.unwrap_err();
    assert!(
        matches!(failure, S3Failure::Aws(AwsFailure::Garbled { .. })),
        "{failure:?}"
    );
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn escaped_keys_are_read_as_they_are() {
    let keys = "<Contents><Key>a%2Bb+c%26d%25</Key><Size>1</Size></Contents>\
                <CommonPrefixes><Prefix>x%0Ay%2F</Prefix></CommonPrefixes>";
    let server = Server::start(move |_, _| page(keys, "n")).await;
    let found = s3_with(&server.url(), user())
        .page(&bucket("example-bucket"), "", None)
        .await
        .unwrap();
    assert_eq!(found.objects[0].key, "a+b c&d%");
    assert_eq!(found.folders[0].prefix, "x\ny/");
}

#[tokio::test]
async fn b25_a_list_that_is_none_says_so() {
    let answers = [
        Answer::new(200, "<html>canary</html>").with("content-type", "application/xml"),
        Answer::new(200, "<ListBucketResult><Contents><Key>canary").with("content-type", "application/xml"),
    ];
    for answer in answers {
        let server = Server::start(move |_, _| answer.clone()).await;
        let failure = s3_with(&server.url(), user())
            .page(&bucket("example-bucket"), "", None)
            .await
            .unwrap_err();
        assert!(
            matches!(failure, S3Failure::Aws(AwsFailure::Garbled { .. })),
            "{failure:?}"
        );
        assert!(!failure.to_string().contains("canary"));
    }
}

/// A name that was mistyped, or of a bucket that is made a moment later.
#[tokio::test]
async fn a_bucket_that_does_not_exist_is_not_kept_as_known() {
    let server = Server::start(|n, _| match n {
        0 => Answer::new(404, "").with("x-amz-bucket-region", "eu-south-1"),
        _ => Answer::new(200, "").with("x-amz-bucket-region", "eu-west-1"),
    })
    .await;
    let s3 = s3_with(&server.url(), user());
    let failure = s3.region(&bucket("example-bucket")).await.unwrap_err();
    assert!(matches!(failure, S3Failure::NotFound { .. }), "{failure:?}");
    assert_eq!(s3.region(&bucket("example-bucket")).await.unwrap(), "eu-west-1");
}
