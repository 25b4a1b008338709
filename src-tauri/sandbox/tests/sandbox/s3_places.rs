//! Where a bucket is and by which names: access points, regions, who pays.

use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::RequestPayer;
use aws_types::region::Region;
use hatrack_sandbox::Running;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::clients::{Refused, assume, http, role_client, s3, sandbox, sts, user};

/// Who owns the bucket that is shared with S1's role.
const ARCHIVE: &str = "777788889999";
const STUZIO: &str = "081278057606";

fn statement(effect: &str, principal: &str, actions: &str, resources: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","Principal":{{"AWS":"{principal}"}},
        "Action":{actions},"Resource":{resources}}}]}}"#
    )
}

fn role(running: &Running, id: &str) -> String {
    running.manifest().story(id).unwrap().role_arn.clone()
}

#[tokio::test]
async fn an_access_point_is_a_name_of_the_bucket() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    let (arn, alias) = running
        .admin()
        .put_access_point(&bucket, "plans", STUZIO, None)
        .unwrap();
    assert_eq!(arn, format!("arn:aws:s3:eu-south-1:{STUZIO}:accesspoint/plans"));
    assert!(alias.starts_with("plans-") && alias.ends_with("-s3alias") && alias.len() <= 63);
    let denied = Refused::from(s3.list_objects_v2().bucket(&alias).send().await.unwrap_err());
    assert_eq!(
        denied.code, "AccessDenied",
        "the role's own policy names the bucket only"
    );
    let both = statement(
        "Allow",
        &role(&running, "S13"),
        r#""s3:*""#,
        &format!(r#"["{arn}","{arn}/object/*"]"#),
    );
    let made = running
        .admin()
        .put_access_point(&bucket, "plans", STUZIO, Some(&both))
        .unwrap();
    assert_eq!(made, (arn.clone(), alias.clone()));
    s3.list_objects_v2().bucket(&alias).send().await.unwrap();
    let put = s3
        .put_object()
        .bucket(&alias)
        .key("by/alias")
        .body(ByteStream::from_static(b"x"));
    put.send().await.unwrap();
    assert_eq!(running.admin().object(&bucket, "by/alias", 9).unwrap(), b"x");
    s3.head_bucket().bucket(&alias).send().await.unwrap();
    let settings = s3.get_bucket_policy().bucket(&alias).send().await.unwrap_err();
    assert_eq!(Refused::from(settings).code, "MethodNotAllowed");
    let copy = s3
        .copy_object()
        .bucket(&bucket)
        .key("copied")
        .copy_source(format!("{arn}/object/by/alias"));
    copy.send().await.unwrap();
    let upload = s3
        .create_multipart_upload()
        .bucket(&alias)
        .key("u")
        .send()
        .await
        .unwrap();
    let part = s3
        .upload_part()
        .bucket(&bucket)
        .key("u")
        .upload_id(upload.upload_id().unwrap())
        .part_number(1);
    part.body(ByteStream::from_static(b"x")).send().await.unwrap();
    let deny = statement("Deny", "*", r#""s3:GetObject""#, &format!(r#""{arn}/object/*""#));
    running
        .admin()
        .put_access_point(&bucket, "plans", STUZIO, Some(&deny))
        .unwrap();
    let get = s3
        .get_object()
        .bucket(&alias)
        .key("by/alias")
        .send()
        .await
        .unwrap_err();
    assert_eq!(Refused::from(get).code, "AccessDenied");
}

#[tokio::test]
async fn across_accounts_bucket_and_access_point_must_both_allow() {
    let running = sandbox().await;
    let (s3, _) = role_client(&running, "S1").await;
    let admin = running.admin();
    let (bucket, reader) = ("example-bucket-shared", role(&running, "S1"));
    let (arn, alias) = admin.put_access_point(bucket, "shared", ARCHIVE, None).unwrap();
    let may = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"s3:GetObject","Resource":"{arn}/object/*"}}]}}"#
    );
    assert!(admin.add_role_policy(&reader, "access-point", &may));
    let get = || s3.get_object().bucket(&alias).key("shared/notes.txt").send();
    assert_eq!(Refused::from(get().await.unwrap_err()).code, "AccessDenied");
    let open = statement(
        "Allow",
        &reader,
        r#""s3:GetObject""#,
        &format!(r#""{arn}/object/*""#),
    );
    admin
        .put_access_point(bucket, "shared", ARCHIVE, Some(&open))
        .unwrap();
    get().await.unwrap();
    // What the bucket leaves to its access points it leaves to nobody else.
    let delegating = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"*"}},"Action":"*",
        "Resource":["arn:aws:s3:::{bucket}","arn:aws:s3:::{bucket}/*"],
        "Condition":{{"StringEquals":{{"s3:DataAccessPointAccount":"{ARCHIVE}"}}}}}}]}}"#
    );
    assert!(admin.set_bucket_policy(bucket, Some(&delegating)));
    get().await.unwrap();
    let direct = s3
        .get_object()
        .bucket(bucket)
        .key("shared/notes.txt")
        .send()
        .await
        .unwrap_err();
    assert_eq!(Refused::from(direct).code, "AccessDenied");
    assert!(admin.set_bucket_policy(bucket, None));
    assert_eq!(Refused::from(get().await.unwrap_err()).code, "AccessDenied");
}

/// GET by an address whose host this computer need not know.
async fn get(running: &Running, uri: &str) -> (u16, String) {
    let url = url::Url::parse(uri).unwrap();
    let host = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
    let path = format!("{}?{}", url.path(), url.query().unwrap_or_default());
    let mut stream = tokio::net::TcpStream::connect(running.address()).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
}

#[tokio::test]
async fn an_arn_is_called_by_host_name_as_sdks_do() {
    let running = sandbox().await;
    let story = running.manifest().story("S13").unwrap();
    let bucket = story.bucket.clone();
    let session = assume(&sts(&running, user(story)), &story.role_arn, None, None)
        .await
        .unwrap();
    let config = aws_sdk_s3::Config::builder()
        .behavior_version_latest()
        .region(Region::new(story.region.clone()))
        .endpoint_url(format!("http://localhost:{}", running.address().port()))
        .credentials_provider(session)
        .http_client(http())
        .build();
    let s3 = aws_sdk_s3::Client::from_conf(config);
    let an_hour = || PresigningConfig::expires_in(std::time::Duration::from_secs(3600)).unwrap();
    let (arn, _) = running
        .admin()
        .put_access_point(&bucket, "plans", STUZIO, None)
        .unwrap();
    let both = statement(
        "Allow",
        &role(&running, "S13"),
        r#""s3:*""#,
        &format!(r#"["{arn}","{arn}/object/*"]"#),
    );
    running
        .admin()
        .put_access_point(&bucket, "plans", STUZIO, Some(&both))
        .unwrap();
    let by_point = s3
        .get_object()
        .bucket(&arn)
        .key("README.txt")
        .presigned(an_hour())
        .await
        .unwrap();
    assert!(
        by_point
            .uri()
            .starts_with(&format!("http://plans-{STUZIO}.localhost:")),
        "{}",
        by_point.uri()
    );
    let (status, answer) = get(&running, by_point.uri()).await;
    assert_eq!(status, 200, "{answer}");
    let by_bucket = s3
        .get_object()
        .bucket(&bucket)
        .key("README.txt")
        .presigned(an_hour())
        .await
        .unwrap();
    let (status, answer) = get(&running, by_bucket.uri()).await;
    assert_eq!(status, 200, "{answer}");
    let absent = s3
        .get_object()
        .bucket(arn.replace("plans", "none"))
        .key("README.txt");
    let absent = absent.presigned(an_hour()).await.unwrap();
    assert_eq!(get(&running, absent.uri()).await.0, 404);
}

#[tokio::test]
async fn the_right_region_is_told_in_the_body_too() {
    let running = sandbox().await;
    let story = running.manifest().story("S13").unwrap();
    let session = assume(&sts(&running, user(story)), &story.role_arn, None, None)
        .await
        .unwrap();
    let away = s3(&running, session, "us-west-2");
    for (redirects, code, element) in [
        (
            true,
            "PermanentRedirect",
            "<Endpoint>com.stuzio.project-x.s3.eu-south-1.amazonaws.com</Endpoint>",
        ),
        (
            false,
            "AuthorizationHeaderMalformed",
            "<Region>eu-south-1</Region>",
        ),
    ] {
        running.admin().set_redirects_to_region(redirects);
        let error = away
            .get_object()
            .bucket(&story.bucket)
            .key("README.txt")
            .send()
            .await
            .unwrap_err();
        let raw = error.raw_response().unwrap();
        assert_eq!(raw.headers().get("x-amz-bucket-region"), Some("eu-south-1"));
        assert_eq!(raw.headers().get("x-sandbox-details"), None);
        let body = String::from_utf8(raw.body().bytes().unwrap_or_default().to_vec()).unwrap();
        assert!(body.contains(element) && body.contains("<RequestId>"), "{body}");
        assert_eq!(Refused::from(error).code, code);
    }
}

#[tokio::test]
async fn who_is_not_the_owner_must_say_that_it_pays() {
    let running = sandbox().await;
    let (s3, _) = role_client(&running, "S1").await;
    let bucket = "example-bucket-shared";
    assert!(running.admin().set_requester_pays(bucket, true));
    let get = || s3.get_object().bucket(bucket).key("shared/notes.txt");
    let refused = Refused::from(get().send().await.unwrap_err());
    assert_eq!((refused.code.as_str(), refused.status), ("AccessDenied", 403));
    assert_eq!(
        Refused::from(s3.head_bucket().bucket(bucket).send().await.unwrap_err()).status,
        403
    );
    let paid = get().request_payer(RequestPayer::Requester).send().await.unwrap();
    assert_eq!(paid.request_charged().map(|c| c.as_str()), Some("requester"));
    let list = s3.list_objects_v2().bucket(bucket);
    list.clone().send().await.unwrap_err();
    list.request_payer(RequestPayer::Requester).send().await.unwrap();

    let (owner, own) = role_client(&running, "S13").await;
    assert!(running.admin().set_requester_pays(&own, true));
    let got = owner
        .get_object()
        .bucket(&own)
        .key("README.txt")
        .send()
        .await
        .unwrap();
    assert_eq!(got.request_charged(), None);
    let payment = owner
        .get_bucket_request_payment()
        .bucket(&own)
        .send()
        .await
        .unwrap();
    assert_eq!(payment.payer().map(|p| p.as_str()), Some("Requester"));
}

#[tokio::test]
async fn buckets_are_listed_page_by_page_by_prefix_and_by_region() {
    let running = sandbox().await;
    let (s3, own) = role_client(&running, "S13").await;
    for n in 0..5 {
        let region = if n == 3 { "us-west-2" } else { "eu-south-1" };
        assert!(
            running
                .admin()
                .put_bucket(&format!("archive-{n}"), region, STUZIO)
        );
    }
    assert!(!running.admin().put_bucket("archive-0", "eu-south-1", STUZIO));
    let call = s3.list_buckets().prefix("archive-").bucket_region("eu-south-1");
    let (mut names, mut token) = (Vec::new(), None);
    loop {
        let page = call.clone().max_buckets(3).set_continuation_token(token);
        let page = page.send().await.unwrap();
        assert!(page.buckets().len() <= 3);
        names.extend(page.buckets().iter().map(|b| b.name().unwrap().to_owned()));
        token = page.continuation_token().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    assert_eq!(names, ["archive-0", "archive-1", "archive-2", "archive-4"]);
    let all = s3.list_buckets().send().await.unwrap();
    assert_eq!(all.buckets().len(), 6);
    let found = all
        .buckets()
        .iter()
        .find(|b| b.name() == Some(own.as_str()))
        .unwrap();
    assert_eq!(found.bucket_region(), Some("eu-south-1"));
}
