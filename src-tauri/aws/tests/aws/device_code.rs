//! Identity Center's sign-in by device code.

use std::time::Duration;

use hatrack_core::identity_center::{DeviceCode, IdentityCenter, Poll};
use hatrack_core::secret::Secret;
use hatrack_core::sts::AwsFailure;
use serde_json::json;

use crate::server::Server;
use crate::sign_in::{answer, body, center, refusal, refused, registration, token};
use crate::world::{portal, reach};

pub fn device_code() -> DeviceCode {
    DeviceCode {
        device_code: Secret::new("canary-device"),
        user_code: "ABCD-EFGH".into(),
        page: "https://acme.awsapps.com/start/#/device".parse().unwrap(),
        interval: Duration::from_secs(5),
        lives: Duration::from_secs(600),
    }
}

#[tokio::test]
async fn a_device_code_is_polled_until_the_person_has_finished() {
    let server = Server::start(|n, _| match n {
        0 => answer(json!({
            "deviceCode": "canary-device", "userCode": "ABCD-EFGH", "expiresIn": 300, "interval": 7,
            "verificationUri": "https://acme.awsapps.com/start/#/device",
            "verificationUriComplete": "https://acme.awsapps.com/start/#/device?user_code=ABCD-EFGH",
        })),
        1 => refused(400, "AuthorizationPendingException", ""),
        2 => refused(400, "SlowDownException", ""),
        3 => answer(token()),
        _ => refused(400, "ExpiredTokenException", "The device code is expired"),
    })
    .await;
    let (center, reach) = (center(), reach(&server.url()));
    let code = center
        .device_code(&reach, &portal(), &registration())
        .await
        .unwrap();
    assert_eq!(code.page.query(), None);
    assert_eq!(code.page.fragment(), Some("/device?user_code=ABCD-EFGH"));
    assert_eq!((code.interval.as_secs(), code.lives.as_secs()), (7, 300));
    assert!(!format!("{code:?}").contains("canary"));
    let mut polls = Vec::new();
    for _ in 0..3 {
        polls.push(center.poll(&reach, &registration(), &code).await.unwrap());
    }
    assert_eq!(polls[..2], [Poll::Pending, Poll::SlowDown]);
    assert!(matches!(&polls[2], Poll::Token(token) if token.access_token.expose() == "canary-access"));
    let refusal = refusal(center.poll(&reach, &registration(), &code).await.unwrap_err());
    assert_eq!(
        (
            refusal.code.as_str(),
            refusal.message.as_str(),
            refusal.request_id.as_deref()
        ),
        (
            "ExpiredTokenException",
            "The device code is expired",
            Some("req-2")
        )
    );
    let asked = server.asked();
    assert_eq!(asked[0].path, "/device_authorization");
    assert_eq!(body(&asked[0])["startUrl"], "https://acme.awsapps.com/start");
    assert_eq!(body(&asked[1])["deviceCode"], "canary-device");
    assert_eq!(
        body(&asked[1])["grantType"],
        "urn:ietf:params:oauth:grant-type:device_code"
    );
    assert_eq!(asked.len(), 5);
}

#[tokio::test]
async fn a_device_code_without_times_has_the_usual_ones() {
    let server = Server::start(|_, _| {
        answer(json!({ "deviceCode": "d", "userCode": "u", "verificationUri": "http://127.0.0.1:9/device" }))
    })
    .await;
    let code = center()
        .device_code(&reach(&server.url()), &portal(), &registration())
        .await
        .unwrap();
    assert_eq!((code.interval.as_secs(), code.lives.as_secs()), (5, 600));
    assert_eq!(code.page.as_str(), "http://127.0.0.1:9/device");
}

#[tokio::test]
async fn a16_a_page_that_is_no_https_address_is_not_opened() {
    for page in [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://example.com/device",
        "canary",
        "",
    ] {
        let server = Server::start(move |_, _| {
            answer(json!({ "deviceCode": "d", "userCode": "u", "verificationUriComplete": page }))
        })
        .await;
        let failure = center()
            .device_code(&reach(&server.url()), &portal(), &registration())
            .await
            .unwrap_err();
        assert!(
            matches!(failure, AwsFailure::Garbled { .. }),
            "{page}: {failure:?}"
        );
        assert!(!failure.to_string().contains("canary"));
    }
}
