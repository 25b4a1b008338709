//! Identity Center's sign-in: what is sent, what comes back, and answers that are none.

use std::sync::Arc;
use std::time::SystemTime;

use aws_smithy_async::time::{SharedTimeSource, StaticTimeSource};
use hatrack_aws::AwsIdentityCenter;
use hatrack_aws::sts::Timing;
use hatrack_core::identity_center::{Grant, IdentityCenter, Portal, Redirect, Registration};
use hatrack_core::secret::Secret;
use hatrack_core::sts::{AwsFailure, Reach, Refusal};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::device_code::device_code;
use crate::server::{Answer, Asked, Server};
use crate::world::{portal, quick, reach};

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

pub fn center() -> AwsIdentityCenter {
    AwsIdentityCenter::with_timing(
        Arc::default(),
        Timing {
            time: Some(SharedTimeSource::new(StaticTimeSource::new(SystemTime::from(
                now(),
            )))),
            ..quick()
        },
    )
}

pub fn registration() -> Registration {
    Registration {
        client_id: "client-1".into(),
        client_secret: Secret::new("canary-client-secret"),
        expires_at: Timestamp::MAX,
    }
}

fn redirect() -> Redirect {
    Redirect {
        uri: "http://127.0.0.1:34567/oauth/callback".parse().unwrap(),
        state: "state+1".into(),
        // RFC 7636, appendix B.
        verifier: Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
    }
}

pub fn answer(body: Value) -> Answer {
    Answer::new(200, body.to_string())
        .with("content-type", "application/json")
        .with("x-amzn-requestid", "req-1")
}

/// As AWS refuses: the kind in a header, RFC 6749's words in the body.
pub fn refused(status: u16, kind: &str, description: &str) -> Answer {
    Answer::new(
        status,
        json!({ "error": "x", "error_description": description }).to_string(),
    )
    .with("content-type", "application/json")
    .with("x-amzn-requestid", "req-2")
    .with("x-amzn-errortype", kind)
}

pub fn token() -> Value {
    json!({
        "accessToken": "canary-access", "tokenType": "Bearer", "expiresIn": 3600, "refreshToken": "canary-refresh",
    })
}

pub fn body(asked: &Asked) -> Value {
    serde_json::from_str(&asked.body).unwrap()
}

pub fn refusal(failure: AwsFailure) -> Refusal {
    match failure {
        AwsFailure::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_client_is_registered_for_its_way_to_sign_in() {
    let server = Server::start(|_, _| {
        answer(json!({ "clientId": "client-1", "clientSecret": "canary", "clientSecretExpiresAt": 1_790_000_000 }))
    })
    .await;
    let (center, reach) = (center(), reach(&server.url()));
    let got = center
        .register(&reach, &portal(), Grant::AuthorizationCode)
        .await
        .unwrap();
    assert_eq!(
        (
            got.client_id.as_str(),
            got.client_secret.expose(),
            got.expires_at.as_second()
        ),
        ("client-1", "canary", 1_790_000_000)
    );
    center
        .register(&reach, &portal(), Grant::DeviceCode)
        .await
        .unwrap();
    let legacy = Portal {
        session: None,
        scopes: Vec::new(),
        ..portal()
    };
    center.register(&reach, &legacy, Grant::DeviceCode).await.unwrap();
    let asked = server.asked();
    assert_eq!(
        (asked[0].method.as_str(), asked[0].path.as_str()),
        ("POST", "/client/register")
    );
    let by_code = json!({
        "clientName": "hatrack",
        "clientType": "public",
        "scopes": ["sso:account:access"],
        "grantTypes": ["authorization_code", "refresh_token"],
        "redirectUris": ["http://127.0.0.1/oauth/callback"],
        "issuerUrl": "https://acme.awsapps.com/start",
    });
    assert_eq!(body(&asked[0]), by_code);
    let by_device =
        json!({ "clientName": "hatrack", "clientType": "public", "scopes": ["sso:account:access"] });
    assert_eq!(body(&asked[1]), by_device);
    assert_eq!(
        body(&asked[2]),
        json!({ "clientName": "hatrack", "clientType": "public" })
    );
    assert!(asked.iter().all(|asked| asked.header("authorization").is_empty()));
}

#[test]
fn the_page_has_what_aws_asks_for_in_its_spelling() {
    let two = Portal {
        scopes: vec!["sso:account:access".into(), "codewhisperer:completions".into()],
        ..portal()
    };
    let page = center()
        .page(
            &reach("http://127.0.0.1:1/base/"),
            &two,
            &registration(),
            &redirect(),
        )
        .unwrap();
    assert_eq!(
        page.as_str(),
        "http://127.0.0.1:1/base/authorize?response_type=code&client_id=client-1\
         &redirect_uri=http%3A%2F%2F127.0.0.1%3A34567%2Foauth%2Fcallback&state=state%2B1&code_challenge_method=S256\
         &scopes=sso%3Aaccount%3Aaccess%20codewhisperer%3Acompletions\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
}

#[test]
fn b30_without_an_endpoint_the_page_is_aws_s_own_for_the_region() {
    for (region, host) in [
        ("eu-west-1", "oidc.eu-west-1.amazonaws.com"),
        ("me-central-1", "oidc.me-central-1.amazonaws.com"),
        ("cn-north-1", "oidc.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", "oidc.us-gov-west-1.amazonaws.com"),
        ("eusc-de-east-1", "oidc.eusc-de-east-1.amazonaws.eu"),
    ] {
        let reach = Reach {
            region: region.into(),
            endpoint: None,
            ..reach("")
        };
        let page = center()
            .page(&reach, &portal(), &registration(), &redirect())
            .unwrap();
        assert_eq!(
            (page.scheme(), page.host_str(), page.path()),
            ("https", Some(host), "/authorize")
        );
    }
    let nowhere = Reach {
        region: "no region".into(),
        endpoint: None,
        ..reach("")
    };
    let failure = center().page(&nowhere, &portal(), &registration(), &redirect());
    assert!(matches!(failure, Err(AwsFailure::Unusable(_))), "{failure:?}");
}

#[tokio::test]
async fn a_code_becomes_a_token_that_ends_by_this_computers_clock() {
    let server = Server::start(|_, _| answer(token())).await;
    let got = center()
        .token_of_code(
            &reach(&server.url()),
            &registration(),
            &redirect(),
            &Secret::new("canary-code"),
        )
        .await
        .unwrap();
    assert_eq!(got.access_token.expose(), "canary-access");
    assert_eq!(got.refresh_token.as_ref().unwrap().expose(), "canary-refresh");
    assert_eq!(got.expires_at, "2026-11-22T13:00:00Z".parse().unwrap());
    assert!(!format!("{got:?}").contains("canary"));
    let asked = &server.asked()[0];
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/token"));
    let expected = json!({
        "clientId": "client-1",
        "clientSecret": "canary-client-secret",
        "grantType": "authorization_code",
        "code": "canary-code",
        "codeVerifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        "redirectUri": "http://127.0.0.1:34567/oauth/callback",
    });
    assert_eq!(body(asked), expected);
}

#[tokio::test]
async fn a_refresh_token_that_is_not_replaced_stays_good() {
    for (new, kept) in [(Some("canary-new"), "canary-new"), (None, "canary-old")] {
        let server = Server::start(move |_, _| {
            answer(json!({ "accessToken": "canary", "expiresIn": 60, "refreshToken": new }))
        })
        .await;
        let got = center()
            .refresh(&reach(&server.url()), &registration(), &Secret::new("canary-old"))
            .await
            .unwrap();
        assert_eq!(got.refresh_token.unwrap().expose(), kept);
        let asked = body(&server.asked()[0]);
        assert_eq!(
            (&asked["grantType"], &asked["refreshToken"]),
            (&json!("refresh_token"), &json!("canary-old"))
        );
    }
}

#[tokio::test]
async fn b18_a_refresh_that_is_refused_is_not_tried_again() {
    let server =
        Server::start(|_, _| refused(400, "InvalidGrantException", "Invalid refresh token provided")).await;
    let failure = center()
        .refresh(&reach(&server.url()), &registration(), &Secret::new("canary"))
        .await
        .unwrap_err();
    assert!(!format!("{failure} {failure:?}").contains("canary"));
    let refusal = refusal(failure);
    assert_eq!(
        (refusal.code.as_str(), refusal.message.as_str(), refusal.status),
        ("InvalidGrantException", "Invalid refresh token provided", 400)
    );
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn b20_b21_sign_in_waits_throttling_out_and_gives_up_on_a_service_that_stays_away() {
    let server = Server::start(|n, _| {
        if n < 20 {
            Answer::new(429, "slow down")
        } else {
            answer(token())
        }
    })
    .await;
    let ask = |url: String| async move {
        center()
            .refresh(&reach(&url), &registration(), &Secret::new("t"))
            .await
    };
    ask(server.url()).await.unwrap();
    assert_eq!(server.asked().len(), 21);
    let server = Server::start(|_, _| refused(503, "ServiceUnavailable", "later")).await;
    assert_eq!(refusal(ask(server.url()).await.unwrap_err()).status, 503);
    assert!((2..=6).contains(&server.asked().len()));
}

#[tokio::test]
async fn b25_b26_what_is_not_aws_says_so_and_is_not_repeated() {
    let html = "<!DOCTYPE html><html><body>Welcome to the Wi-Fi of Hotel canary</body></html>";
    let json = |text: &str| Answer::new(200, text).with("content-type", "application/json");
    let answers = [
        Answer::new(403, html).with("content-type", "text/html"),
        json("{\"accessToken\": \"canary"),
        json("{\"accessToken\": 17}"),
        json("[\"canary\"]"),
        json("{}"),
        json(""),
        json("{\"accessToken\": \"canary\"}"),
        json("{\"accessToken\": \"\", \"expiresIn\": 60}"),
        json("{\"accessToken\": \"canary\", \"expiresIn\": -5}"),
        answer(token()).cut(),
    ];
    for answer in answers {
        let shown = format!("{answer:?}");
        let server = Server::start(move |_, _| answer.clone()).await;
        let (center, reach) = (center(), reach(&server.url()));
        let failures = [
            center
                .refresh(&reach, &registration(), &Secret::new("t"))
                .await
                .map(|_| ()),
            center
                .poll(&reach, &registration(), &device_code())
                .await
                .map(|_| ()),
            center
                .register(&reach, &portal(), Grant::DeviceCode)
                .await
                .map(|_| ()),
            center
                .device_code(&reach, &portal(), &registration())
                .await
                .map(|_| ()),
        ];
        for failure in failures {
            let failure = failure.unwrap_err();
            assert!(
                matches!(failure, AwsFailure::Garbled { .. }),
                "{shown}: {failure:?}"
            );
            assert!(!format!("{failure} {failure:?}").contains("canary"), "{failure}");
        }
    }
}

#[tokio::test]
async fn b27_a_token_without_end_is_not_read_to_its_end() {
    let server = Server::start(|_, _| {
        Answer::new(200, "{\"accessToken\": \"")
            .with("content-type", "application/json")
            .endless()
    })
    .await;
    let failure = center()
        .refresh(&reach(&server.url()), &registration(), &Secret::new("t"))
        .await
        .unwrap_err();
    assert!(matches!(failure, AwsFailure::Garbled { .. }), "{failure:?}");
}
