//! Buckets: regions, refusals, policies.

use crate::clients::{Refused, assume, role_client, s3, sandbox, sts, user};

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
    let (s3, _) = role_client(&running, "S1").await;
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
async fn a_bucket_policy_is_put_and_holds() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
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
