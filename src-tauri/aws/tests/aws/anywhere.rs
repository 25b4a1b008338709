//! Certificates and keys in each form, and CreateSession against the sandbox.

use hatrack_aws::http::HttpClients;
use hatrack_aws::roles_anywhere::{Bearer, BearerFault, CreateSession, create_session};
use hatrack_core::broker::Given;
use hatrack_core::sts::{AwsFailure, Sts};
use hatrack_core::sts_limits::{SessionDuration, SessionName};
use hatrack_sandbox::{Effect, On, Running};
use jiff::Timestamp;

use crate::world::{quick_sts, reach, sandbox};

const EC: &[u8] = include_bytes!("certificates/ec.crt");
const SEC1: &[u8] = include_bytes!("certificates/sec1.key");

#[test]
fn a_key_is_read_in_each_form() {
    for key in [SEC1, include_bytes!("certificates/pkcs8.key")] {
        let bearer = Bearer::from_pem(EC, key, b"").unwrap();
        assert!(
            bearer.subject().contains("CN=line-terminal"),
            "{}",
            bearer.subject()
        );
        assert!(bearer.not_before() < bearer.not_after());
    }
    let rsa = include_bytes!("certificates/rsa.crt");
    assert!(Bearer::from_pem(rsa, include_bytes!("certificates/pkcs1.key"), b"").is_ok());
    // One file may hold both.
    let both = [SEC1, EC].concat();
    assert!(Bearer::from_pem(&both, &both, b"").is_ok());
}

#[test]
fn a_pkcs12_store_holds_all_in_one_file() {
    let modern = include_bytes!("certificates/modern.p12");
    let legacy = include_bytes!("certificates/legacy.p12");
    let pem = Bearer::from_pem(EC, SEC1, b"").unwrap();
    for (store, password) in [(modern.as_slice(), ""), (legacy.as_slice(), "secret")] {
        let bearer = Bearer::from_pkcs12(store, password).unwrap();
        assert_eq!(bearer.not_after(), pem.not_after());
        assert_eq!(bearer.subject(), pem.subject());
        let wrong = Bearer::from_pkcs12(store, "another").unwrap_err();
        assert_eq!(wrong, BearerFault::NotOpened);
    }
    assert_eq!(Bearer::from_pkcs12(EC, "").unwrap_err(), BearerFault::NotOpened);
}

#[test]
fn what_cannot_sign_is_told_and_nothing_of_it_repeated() {
    let p384 = include_bytes!("certificates/p384.crt");
    let p384_key = include_bytes!("certificates/p384.key");
    for (certificate, key, fault) in [
        (b"".as_slice(), SEC1, BearerFault::NoCertificate),
        (SEC1, SEC1, BearerFault::NoCertificate),
        (EC, b"".as_slice(), BearerFault::NoKey),
        (EC, EC, BearerFault::NoKey),
        (
            EC,
            include_bytes!("certificates/protected.key"),
            BearerFault::Protected,
        ),
        (
            EC,
            include_bytes!("certificates/protected-sec1.key"),
            BearerFault::Protected,
        ),
        (
            EC,
            include_bytes!("certificates/pkcs1.key"),
            BearerFault::OtherKey,
        ),
        (p384, p384_key, BearerFault::UnsupportedKey),
    ] {
        let found = Bearer::from_pem(certificate, key, b"").unwrap_err();
        assert_eq!(found, fault);
        let text = String::from_utf8_lossy(key).into_owned();
        for line in text.lines().filter(|line| line.len() > 40) {
            assert!(!found.to_string().contains(line));
        }
    }
    let bearer = Bearer::from_pem(EC, SEC1, b"").unwrap();
    assert!(!format!("{bearer:?}").contains("key"), "{bearer:?}");
}

fn file(sandbox: &Running, name: &str) -> Vec<u8> {
    std::fs::read(sandbox.manifest().anywhere.folder.join(name)).unwrap()
}

fn bearer(sandbox: &Running, profile: &str, intermediates: &[u8]) -> Bearer {
    let file = |end: &str| file(sandbox, &format!("{profile}.{end}"));
    Bearer::from_pem(&file("crt"), &file("key"), intermediates).unwrap()
}

async fn session(
    sandbox: &Running,
    bearer: &Bearer,
    seconds: Option<u32>,
    name: Option<&str>,
) -> Result<Given, AwsFailure> {
    session_through(&HttpClients::default(), sandbox, bearer, seconds, name).await
}

async fn session_through(
    http: &HttpClients,
    sandbox: &Running,
    bearer: &Bearer,
    seconds: Option<u32>,
    name: Option<&str>,
) -> Result<Given, AwsFailure> {
    let story = &sandbox.manifest().anywhere;
    let name: Option<SessionName> = name.map(|text| text.parse().unwrap());
    let ask = CreateSession {
        trust_anchor_arn: &story.trust_anchor_arn,
        profile_arn: &story.profile_arn,
        role: &story.role_arn.parse().unwrap(),
        duration: seconds.map(|s| SessionDuration::try_from(s).unwrap()),
        session_name: name.as_ref(),
    };
    create_session(http, &reach(sandbox.endpoint()), bearer, &ask, Timestamp::now()).await
}

fn refusal(result: Result<Given, AwsFailure>) -> (String, String) {
    match result {
        Err(AwsFailure::Refused(refusal)) => {
            assert_eq!(refusal.status, 403);
            assert!(refusal.request_id.is_some());
            (refusal.code, refusal.message)
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn s12_a_certificate_of_either_kind_becomes_a_session() {
    let sandbox = sandbox().await;
    let story = &sandbox.manifest().anywhere;
    for profile in [&story.profile, &story.rsa_profile] {
        let given = session(&sandbox, &bearer(&sandbox, profile, b""), Some(900), None)
            .await
            .unwrap();
        let end = given.credentials.expires_at.unwrap();
        let left = end.as_second() - Timestamp::now().as_second();
        assert!((890..=900).contains(&left), "{left}");
        assert!(given.aws_date.is_some() && given.request_id.is_some());
        let reach = reach(sandbox.endpoint());
        let who = quick_sts()
            .get_caller_identity(&reach, &given.credentials)
            .await
            .unwrap();
        assert_eq!(given.assumed_role_arn.as_deref(), Some(who.arn.as_str()));
        assert!(
            who.arn.contains(":assumed-role/MeasurementReader/"),
            "{}",
            who.arn
        );
    }
}

#[tokio::test]
async fn s12_a_session_may_have_a_name_of_its_own() {
    let sandbox = sandbox().await;
    let story = &sandbox.manifest().anywhere;
    let given = session(
        &sandbox,
        &bearer(&sandbox, &story.profile, b""),
        None,
        Some("night-shift"),
    )
    .await
    .unwrap();
    assert!(given.assumed_role_arn.unwrap().ends_with("/night-shift"));
}

#[tokio::test]
async fn s12_a_certificate_between_leads_to_the_anchor() {
    let sandbox = sandbox().await;
    let profile = &sandbox.manifest().anywhere.chain_profile;
    let between = file(&sandbox, "shop-floor.pem");
    let alone = session(&sandbox, &bearer(&sandbox, profile, b""), None, None).await;
    assert!(refusal(alone).1.contains("Untrusted"));
    session(&sandbox, &bearer(&sandbox, profile, &between), None, None)
        .await
        .unwrap();
}

#[tokio::test]
async fn s12_what_is_not_good_is_refused_as_aws_says_it() {
    let sandbox = sandbox().await;
    let story = &sandbox.manifest().anywhere;
    for (profile, says) in [
        (&story.expired_profile, "expired"),
        (&story.untrusted_profile, "Untrusted"),
        (&story.other_profile, "Unable to assume role"),
    ] {
        let bearer = bearer(&sandbox, profile, b"");
        let (code, message) = refusal(session(&sandbox, &bearer, None, None).await);
        assert_eq!(code, "AccessDeniedException");
        assert!(message.contains(says), "{profile}: {message}");
    }
    let good = bearer(&sandbox, &story.profile, b"");
    let (_, message) = refusal(session(&sandbox, &good, Some(8 * 3600), None).await);
    assert!(message.contains("MaxSessionDuration"), "{message}");
}

#[tokio::test]
async fn h72_a_wrong_clock_is_corrected_with_one_more_try() {
    let sandbox = sandbox().await;
    let story = &sandbox.manifest().anywhere;
    let bearer = bearer(&sandbox, &story.profile, b"");
    let http = HttpClients::default();
    for (seconds, more) in [(300, 1), (3600, 2), (3600, 1), (-3600, 2), (0, 2)] {
        sandbox.admin().set_clock_ahead(seconds);
        let before = sandbox.admin().calls("CreateSession");
        let given = session_through(&http, &sandbox, &bearer, None, None).await;
        given.unwrap_or_else(|why| panic!("{seconds}: {why}"));
        assert_eq!(sandbox.admin().calls("CreateSession") - before, more, "{seconds}");
    }
}

#[tokio::test]
async fn i77_an_answer_that_is_not_awss_is_told_as_one() {
    let sandbox = sandbox().await;
    let story = &sandbox.manifest().anywhere;
    let bearer = bearer(&sandbox, &story.profile, b"");
    let html = "<html>Sign in to the network</html>";
    for (status, content_type, body, captive) in [
        (200, "text/html", html, true),
        (511, "text/plain", "", true),
        (403, "text/html", html, false),
        (201, "application/json", "{\"credentialSet\": []}", false),
        (201, "application/json", "{", false),
    ] {
        let effect = Effect::Respond {
            status,
            content_type: content_type.into(),
            body: body.into(),
        };
        sandbox.admin().inject(On::RolesAnywhere, 1, effect);
        let found = session(&sandbox, &bearer, None, None).await.unwrap_err();
        let is_captive = matches!(found, AwsFailure::CaptivePortal { .. });
        let is_garbled = matches!(found, AwsFailure::Garbled { .. });
        assert!(
            is_captive == captive && is_garbled != captive,
            "{body}: {found:?}"
        );
    }
    sandbox.admin().inject(On::RolesAnywhere, 1, Effect::Disconnect);
    let found = session(&sandbox, &bearer, None, None).await;
    assert!(matches!(found, Err(AwsFailure::Unreachable { .. })), "{found:?}");
}
