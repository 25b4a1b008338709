//! Identity Center's access portal: a role's credentials.

use std::time::{Duration, Instant};

use hatrack_core::broker::Given;
use hatrack_core::identity_center::IdentityCenter;
use hatrack_core::secret::Secret;
use hatrack_core::sts::AwsFailure;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::portal::{account, answer, center, parameter, refusal, refused, too_many};
use crate::server::{Answer, Server};
use crate::world::reach;

fn role_credentials(expiration: Value) -> Answer {
    answer(json!({ "roleCredentials": {
        "accessKeyId": "ASIAEXAMPLE", "secretAccessKey": "canary-secret", "sessionToken": "canary-token",
        "expiration": expiration,
    }}))
}

async fn credentials(server: &Server) -> Result<Given, AwsFailure> {
    center()
        .role_credentials(
            &reach(&server.url()),
            &Secret::new("canary-access"),
            account(7).parse().unwrap(),
            "ReadOnly",
        )
        .await
}

#[tokio::test]
async fn role_credentials_come_with_all_that_aws_says() {
    let server = Server::start(|_, _| role_credentials(json!(1_795_352_400_123_i64))).await;
    let got = credentials(&server).await.unwrap();
    assert_eq!(got.credentials.access_key_id, "ASIAEXAMPLE");
    assert_eq!(
        got.credentials.session_token.as_ref().unwrap().expose(),
        "canary-token"
    );
    assert_eq!(
        got.credentials.expires_at,
        Some(Timestamp::from_millisecond(1_795_352_400_123).unwrap())
    );
    assert_eq!(got.aws_date, Some("2026-11-22T11:00:00Z".parse().unwrap()));
    assert_eq!(got.request_id.as_deref(), Some("req-1"));
    assert!(got.took.is_some());
    assert!(!format!("{got:?}").contains("canary"));
    let asked = &server.asked()[0];
    assert_eq!(asked.method, "GET");
    assert!(
        asked.path.starts_with("/federation/credentials?"),
        "{}",
        asked.path
    );
    assert_eq!(parameter(asked, "account_id"), Some(account(7)));
    assert_eq!(parameter(asked, "role_name").as_deref(), Some("ReadOnly"));
    assert_eq!(asked.header("x-amz-sso_bearer_token"), "canary-access");
}

#[tokio::test]
async fn b23_a_strange_expiration_is_given_on_or_unknown() {
    for (milliseconds, expected) in [
        (
            json!(915_148_800_000_i64),
            Some("1999-01-01T00:00:00Z".parse().unwrap()),
        ),
        (json!(0), None),
        (json!(i64::MAX), Some(Timestamp::MAX)),
    ] {
        let server = Server::start(move |_, _| role_credentials(milliseconds.clone())).await;
        assert_eq!(
            credentials(&server).await.unwrap().credentials.expires_at,
            expected
        );
    }
}

#[tokio::test]
async fn b25_b26_role_credentials_that_are_none_say_so() {
    let parts = |secret: &str, token: Value| {
        answer(json!({ "roleCredentials": {
            "accessKeyId": "canary", "secretAccessKey": secret, "sessionToken": token, "expiration": 1,
        }}))
    };
    for answer in [
        answer(json!({})),
        answer(json!({ "roleCredentials": {} })),
        parts("", json!("canary")),
        parts("canary", Value::Null),
        answer(json!({ "message": "canary", "roleCredentials": null })),
        role_credentials(json!("soon")),
    ] {
        let shown = format!("{answer:?}");
        let server = Server::start(move |_, _| answer.clone()).await;
        let failure = credentials(&server).await.unwrap_err();
        assert!(
            matches!(failure, AwsFailure::Garbled { .. }),
            "{shown}: {failure:?}"
        );
        assert!(!format!("{failure} {failure:?}").contains("canary"), "{failure}");
    }
}

#[tokio::test]
async fn b17_b18_a_refusal_of_role_credentials_is_aws_s_own() {
    for (status, code) in [
        (401, "UnauthorizedException"),
        (403, "ForbiddenException"),
        (404, "ResourceNotFoundException"),
    ] {
        let server = Server::start(move |_, _| refused(status, code, "No access")).await;
        let failure = credentials(&server).await.unwrap_err();
        assert!(!format!("{failure} {failure:?}").contains("canary"), "{failure}");
        let refusal = refusal(failure);
        assert_eq!(
            (
                refusal.code.as_str(),
                refusal.message.as_str(),
                refusal.status,
                refusal.request_id.as_deref()
            ),
            (code, "No access", status, Some("req-2"))
        );
        assert_eq!(server.asked().len(), 1);
    }
}

#[tokio::test]
async fn b20_b22_throttling_is_waited_out_and_a_wait_of_an_hour_told() {
    let server = Server::start(|n, _| {
        if n < 20 {
            too_many()
        } else {
            role_credentials(json!(1))
        }
    })
    .await;
    credentials(&server).await.unwrap();
    assert_eq!(server.asked().len(), 21);
    for (header, value) in [("x-amz-retry-after", "3600000"), ("retry-after", "3600")] {
        let server = Server::start(move |_, _| too_many().with(header, value)).await;
        let started = Instant::now();
        assert_eq!(refusal(credentials(&server).await.unwrap_err()).status, 429);
        assert!(started.elapsed() < Duration::from_secs(60));
        assert_eq!(server.asked().len(), 1);
    }
}
