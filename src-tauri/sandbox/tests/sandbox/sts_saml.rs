//! The company's directory, and AssumeRoleWithSAML.

use aws_credential_types::Credentials;
use hatrack_sandbox::{RoleKind, Running};

use crate::browser::{get, post};
use crate::clients::{Refused, identity, s3, sandbox, session, sts};

const PROVIDER: &str = "arn:aws:iam::330000000001:saml-provider/ExampleDirectory";

async fn show(
    running: &Running,
    role_arn: &str,
    provider: &str,
    response: &str,
    seconds: Option<i32>,
) -> Result<Credentials, Refused> {
    let nobody = Credentials::new("none", "none", None, None, "test");
    let call = sts(running, nobody).assume_role_with_saml();
    let answer = call
        .role_arn(role_arn)
        .principal_arn(provider)
        .saml_assertion(response)
        .set_duration_seconds(seconds)
        .send()
        .await
        .map_err(Refused::from)?;
    assert_eq!(answer.audience(), Some("https://signin.aws.amazon.com/saml"));
    assert_eq!(answer.subject_type(), Some("persistent"));
    Ok(session(answer.credentials().unwrap()))
}

fn response(running: &Running, at: usize) -> String {
    let user = &running.manifest().kinds.saml_users[at];
    running.admin().saml_response(user, 300).unwrap()
}

/// What the page sends on to AWS.
fn in_page(page: &str) -> &str {
    let (_, rest) = page.split_once("name=\"SAMLResponse\" value=\"").unwrap();
    rest.split_once('"').unwrap().0
}

#[tokio::test]
async fn s8_the_page_asks_who_signs_in_and_its_assertion_opens_the_role_and_its_bucket() {
    let running = sandbox().await;
    let kinds = &running.manifest().kinds;
    let asked = get(&kinds.saml_start_url).await;
    assert!(asked.body.contains(&kinds.saml_users[0]) && !asked.body.contains("SAMLResponse"));
    let answered = post(&running, "/idp/aws", &[("user", &kinds.saml_users[1])]).await;
    assert_eq!(answered.header("cache-control"), Some("no-store"));
    let credentials = show(
        &running,
        &kinds.saml_role_arn,
        PROVIDER,
        in_page(&answered.body),
        None,
    )
    .await
    .unwrap();
    let (_, arn, _) = identity(&running, credentials.clone()).await.unwrap();
    assert!(
        arn.ends_with(&format!("/ConsoleFederation/{}", kinds.saml_users[1])),
        "{arn}"
    );
    let client = s3(&running, credentials, &kinds.region);
    client
        .get_object()
        .bucket(&kinds.bucket)
        .key(&kinds.keys[0])
        .send()
        .await
        .unwrap();
    let at_once = get(&format!("{}?auto={}", kinds.saml_start_url, kinds.saml_users[0])).await;
    let console = post(&running, "/saml", &[("SAMLResponse", in_page(&at_once.body))]).await;
    assert_eq!(console.status, 200);
    assert_eq!(
        post(&running, "/saml", &[("SAMLResponse", "x")]).await.status,
        400
    );
    assert_eq!(
        get(&format!("{}?auto=nobody", kinds.saml_start_url)).await.status,
        400
    );
}

#[tokio::test]
async fn what_is_not_believed_or_not_allowed_is_refused_in_awss_words() {
    let running = sandbox().await;
    let kinds = &running.manifest().kinds;
    let role = kinds.saml_role_arn.as_str();
    let refused = async |role: &str, provider: &str, response: &str| {
        let refused = show(&running, role, provider, response, None).await.unwrap_err();
        (refused.code, refused.message)
    };
    let good = response(&running, 0);
    let is = |code: &str, text: &str| (code.to_owned(), text.to_owned());
    let elsewhere = "arn:aws:iam::330000000001:saml-provider/Other";
    assert_eq!(
        refused(role, elsewhere, &good).await,
        is("InvalidIdentityToken", "Specified provider doesn't exist")
    );
    let changed = good.replacen('A', "B", 1);
    assert_eq!(
        refused(role, PROVIDER, &changed).await,
        is("InvalidIdentityToken", "Response signature invalid")
    );
    let user = &kinds.saml_users[0];
    let ended = running.admin().saml_response(user, -1).unwrap();
    assert_eq!(refused(role, PROVIDER, &ended).await.0, "ExpiredTokenException");
    let for_others = running
        .admin()
        .saml_response_for(user, "https://elsewhere.example")
        .unwrap();
    assert_eq!(
        refused(role, PROVIDER, &for_others).await.0,
        "InvalidIdentityToken"
    );

    // A role that the assertion does not name, one whose trust does not, and one that is not there.
    let denied = is("AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML");
    let of_auditor = response(&running, 1);
    assert_eq!(
        refused(&kinds.saml_long_role_arn, PROVIDER, &of_auditor).await,
        denied
    );
    let custom = kinds
        .roles
        .iter()
        .find(|role| role.kind == RoleKind::Custom)
        .unwrap();
    assert_eq!(refused(&custom.role_arn, PROVIDER, &good).await, denied);
    let absent = "arn:aws:iam::330000000001:role/Absent";
    assert_eq!(refused(absent, PROVIDER, &good).await, denied);
}

#[tokio::test]
async fn a_session_lasts_as_long_as_the_role_gives() {
    let running = sandbox().await;
    let kinds = &running.manifest().kinds;
    let good = response(&running, 0);
    show(&running, &kinds.saml_long_role_arn, PROVIDER, &good, Some(14_400))
        .await
        .unwrap();
    let refused = show(&running, &kinds.saml_role_arn, PROVIDER, &good, Some(14_400)).await;
    assert_eq!(refused.unwrap_err().code, "ValidationError");
}
