//! Credentials of machines and of the environment.

use std::time::{Duration, Instant};

use hatrack_aws::identities::{container, environment, instance};
use hatrack_core::broker::IdentityFailure;
use hatrack_core::caller::{CallerContext, Client};

use crate::server::{Answer, Server};

fn caller(vars: &[(&str, &str)]) -> CallerContext {
    let vars = vars
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    CallerContext::new(Client::Hat, "/".into(), vars)
}

const DOCUMENT: &str = "{\"Code\": \"Success\", \"AccessKeyId\": \"ASIAEXAMPLE\", \"SecretAccessKey\": \"canary\", \
                        \"Token\": \"canary-token\", \"Expiration\": \"2026-11-22T12:00:00Z\"}";

fn metadata(asked: &crate::server::Asked) -> Answer {
    let tokened = asked.header("x-aws-ec2-metadata-token") == "t-1";
    match (asked.method.as_str(), asked.path.as_str()) {
        ("PUT", "/latest/api/token") if !asked.header("x-aws-ec2-metadata-token-ttl-seconds").is_empty() => {
            Answer::new(200, "t-1")
        }
        ("GET", "/latest/meta-data/iam/security-credentials/") if tokened => {
            Answer::new(200, "asi-dev-server\n")
        }
        ("GET", "/latest/meta-data/iam/security-credentials/asi-dev-server") if tokened => {
            Answer::new(200, DOCUMENT)
        }
        _ => Answer::new(401, ""),
    }
}

#[tokio::test]
async fn s3_an_instances_role_is_read_through_imdsv2() {
    let server = Server::start(|_, asked| metadata(asked)).await;
    let here = caller(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &format!("{}/", server.url()))]);
    let got = instance(&here).await.unwrap();
    assert_eq!(got.access_key_id, "ASIAEXAMPLE");
    assert_eq!(got.session_token.unwrap().expose(), "canary-token");
    assert_eq!(got.expires_at, Some("2026-11-22T12:00:00Z".parse().unwrap()));
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn s3_without_a_metadata_service_that_is_said_at_once() {
    let silent = Server::start(|_, _| Answer::silent()).await;
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    for endpoint in [silent.url(), format!("http://{free}")] {
        let started = Instant::now();
        let here = caller(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &endpoint)]);
        let failure = instance(&here).await.unwrap_err();
        assert!(matches!(failure, IdentityFailure::Unreachable(_)), "{failure:?}");
        assert!(started.elapsed() < Duration::from_secs(20));
    }
}

#[tokio::test]
async fn metadata_that_is_none_is_told_and_not_repeated() {
    let role = |name: &'static str| {
        move |n: usize| match n {
            0 => Answer::new(200, "t-1"),
            1 => Answer::new(200, name),
            _ => Answer::new(200, "{\"canary\": "),
        }
    };
    let cases: Vec<Box<dyn Fn(usize) -> Answer + Send + Sync>> = vec![
        Box::new(|_| Answer::new(403, "canary")),
        Box::new(|_| Answer::new(200, "canary").endless()),
        Box::new(|n| {
            if n == 0 {
                Answer::new(200, "t-1")
            } else {
                Answer::new(404, "canary")
            }
        }),
        Box::new(role("../../../user-data")),
        Box::new(role("asi-dev-server")),
        Box::new(|n| match n {
            0 => Answer::new(200, "t-1"),
            1 => Answer::new(200, "r"),
            _ => Answer::new(
                200,
                "{\"Code\": \"AssumeRoleUnauthorizedAccess\", \"Message\": \"EC2 cannot assume\"}",
            ),
        }),
        Box::new(|n| match n {
            0 => Answer::new(200, "t-1"),
            1 => Answer::new(200, "r"),
            _ => Answer::new(
                200,
                "{\"AccessKeyId\": \"\", \"SecretAccessKey\": \"canary\", \"Token\": \"canary\"}",
            ),
        }),
    ];
    for case in cases {
        let server = Server::start(move |n, _| case(n)).await;
        let here = caller(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &server.url())]);
        let failure = instance(&here).await.unwrap_err();
        assert!(
            !format!("{failure} {failure:?}").contains("canary"),
            "{failure:?}"
        );
    }
}

#[tokio::test]
async fn metadata_that_is_switched_off_is_not_asked() {
    let server = Server::start(|_, asked| metadata(asked)).await;
    let here = caller(&[
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &server.url()),
        ("AWS_EC2_METADATA_DISABLED", "True"),
    ]);
    let failure = instance(&here).await.unwrap_err();
    assert!(matches!(failure, IdentityFailure::Missing(_)), "{failure:?}");
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn a_container_is_asked_with_its_token_and_the_file_wins() {
    let server = Server::start(|_, asked| match asked.header("authorization") {
        "from-the-file" => Answer::new(200, DOCUMENT),
        other => Answer::new(403, other),
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "from-the-file\n").unwrap();
    let uri = format!("{}/v2/credentials/canary-path", server.url());
    let vars = [
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri.as_str()),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "from-the-variable"),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file.to_str().unwrap()),
    ];
    let got = container(&caller(&vars)).await.unwrap();
    assert_eq!(got.access_key_id, "ASIAEXAMPLE");
    let failure = container(&caller(&vars[..2])).await.unwrap_err();
    assert!(!failure.to_string().contains("canary-path"), "{failure}");
    std::fs::remove_file(&file).unwrap();
    assert!(container(&caller(&vars)).await.is_err());
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn plain_http_goes_to_this_machine_and_the_two_services_alone() {
    for uri in [
        "http://192.0.2.1/x",
        "http://169.254.169.254/x",
        "http://[2001:db8::1]/x",
        "ftp://127.0.0.1/x",
        "x",
    ] {
        let here = caller(&[("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri)]);
        let failure = container(&here).await.unwrap_err();
        assert!(
            matches!(failure, IdentityFailure::Missing(_)),
            "{uri}: {failure:?}"
        );
    }
    let failure = container(&caller(&[])).await.unwrap_err();
    assert!(matches!(failure, IdentityFailure::Missing(_)), "{failure:?}");
}

#[test]
fn the_callers_environment_is_read_and_no_other() {
    let got = environment(&caller(&[
        ("AWS_ACCESS_KEY_ID", "AKIA"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
        ("AWS_SESSION_TOKEN", "t"),
    ]))
    .unwrap();
    assert_eq!((got.access_key_id.as_str(), got.is_temporary()), ("AKIA", true));
    let failure = environment(&caller(&[("AWS_ACCESS_KEY_ID", "AKIA")])).unwrap_err();
    assert!(failure.to_string().contains("AWS_SECRET_ACCESS_KEY"), "{failure}");
}
