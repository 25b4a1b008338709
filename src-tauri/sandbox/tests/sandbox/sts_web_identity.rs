//! AssumeRoleWithWebIdentity, and the kinds of role.

use aws_credential_types::Credentials;
use hatrack_sandbox::{RoleKind, Running};

use crate::browser::{get, post};
use crate::clients::{Refused, assume, identity, s3, sandbox, session, sts};

fn role(running: &Running, kind: RoleKind) -> String {
    let mut roles = running.manifest().kinds.roles.iter();
    roles.find(|role| role.kind == kind).unwrap().role_arn.clone()
}

/// Shows a token, without any credentials.
async fn show(
    running: &Running,
    role_arn: &str,
    token: &str,
    seconds: Option<i32>,
) -> Result<Credentials, Refused> {
    let nobody = Credentials::new("none", "none", None, None, "test");
    let call = sts(running, nobody).assume_role_with_web_identity();
    let answer = call
        .role_arn(role_arn)
        .role_session_name("website-build")
        .web_identity_token(token)
        .set_duration_seconds(seconds)
        .send()
        .await
        .map_err(Refused::from)?;
    let story = &running.manifest().kinds;
    assert_eq!(
        answer.subject_from_web_identity_token(),
        Some(story.subject.as_str())
    );
    assert_eq!(answer.audience(), Some(story.audience.as_str()));
    assert!(
        answer
            .provider()
            .unwrap()
            .ends_with(":oidc-provider/token.build.example")
    );
    Ok(session(answer.credentials().unwrap()))
}

fn good(running: &Running) -> String {
    let story = &running.manifest().kinds;
    let token = running
        .admin()
        .web_identity_token(&story.subject, &story.audience, 600);
    token.unwrap()
}

#[tokio::test]
async fn s8_the_token_in_the_file_and_one_from_the_address_open_the_role_and_its_bucket() {
    let running = sandbox().await;
    let story = &running.manifest().kinds;
    let written = std::fs::read_to_string(&story.web_identity_token_file).unwrap();
    let asked = get(&format!(
        "{}?subject={}&audience={}",
        story.token_url, story.subject, story.audience
    ))
    .await;
    assert_eq!(asked.status, 200);
    for token in [written, asked.body] {
        let credentials = show(&running, &role(&running, RoleKind::WebIdentity), &token, None)
            .await
            .unwrap();
        let (_, arn, _) = identity(&running, credentials.clone()).await.unwrap();
        assert!(
            arn.ends_with(":assumed-role/DeployFromPipeline/website-build"),
            "{arn}"
        );
        let client = s3(&running, credentials, &story.region);
        client
            .get_object()
            .bucket(&story.bucket)
            .key(&story.keys[0])
            .send()
            .await
            .unwrap();
    }
    assert_eq!(get(&story.token_url).await.status, 400);
}

#[tokio::test]
async fn s8_only_the_custom_role_lets_itself_be_assumed_with_keys() {
    let running = sandbox().await;
    let kinds = &running.manifest().kinds;
    let keys = ini::Ini::load_from_file(&running.manifest().credentials_file).unwrap();
    let keys = keys.section(Some(&kinds.identity)).unwrap();
    let key = |name| keys.get(name).unwrap();
    let user = Credentials::new(
        key("aws_access_key_id"),
        key("aws_secret_access_key"),
        None,
        None,
        "test",
    );
    let client = sts(&running, user);
    for role in &kinds.roles {
        let answer = assume(&client, &role.role_arn, None, None).await;
        match role.kind {
            RoleKind::Custom => drop(answer.unwrap()),
            _ => assert_eq!(answer.unwrap_err().code, "AccessDenied", "{:?}", role.kind),
        }
    }
    assert_eq!(kinds.roles.len(), 5);
}

#[tokio::test]
async fn a_token_must_be_signed_current_and_for_this_audience() {
    let running = sandbox().await;
    let story = &running.manifest().kinds;
    let admin = running.admin();
    let arn = role(&running, RoleKind::WebIdentity);
    let token = |audience: &str, seconds| {
        admin
            .web_identity_token(&story.subject, audience, seconds)
            .unwrap()
    };
    let whole = good(&running);
    let (head, signature) = whole.rsplit_once('.').unwrap();
    let (_, another_signature) = token(&story.audience, 601)
        .rsplit_once('.')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let foreign = sandbox().await;
    for (what, token, code, status) in [
        ("no JWT", "not-a-token".to_owned(), "InvalidIdentityToken", 400),
        ("no signature", format!("{head}."), "InvalidIdentityToken", 400),
        (
            "another token's signature",
            format!("{head}.{another_signature}"),
            "InvalidIdentityToken",
            400,
        ),
        (
            "a fourth part",
            format!("{head}.{signature}.x"),
            "InvalidIdentityToken",
            400,
        ),
        ("another key", good(&foreign), "InvalidIdentityToken", 400),
        (
            "another audience",
            token("example.com", 600),
            "InvalidIdentityToken",
            400,
        ),
        ("ended", token(&story.audience, -1), "ExpiredTokenException", 400),
    ] {
        let refused = show(&running, &arn, &token, None).await.unwrap_err();
        assert_eq!((refused.code.as_str(), refused.status), (code, status), "{what}");
        assert!(refused.request_id.is_some(), "{what}");
    }
    show(&running, &arn, &whole, None).await.unwrap();
}

#[tokio::test]
async fn a_token_of_a_provider_that_the_account_does_not_know_is_refused() {
    let running = sandbox().await;
    let elsewhere = "arn:aws:iam::444455556666:role/ExampleBucketReader";
    let refused = show(&running, elsewhere, &good(&running), None)
        .await
        .unwrap_err();
    assert_eq!(refused.code, "InvalidIdentityToken");
    assert_eq!(
        refused.message,
        "No OpenIDConnect provider found in your account for https://token.build.example"
    );
}

#[tokio::test]
async fn the_trust_policy_decides_and_does_not_tell_whether_the_role_exists() {
    let running = sandbox().await;
    let story = &running.manifest().kinds;
    let admin = running.admin();
    let branch = admin
        .web_identity_token("project:example/website:ref:other", &story.audience, 600)
        .unwrap();
    let absent = "arn:aws:iam::330000000001:role/Absent";
    for (arn, token) in [
        (role(&running, RoleKind::WebIdentity), branch),
        (role(&running, RoleKind::Custom), good(&running)),
        (role(&running, RoleKind::Saml), good(&running)),
        (absent.to_owned(), good(&running)),
    ] {
        let refused = show(&running, &arn, &token, None).await.unwrap_err();
        assert_eq!(
            (refused.code.as_str(), refused.status),
            ("AccessDenied", 403),
            "{arn}"
        );
        assert_eq!(
            refused.message,
            "Not authorized to perform sts:AssumeRoleWithWebIdentity"
        );
    }
}

#[tokio::test]
async fn a_subject_that_the_provider_took_back_is_rejected() {
    let running = sandbox().await;
    let story = &running.manifest().kinds;
    let token = good(&running);
    running.admin().revoke_web_identity(&story.subject);
    let refused = show(&running, &role(&running, RoleKind::WebIdentity), &token, None).await;
    let refused = refused.unwrap_err();
    assert_eq!((refused.code.as_str(), refused.status), ("IDPRejectedClaim", 403));
}

#[tokio::test]
async fn durations_and_parameters_are_checked_as_for_other_roles() {
    let running = sandbox().await;
    let arn = role(&running, RoleKind::WebIdentity);
    let token = good(&running);
    for seconds in [899, 3601, 43_201] {
        let refused = show(&running, &arn, &token, Some(seconds)).await.unwrap_err();
        assert_eq!(refused.code, "ValidationError", "{seconds}");
    }
    show(&running, &arn, &token, Some(900)).await.unwrap();
    let fields = [
        ("Action", "AssumeRoleWithWebIdentity"),
        ("Version", "2011-06-15"),
        ("RoleArn", arn.as_str()),
        ("RoleSessionName", "x y"),
        ("WebIdentityToken", token.as_str()),
    ];
    let refused = post(&running, "/", &fields).await;
    assert!(refused.status == 400 && refused.body.contains("<Code>ValidationError</Code>"));
}
