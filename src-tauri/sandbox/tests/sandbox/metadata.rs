//! The metadata service of the instance and the credentials endpoint of the container.

use std::time::Duration;

use aws_credential_types::Credentials;
use hatrack_sandbox::{Effect, On, Options, Running, start};
use serde_json::Value;

use crate::browser::{Page, request};
use crate::clients::{assume, identity, s3, sandbox, sts};

const ROLES: &str = "/latest/meta-data/iam/security-credentials/";

async fn ask(running: &Running, method: &str, path: &str, headers: &[(&str, &str)]) -> Page {
    let url = format!("{}{path}", running.manifest().machine.metadata_endpoint);
    request(method, &url, headers, "").await
}

async fn token(running: &Running, seconds: &str) -> String {
    let ttl = ("x-aws-ec2-metadata-token-ttl-seconds", seconds);
    let answer = ask(running, "PUT", "/latest/api/token", &[ttl]).await;
    assert_eq!((answer.status, answer.header(ttl.0)), (200, Some(seconds)));
    answer.body
}

async fn read(running: &Running, token: &str, path: &str) -> Page {
    ask(running, "GET", path, &[("x-aws-ec2-metadata-token", token)]).await
}

fn credentials(document: &Value) -> Credentials {
    let text = |name: &str| document[name].as_str().unwrap().to_owned();
    Credentials::new(
        text("AccessKeyId"),
        text("SecretAccessKey"),
        Some(text("Token")),
        None,
        "test",
    )
}

async fn of_instance(running: &Running) -> Value {
    let token = token(running, "60").await;
    let role = read(running, &token, ROLES).await.body;
    let document = read(running, &token, &format!("{ROLES}{role}")).await;
    serde_json::from_str(&document.body).unwrap()
}

async fn of_container(running: &Running) -> Value {
    let machine = &running.manifest().machine;
    let headers = [("authorization", machine.container_token.as_str())];
    let answer = request("GET", &machine.container_uri, &headers, "").await;
    assert_eq!(answer.status, 200);
    serde_json::from_str(&answer.body).unwrap()
}

#[tokio::test]
async fn s3_the_instance_and_the_container_reach_the_bucket_by_a_hop() {
    let running = sandbox().await;
    let story = &running.manifest().machine;
    for (document, own) in [
        (of_instance(&running).await, "report-server"),
        (of_container(&running).await, "report-task"),
    ] {
        let machine = credentials(&document);
        let (_, arn, _) = identity(&running, machine.clone()).await.unwrap();
        assert!(arn.contains(&format!(":assumed-role/{own}/")), "{arn}");
        let client = sts(&running, machine);
        let reader = assume(&client, &story.role_arn, None, None).await.unwrap();
        let bucket = s3(&running, reader, &story.region);
        bucket
            .get_object()
            .bucket(&story.bucket)
            .key(&story.keys[0])
            .send()
            .await
            .unwrap();
        let closed = "arn:aws:iam::444455556666:role/ReportReaderClosed";
        assert_eq!(
            assume(&client, closed, None, None).await.unwrap_err().code,
            "AccessDenied"
        );
    }
}

#[tokio::test]
async fn the_documents_have_the_fields_of_each_service_and_times_in_whole_seconds() {
    let running = sandbox().await;
    let instance = of_instance(&running).await;
    assert_eq!(
        (&instance["Code"], &instance["Type"]),
        (&"Success".into(), &"AWS-HMAC".into())
    );
    let container = of_container(&running).await;
    assert_eq!(
        container["RoleArn"],
        running.manifest().machine.container_role_arn.as_str()
    );
    for time in [
        &instance["Expiration"],
        &instance["LastUpdated"],
        &container["Expiration"],
    ] {
        let text = time.as_str().unwrap();
        assert!(
            text.len() == 20 && text.parse::<jiff::Timestamp>().is_ok(),
            "{text}"
        );
    }
}

#[tokio::test]
async fn only_version_2_is_served() {
    let running = sandbox().await;
    assert_eq!(ask(&running, "GET", ROLES, &[]).await.status, 401);
    assert_eq!(read(&running, "forged", ROLES).await.status, 401);
    let ttl = |seconds| ("x-aws-ec2-metadata-token-ttl-seconds", seconds);
    for seconds in ["0", "21601", "-1", "x"] {
        let answer = ask(&running, "PUT", "/latest/api/token", &[ttl(seconds)]).await;
        assert_eq!(answer.status, 400, "{seconds}");
    }
    assert_eq!(ask(&running, "PUT", "/latest/api/token", &[]).await.status, 400);
    let proxied = [ttl("60"), ("x-forwarded-for", "192.0.2.1")];
    assert_eq!(
        ask(&running, "PUT", "/latest/api/token", &proxied).await.status,
        403
    );
    assert_eq!(
        ask(&running, "POST", "/latest/api/token", &[ttl("60")])
            .await
            .status,
        405
    );

    let short = token(&running, "60").await;
    assert_eq!(read(&running, &short, ROLES).await.body, "report-server");
    assert_eq!(
        read(&running, &short, &format!("{ROLES}another")).await.status,
        404
    );
    running.admin().set_clock_ahead(61);
    assert_eq!(read(&running, &short, ROLES).await.status, 401);
}

#[tokio::test]
async fn the_container_needs_its_token() {
    let running = sandbox().await;
    let machine = &running.manifest().machine;
    for headers in [vec![], vec![("authorization", "wrong")]] {
        let answer = request("GET", &machine.container_uri, &headers, "").await;
        assert_eq!(answer.status, 401);
        assert!(!answer.body.contains("AccessKeyId"));
    }
    let headers = [("authorization", machine.container_token.as_str())];
    assert_eq!(
        request("POST", &machine.container_uri, &headers, "").await.status,
        405
    );
}

#[tokio::test]
async fn a_session_is_handed_out_again_until_its_end_is_near() {
    let running = sandbox().await;
    let key = async || of_instance(&running).await["AccessKeyId"].clone();
    let first = key().await;
    running.admin().set_clock_ahead(5 * 3600);
    assert_eq!(key().await, first);
    running.admin().set_clock_ahead(6 * 3600 - 600);
    assert_ne!(key().await, first);
    let short = start(Options {
        max_life: Some(Duration::from_secs(60)),
        ..Options::default()
    })
    .await
    .unwrap();
    let first = of_instance(&short).await["AccessKeyId"].clone();
    assert_eq!(of_instance(&short).await["AccessKeyId"], first);
}

#[tokio::test]
async fn the_metadata_port_serves_nothing_else_and_takes_faults() {
    let running = sandbox().await;
    let answer = ask(&running, "GET", "/assignment/accounts", &[]).await;
    assert_eq!(answer.status, 401);
    running.admin().inject(
        On::Metadata,
        1,
        Effect::Respond {
            status: 503,
            content_type: "text/html".to_owned(),
            body: "busy".into(),
        },
    );
    assert_eq!(ask(&running, "PUT", "/latest/api/token", &[]).await.status, 503);
}
