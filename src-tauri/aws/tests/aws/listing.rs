//! Everything below a prefix by many lists at once, versions, and buckets whose requests the person pays for.

use std::sync::Arc;

use hatrack_aws::s3::{S3, S3Failure, Scan};
use hatrack_core::bucket::BucketName;
use hatrack_sandbox::Versioning;

use crate::world::{s3, sandbox, story};

async fn all(mut scan: Scan) -> Result<Vec<String>, S3Failure> {
    let mut keys = Vec::new();
    while let Some(found) = scan.next().await {
        keys.extend(found?.into_iter().map(|object| object.key));
    }
    Ok(keys)
}

fn scan(s3: &Arc<S3>, bucket: &BucketName, prefix: &str) -> Scan {
    Scan::new(s3.clone(), bucket.clone(), prefix)
}

#[tokio::test]
async fn a_tree_is_walked_whole_in_order_or_not_with_as_many_lists_as_it_has_folders() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let bucket: BucketName = story.bucket.parse().unwrap();
    let admin = sandbox.admin();
    let mut keys = Vec::new();
    for folder in 0..20 {
        for n in 0..200 {
            keys.push(format!("tree/{folder:02}/{n:03}"));
        }
    }
    keys.extend(
        [
            "tree/",
            "tree/00",
            "tree/05!",
            "tree/05/a/b//c",
            "tree/é\u{1}/x",
            "tree/zz",
        ]
        .map(str::to_owned),
    );
    for key in &keys {
        assert!(admin.put_object(&story.bucket, key, "x", "text/plain"));
    }
    keys.sort();
    let s3 = Arc::new(s3(&sandbox, &story).await);
    assert_eq!(all(scan(&s3, &bucket, "tree/").in_order()).await.unwrap(), keys);
    let mut unsorted = all(scan(&s3, &bucket, "tree/")).await.unwrap();
    unsorted.sort();
    assert_eq!(unsorted, keys);
    let calls = admin.calls("ListObjectsV2");
    all(scan(&s3, &bucket, "tree/")).await.unwrap();
    let calls = admin.calls("ListObjectsV2") - calls;
    // One page shows that it is worth it; then the folder's rest, the level, and each folder that is left.
    assert!((15..=25).contains(&calls), "{calls} lists");
    assert_eq!(
        all(scan(&s3, &bucket, "tree/nothing")).await.unwrap(),
        Vec::<String>::new()
    );
    sandbox.shutdown().await;
}

#[tokio::test]
async fn where_only_some_prefixes_may_be_listed_the_one_list_goes_on() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let bucket: BucketName = story.bucket.parse().unwrap();
    let admin = sandbox.admin();
    let mut keys = Vec::new();
    for folder in 0..4 {
        for n in 0..600 {
            keys.push(format!("tree/{folder}/{n:03}"));
        }
    }
    for key in &keys {
        assert!(admin.put_object(&story.bucket, key, "x", "text/plain"));
    }
    let s3 = Arc::new(s3(&sandbox, &story).await);
    let closed = |condition: &str| {
        let arn = format!("arn:aws:s3:::{}", story.bucket);
        let policy = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Principal":"*","Action":"s3:ListBucket","Resource":"{arn}","Condition":{condition}}}]}}"#
        );
        assert!(admin.set_bucket_policy(&story.bucket, Some(&policy)));
    };
    // Not by folder.
    closed(r#"{"StringEquals":{"s3:delimiter":"/"}}"#);
    assert_eq!(all(scan(&s3, &bucket, "tree/").in_order()).await.unwrap(), keys);
    // Not the folders themselves.
    closed(r#"{"StringLike":{"s3:prefix":"tree/?*"}}"#);
    assert_eq!(all(scan(&s3, &bucket, "tree/").in_order()).await.unwrap(), keys);
    closed(r#"{"StringLike":{"s3:prefix":"tree/*"}}"#);
    let refused = all(scan(&s3, &bucket, "tree/")).await;
    assert!(matches!(refused, Err(S3Failure::Denied(_))), "{refused:?}");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn versions_and_markers_are_listed_on_request_newest_first() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let bucket: BucketName = story.bucket.parse().unwrap();
    let admin = sandbox.admin();
    assert!(admin.set_versioning(&story.bucket, Versioning::Enabled));
    for text in ["one", "three", "seven.."] {
        assert!(admin.put_object(&story.bucket, "kept/a", text, "text/plain"));
    }
    assert!(admin.put_object(&story.bucket, "kept/deep/b", "x", "text/plain"));
    let s3 = s3(&sandbox, &story).await;
    let page = s3.versions(&bucket, "kept/", true, None).await.unwrap();
    let folders: Vec<_> = page.folders.iter().map(|folder| folder.name.as_str()).collect();
    assert_eq!(folders, ["deep/"]);
    let versions: Vec<_> = page
        .versions
        .iter()
        .map(|version| (version.name.as_str(), version.size, version.latest))
        .collect();
    assert_eq!(versions, [("a", 7, true), ("a", 5, false), ("a", 3, false)]);
    let ids: Vec<_> = page
        .versions
        .iter()
        .map(|version| version.version_id.clone())
        .collect();
    let kept: Vec<_> = admin
        .versions(&story.bucket, "kept/a")
        .into_iter()
        .map(|(id, _)| id)
        .collect();
    assert_eq!(ids, kept);
    let whole = s3.versions(&bucket, "kept/", false, None).await.unwrap();
    assert_eq!(
        (whole.versions.len(), whole.folders.len(), whole.next),
        (4, 0, None)
    );
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_bucket_whose_requests_others_pay_for_is_read_once_the_person_pays() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let name = "acme-paid-by-readers";
    let bucket: BucketName = name.parse().unwrap();
    let admin = sandbox.admin();
    // Its owner pays whatever is set: it is another account's.
    assert!(admin.put_bucket(name, "eu-west-1", "183438944504"));
    assert!(admin.put_object(name, "a", "x", "text/plain"));
    let resources = format!(r#"["arn:aws:s3:::{name}","arn:aws:s3:::{name}/*"]"#);
    let allow = |principal: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow",{principal}"Action":"s3:*","Resource":{resources}}}]}}"#
        )
    };
    let role = format!(r#""Principal":{{"AWS":"{}"}},"#, story.role_arn);
    assert!(admin.set_bucket_policy(name, Some(&allow(&role))));
    assert!(admin.add_role_policy(&story.role_arn, "paid", &allow("")));
    assert!(admin.set_requester_pays(name, true));
    let s3 = Arc::new(s3(&sandbox, &story).await);
    let refused = s3.page(&bucket, "", None).await;
    assert!(matches!(refused, Err(S3Failure::Denied(_))), "{refused:?}");
    s3.pay_for(&bucket, true);
    assert!(s3.page(&bucket, "", None).await.is_ok());
    assert!(!all(scan(&s3, &bucket, "")).await.unwrap().is_empty());
    s3.pay_for(&bucket, false);
    assert!(s3.page(&bucket, "", None).await.is_err());
    sandbox.shutdown().await;
}
