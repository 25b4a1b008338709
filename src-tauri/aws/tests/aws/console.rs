//! AWS's sign-in for brokers, as it was recorded.

use std::sync::Arc;

use hatrack_aws::AwsConsole;
use hatrack_aws::http::HttpClients;
use hatrack_core::account::Partition;
use hatrack_core::console::{ConsoleSignIn, GetFederationToken, session_document};
use hatrack_core::secret::{Credentials, Secret};
use hatrack_core::sts::{AwsFailure, ProxyUrl, Reach};
use hatrack_core::sts_limits::SessionDuration;

use crate::server::{Answer, Server};
use crate::world::{keys, reach, user};

const TOKEN: &str = r#"{"SigninToken":"canary-sign-in-token"}"#;

fn console() -> AwsConsole {
    AwsConsole::new(Arc::new(HttpClients::default()))
}

fn session() -> Secret {
    let session = Credentials {
        session_token: Some(Secret::new("canary/token+=")),
        ..keys("ASIAIOSFODNN7EXAMPLE", "canary-key")
    };
    session_document(&session).unwrap()
}

/// The request's path and query, as AWS's documentation has it.
const WITHOUT_STAY: &str = "/federation?Action=getSigninToken&Session=%7B%22sessionId%22%3A%22ASIAIOSFODNN7EXAMPLE%22%2C\
    %22sessionKey%22%3A%22canary-key%22%2C%22sessionToken%22%3A%22canary%2Ftoken%2B%3D%22%7D";

#[tokio::test]
async fn the_request_is_the_documented_one_with_and_without_a_stay() {
    let server = Server::start(|_, _| Answer::new(200, TOKEN)).await;
    for stay in [None, Some(SessionDuration::LONGEST)] {
        let token = console()
            .sign_in_token(&reach(&server.url()), Partition::Aws, &session(), stay)
            .await;
        assert_eq!(token.unwrap().0.expose(), "canary-sign-in-token");
    }
    let asked: Vec<(String, String)> = server.asked().into_iter().map(|a| (a.method, a.path)).collect();
    let with_stay = WITHOUT_STAY.replace("&Session=", "&SessionDuration=43200&Session=");
    assert_eq!(
        asked,
        [
            ("GET".to_owned(), WITHOUT_STAY.to_owned()),
            ("GET".to_owned(), with_stay)
        ]
    );
    assert!(
        server
            .asked()
            .iter()
            .all(|asked| asked.header("authorization").is_empty())
    );
}

#[tokio::test]
async fn each_partition_is_asked_at_its_own_host() {
    for (partition, region, host) in [
        (Partition::Aws, "eu-west-1", "signin.aws.amazon.com:443"),
        (Partition::AwsCn, "cn-north-1", "signin.amazonaws.cn:443"),
        (
            Partition::AwsUsGov,
            "us-gov-west-1",
            "signin.amazonaws-us-gov.com:443",
        ),
        (
            Partition::AwsEusc,
            "eusc-de-east-1",
            "signin.amazonaws-eusc.eu:443",
        ),
    ] {
        let proxy = Server::start(|_, _| Answer::new(502, "")).await;
        let reach = Reach {
            region: region.to_owned(),
            endpoint: None,
            ca_bundle: None,
            proxy: Some(ProxyUrl(Secret::new(format!("127.0.0.1:{}", proxy.port)))),
            no_proxy: None,
        };
        let failed = console().sign_in_token(&reach, partition, &session(), None).await;
        assert!(failed.is_err());
        let asked = &proxy.asked()[0];
        assert_eq!((asked.method.as_str(), asked.path.as_str()), ("CONNECT", host));
    }
}

#[tokio::test]
async fn a_refusal_and_what_is_no_answer_repeat_nothing_of_the_session() {
    for (status, body, refused) in [
        (400, "<html>canary</html>", true),
        (403, "", true),
        (200, "<html>canary</html>", false),
        (200, r#"{"SigninToken":""}"#, false),
        (200, r#"{"Other":"canary"}"#, false),
        (500, "canary", false),
    ] {
        let server = Server::start(move |_, _| Answer::new(status, body)).await;
        let failure = console()
            .sign_in_token(&reach(&server.url()), Partition::Aws, &session(), None)
            .await
            .unwrap_err();
        assert_eq!(
            matches!(failure, AwsFailure::Refused(_)),
            refused,
            "{status} {body}"
        );
        assert!(
            !format!("{failure} {failure:?}").contains("canary"),
            "{failure:?}"
        );
    }
}

#[tokio::test]
async fn b27_an_endless_answer_is_cut_off() {
    let server = Server::start(|_, _| Answer::new(200, "x").endless()).await;
    let failed = console()
        .sign_in_token(&reach(&server.url()), Partition::Aws, &session(), None)
        .await;
    assert!(matches!(failed, Err(AwsFailure::Garbled { .. })), "{failed:?}");
}

#[tokio::test]
async fn a_federation_token_is_asked_for_with_its_policy() {
    let server = Server::start(|_, _| {
        Answer::new(
            200,
            "<GetFederationTokenResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetFederationTokenResult>\
             <Credentials><AccessKeyId>ASIAFED</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
             <SessionToken>t</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration></Credentials>\
             <FederatedUser><Arn>arn:aws:sts::183438944504:federated-user/troy</Arn>\
             <FederatedUserId>183438944504:troy</FederatedUserId></FederatedUser></GetFederationTokenResult>\
             <ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></GetFederationTokenResponse>",
        )
        .with("content-type", "text/xml")
    })
    .await;
    let policy =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
    let call = GetFederationToken {
        name: "troy".parse().unwrap(),
        duration: SessionDuration::HOUR,
        policy: policy.to_owned().try_into().unwrap(),
    };
    let issued = console()
        .federation_token(&reach(&server.url()), &user(), &call)
        .await
        .unwrap();
    assert_eq!(issued.credentials.access_key_id, "ASIAFED");
    let body = server.asked()[0].body.clone();
    let sent = |name: &str| {
        let mut pairs = url::form_urlencoded::parse(body.as_bytes());
        pairs
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.into_owned())
    };
    assert_eq!(sent("Action").as_deref(), Some("GetFederationToken"));
    assert_eq!(sent("Name").as_deref(), Some("troy"));
    assert_eq!(sent("DurationSeconds").as_deref(), Some("3600"));
    assert_eq!(sent("Policy").as_deref(), Some(policy));
}
