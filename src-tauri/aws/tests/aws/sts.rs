//! STS: what it issues, what it refuses, and answers that are none.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hatrack_aws::AwsSts;
use hatrack_core::sts::{AwsFailure, GetSessionToken, Refusal, Sts};
use hatrack_core::sts_limits::UserSessionDuration;
use jiff::Timestamp;

use crate::server::{Answer, Server};
use crate::world::{assume, keys, quick_sts, reach, sandbox, story, user};

const ROLE: &str = "arn:aws:iam::123456789012:role/Reader";

fn issued(expiration: &str, token: &str) -> Answer {
    let xml = format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
         <AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>{token}</SessionToken>\
         <Expiration>{expiration}</Expiration></Credentials><AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/\
         Reader/troy</Arn><AssumedRoleId>AROA:troy</AssumedRoleId></AssumedRoleUser></AssumeRoleResult>\
         <ResponseMetadata><RequestId>req-1</RequestId></ResponseMetadata></AssumeRoleResponse>"
    );
    Answer::new(200, xml)
        .with("content-type", "text/xml")
        .with("x-amzn-requestid", "req-1")
        .with("date", "Sun, 22 Nov 2026 11:00:00 GMT")
}

fn refused(status: u16, code: &str, message: &str) -> Answer {
    let xml = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>{message}</Message></Error><RequestId>req-2</RequestId></ErrorResponse>"
    );
    Answer::new(status, xml).with("content-type", "text/xml")
}

async fn ask(sts: &AwsSts, server: &Server) -> Result<hatrack_core::sts::Issued, AwsFailure> {
    sts.assume_role(&reach(&server.url()), &user(), &assume(ROLE))
        .await
}

fn refusal(failure: AwsFailure) -> Refusal {
    match failure {
        AwsFailure::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_session_comes_with_all_that_aws_says() {
    let server = Server::start(|_, _| issued("2026-11-22T12:00:00Z", "token")).await;
    let got = ask(&quick_sts(), &server).await.unwrap();
    assert_eq!(got.credentials.access_key_id, "ASIAEXAMPLE");
    assert_eq!(
        got.aws_date,
        Some("2026-11-22T11:00:00Z".parse::<Timestamp>().unwrap())
    );
    assert_eq!(
        got.expiration,
        "2026-11-22T12:00:00Z".parse::<Timestamp>().unwrap()
    );
    assert_eq!(got.request_id.as_deref(), Some("req-1"));
    assert_eq!(
        got.assumed_role_arn.as_deref(),
        Some("arn:aws:sts::123456789012:assumed-role/Reader/troy")
    );
    assert_eq!(got.assumed_role_id.as_deref(), Some("AROA:troy"));
}

#[tokio::test]
async fn every_option_is_sent_unchanged() {
    let server = Server::start(|_, _| issued("2026-11-22T12:00:00Z", "token")).await;
    let mut call = assume(ROLE);
    call.external_id = Some("a:b/c".parse().unwrap());
    call.source_identity = Some("troy".parse().unwrap());
    call.policy = Some("{\"Version\": \"2012-10-17\"}".to_owned().try_into().unwrap());
    call.policy_arns = vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".parse().unwrap()];
    call.mfa = Some((
        "arn:aws:iam::123456789012:mfa/troy".parse().unwrap(),
        "123456".parse().unwrap(),
    ));
    quick_sts()
        .assume_role(&reach(&server.url()), &user(), &call)
        .await
        .unwrap();
    let body = &server.asked()[0].body;
    for part in [
        "Action=AssumeRole",
        "DurationSeconds=3600",
        "ExternalId=a%3Ab%2Fc",
        "SourceIdentity=troy",
        "TokenCode=123456",
        "SerialNumber=arn%3Aaws%3Aiam%3A%3A123456789012%3Amfa%2Ftroy",
        "PolicyArns.member.1.arn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FReadOnlyAccess",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
}

#[tokio::test]
async fn b17_a_denial_keeps_code_message_and_request_id() {
    let said = "User: arn:aws:iam::183438944504:user/troy is not authorized to perform: sts:AssumeRole";
    let server = Server::start(move |_, _| refused(403, "AccessDenied", said)).await;
    let refusal = refusal(ask(&quick_sts(), &server).await.unwrap_err());
    assert_eq!(refusal.code, "AccessDenied");
    assert_eq!(refusal.message, said);
    assert_eq!(
        (refusal.request_id.as_deref(), refusal.status),
        (Some("req-2"), 403)
    );
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn b18_an_expired_token_is_told_at_once() {
    let server = Server::start(|_, _| refused(403, "ExpiredToken", "expired")).await;
    assert_eq!(
        refusal(ask(&quick_sts(), &server).await.unwrap_err()).code,
        "ExpiredToken"
    );
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn b19_a_code_is_sent_once_whatever_happens() {
    let answers = [
        refused(
            403,
            "AccessDenied",
            "MultiFactorAuthentication failed with invalid MFA one time pass code.",
        ),
        refused(503, "ServiceUnavailable", "later"),
        refused(429, "Throttling", "later"),
        issued("2026-11-22T12:00:00Z", "t").cut(),
    ];
    for answer in answers {
        let server = Server::start(move |_, _| answer.clone()).await;
        let mut call = assume(ROLE);
        call.mfa = Some((
            "arn:aws:iam::123456789012:mfa/troy".parse().unwrap(),
            "123456".parse().unwrap(),
        ));
        assert!(
            quick_sts()
                .assume_role(&reach(&server.url()), &user(), &call)
                .await
                .is_err()
        );
        let call = GetSessionToken {
            duration: UserSessionDuration::DEFAULT,
            mfa: call.mfa,
        };
        assert!(
            quick_sts()
                .get_session_token(&reach(&server.url()), &user(), &call)
                .await
                .is_err()
        );
        assert_eq!(server.asked().len(), 2);
    }
}

#[tokio::test]
async fn b20_throttling_is_waited_out() {
    for throttled in [
        refused(400, "Throttling", "Rate exceeded"),
        Answer::new(429, "slow down"),
    ] {
        let server = Server::start(move |n, _| {
            if n < 20 {
                throttled.clone()
            } else {
                issued("2026-11-22T12:00:00Z", "token")
            }
        })
        .await;
        assert!(ask(&quick_sts(), &server).await.is_ok());
        assert_eq!(server.asked().len(), 21);
    }
}

#[tokio::test]
async fn b21_a_service_that_stays_away_is_given_up() {
    let server = Server::start(|_, _| refused(503, "ServiceUnavailable", "later")).await;
    assert_eq!(refusal(ask(&quick_sts(), &server).await.unwrap_err()).status, 503);
    assert!((2..=6).contains(&server.asked().len()));
    let server = Server::start(|_, _| refused(400, "Throttling", "Rate exceeded")).await;
    assert_eq!(
        refusal(ask(&quick_sts(), &server).await.unwrap_err()).code,
        "Throttling"
    );
    assert!(server.asked().len() <= 30);
}

#[tokio::test]
async fn b22_a_wait_of_an_hour_is_told_and_not_sat_through() {
    let server =
        Server::start(|_, _| refused(503, "SlowDown", "later").with("x-amz-retry-after", "3600000")).await;
    let started = Instant::now();
    assert_eq!(
        refusal(ask(&quick_sts(), &server).await.unwrap_err()).code,
        "SlowDown"
    );
    assert!(started.elapsed() < Duration::from_secs(60));
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn b23_a_strange_expiration_is_given_on_as_it_is() {
    for (text, expected) in [
        ("1999-01-01T00:00:00Z", "1999-01-01T00:00:00Z"),
        ("9999-12-30T00:00:00Z", "9999-12-30T00:00:00Z"),
    ] {
        let server = Server::start(move |_, _| issued(text, "token")).await;
        assert_eq!(
            ask(&quick_sts(), &server).await.unwrap().expiration,
            expected.parse::<Timestamp>().unwrap()
        );
    }
    for none in [
        issued("soon", "token"),
        issued("", "token"),
        issued("</Expiration><Expiration>", "token"),
        issued("2026-11-22T12:00:00Z", "token").without("<Expiration>2026-11-22T12:00:00Z</Expiration>"),
    ] {
        let server = Server::start(move |_, _| none.clone()).await;
        let answer = ask(&quick_sts(), &server).await;
        assert!(matches!(answer, Err(AwsFailure::Garbled { .. })), "{answer:?}");
    }
}

#[tokio::test]
async fn b24_a_token_of_4096_characters_comes_whole() {
    let token = "x".repeat(4096);
    let server = Server::start(move |_, _| issued("2026-11-22T12:00:00Z", &"x".repeat(4096))).await;
    let got = ask(&quick_sts(), &server).await.unwrap();
    assert_eq!(got.credentials.session_token.unwrap().expose(), token);
}

#[tokio::test]
async fn b25_b26_what_is_not_aws_says_so() {
    let portal = "<!DOCTYPE html><html><body>Welcome to the Wi-Fi of Hotel canary</body></html>";
    let xml = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>canary</Acc";
    let answers = [
        Answer::new(403, portal).with("content-type", "text/html"),
        Answer::new(200, xml).with("content-type", "text/xml"),
        Answer::new(200, "").with("content-type", "text/xml"),
        Answer::new(200, "{\"canary\": tru").with("content-type", "application/json"),
        refused(200, "InternalFailure", "canary"),
        issued("2026-11-22T12:00:00Z", ""),
        issued("2026-11-22T12:00:00Z", "token").cut(),
    ];
    for answer in answers {
        let shown = format!("{answer:?}");
        let server = Server::start(move |_, _| answer.clone()).await;
        let failure = ask(&quick_sts(), &server).await.unwrap_err();
        assert!(
            matches!(failure, AwsFailure::Garbled { .. }),
            "{shown}: {failure:?}"
        );
        assert!(!failure.to_string().contains("canary"), "{failure}");
    }
}

#[tokio::test]
async fn b27_a_body_without_end_is_not_read_to_its_end() {
    let server =
        Server::start(|_, _| Answer::new(200, "<a>").with("content-type", "text/xml").endless()).await;
    let started = Instant::now();
    assert!(matches!(
        ask(&quick_sts(), &server).await,
        Err(AwsFailure::Garbled { .. })
    ));
    assert!(started.elapsed() < Duration::from_secs(40));
}

#[tokio::test]
async fn h72_a_wrong_clock_is_corrected() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S1");
    let signer = keys(&story.access_key_id, &story.secret_access_key);
    for seconds in [300, 3600, -3600] {
        sandbox.admin().set_clock_ahead(seconds);
        let sts = quick_sts();
        for _ in 0..2 {
            let got = sts
                .assume_role(&reach(sandbox.endpoint()), &signer, &assume(&story.role_arn))
                .await;
            let got = got.unwrap_or_else(|why| panic!("{seconds}: {why}"));
            let life = got.expiration.duration_since(got.aws_date.unwrap()).as_secs();
            assert!((3590..=3600).contains(&life), "{life}");
        }
    }
    sandbox.shutdown().await;
}

#[tokio::test]
async fn the_caller_is_told_who_it_is() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let signer = keys(&story.access_key_id, &story.secret_access_key);
    let who = AwsSts::new(Arc::default())
        .get_caller_identity(&reach(sandbox.endpoint()), &signer)
        .await
        .unwrap();
    assert_eq!(who.account.as_str(), "183438944504");
    assert_eq!(who.arn, "arn:aws:iam::183438944504:user/troy");
    sandbox.shutdown().await;
}
