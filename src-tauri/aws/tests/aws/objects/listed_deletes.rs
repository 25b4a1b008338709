//! Many deleted in one call: what the answer says of each, and what is done where it refuses.

use hatrack_aws::s3::S3Failure;
use hatrack_aws::s3::objects::Which;

use super::which;
use crate::server::{Answer, Server};
use crate::world::{s3_with, user};

fn only_while(key: &str, etag: &str) -> Which {
    Which {
        if_etag: Some(etag.to_owned()),
        ..which(key)
    }
}

const DELETED: &str =
    "<DeleteResult><Deleted><Key>a</Key></Deleted><Deleted><Key>b</Key></Deleted></DeleteResult>";

/// Servers that pass over the condition are looked at before, and the condition goes along all the same.
#[tokio::test]
async fn the_condition_goes_with_each_key() {
    let server = Server::start(|_, asked| match asked.method.as_str() {
        "HEAD" => Answer::head(1)
            .with("x-amz-bucket-region", "us-east-1")
            .with("etag", "\"seen\""),
        _ => Answer::new(200, DELETED),
    })
    .await;
    let s3 = s3_with(&server.url(), user());
    let bucket = "example-bucket".parse().unwrap();
    let these = [only_while("a", "seen"), only_while("b", "\"seen\"")];
    assert_eq!(s3.delete(&bucket, &these).await.unwrap().count, 2);
    let asked = server.asked();
    let posted = asked.iter().find(|asked| asked.method == "POST").unwrap();
    assert_eq!(
        posted.body.matches("<ETag>&quot;seen&quot;</ETag>").count(),
        2,
        "{}",
        posted.body
    );

    let gone = [only_while("a", "other"), only_while("b", "other")];
    let done = s3.delete(&bucket, &gone).await.unwrap();
    assert_eq!((done.count, done.failures), (0, 2));
    assert_eq!(
        server
            .asked()
            .iter()
            .filter(|asked| asked.method == "POST")
            .count(),
        1
    );
}

#[tokio::test]
async fn a_key_that_the_answer_does_not_name_is_not_told_to_be_deleted() {
    let server = Server::start(|_, asked| match asked.method.as_str() {
        "HEAD" => Answer::new(200, "").with("x-amz-bucket-region", "us-east-1"),
        _ => Answer::new(200, DELETED),
    })
    .await;
    let s3 = s3_with(&server.url(), user());
    let bucket = "example-bucket".parse().unwrap();
    let done = s3.delete(&bucket, &["a", "b", "c"].map(which)).await.unwrap();
    assert_eq!((done.count, done.failures), (2, 1));
    assert_eq!(done.failed[0].which.key, "c");
}

/// Of two versions of one key the answer names one.
#[tokio::test]
async fn a_version_that_the_answer_does_not_name_is_not_told_to_be_deleted() {
    let server = Server::start(|_, asked| match asked.method.as_str() {
        "HEAD" => Answer::new(200, "").with("x-amz-bucket-region", "us-east-1"),
        _ => Answer::new(
            200,
            "<DeleteResult><Deleted><Key>a</Key><VersionId>one</VersionId></Deleted></DeleteResult>",
        ),
    })
    .await;
    let s3 = s3_with(&server.url(), user());
    let bucket = "example-bucket".parse().unwrap();
    let these = [Which::version("a", "one"), Which::version("a", "two")];
    let done = s3.delete(&bucket, &these).await.unwrap();
    assert_eq!((done.count, done.failures), (1, 1));
    assert_eq!(done.failed[0].which.version_id.as_deref(), Some("two"));
}

const DENIED: &str = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";

/// A role that may delete and not read, of whom S3 refuses each condition.
#[tokio::test]
async fn one_that_is_denied_does_not_stop_those_that_are_not() {
    let server = Server::start(|_, asked| {
        let path = asked.path.split('?').next().unwrap_or_default();
        let of = |key: &str| path.ends_with(key);
        match asked.method.as_str() {
            "HEAD" => Answer::head(1)
                .with("x-amz-bucket-region", "us-east-1")
                .with("etag", "\"seen\""),
            "DELETE" if of("/a") || of("/c") => Answer::new(403, DENIED),
            "DELETE" => Answer::new(204, ""),
            _ => {
                let error = |key| format!("<Error><Key>{key}</Key><Code>AccessDenied</Code></Error>");
                let errors: String = ["a", "b", "c", "d"].map(error).concat();
                Answer::new(200, format!("<DeleteResult>{errors}</DeleteResult>"))
            }
        }
    })
    .await;
    let s3 = s3_with(&server.url(), user());
    let bucket = "example-bucket".parse().unwrap();
    let these = ["a", "b", "c", "d"].map(|key| only_while(key, "seen"));
    let done = s3.delete(&bucket, &these).await.unwrap();
    let gone: Vec<_> = done.deleted.iter().map(|one| one.which.key.as_str()).collect();
    assert_eq!(gone, ["b", "d"]);
    assert!(
        done.failed
            .iter()
            .all(|one| matches!(one.why, S3Failure::Denied(_))),
        "{done:?}"
    );
    assert_eq!(done.failures, 2);
}

/// Keys that no list can name go one by one: what is under way when one breaks it off has been deleted all the same.
#[tokio::test]
async fn what_is_under_way_when_it_breaks_off_is_counted() {
    let server = Server::start(|_, asked| match asked.method.as_str() {
        "HEAD" => Answer::new(200, "").with("x-amz-bucket-region", "us-east-1"),
        _ if asked.path.contains("broken") => Answer::new(
            400,
            "<Error><Code>ExpiredToken</Code><Message>ended</Message></Error>",
        ),
        _ => Answer::new(204, ""),
    })
    .await;
    let s3 = s3_with(&server.url(), user());
    let bucket = "example-bucket".parse().unwrap();
    let keys = ["\u{1}broken", "\u{1}a", "\u{1}b", "\u{1}c"];
    let broken = s3.delete(&bucket, &keys.map(which)).await.unwrap_err();
    let asked = server.asked();
    let deleted = asked
        .iter()
        .filter(|asked| asked.method == "DELETE" && !asked.path.contains("broken"));
    assert_eq!(broken.done.count, deleted.count() as u64);
    assert_eq!(broken.done.count, 3, "all were under way");
}
