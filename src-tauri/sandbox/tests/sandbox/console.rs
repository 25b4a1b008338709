//! AWS's sign-in for brokers: who gets a token, and whom it signs in.

use aws_credential_types::Credentials;
use hatrack_sandbox::Running;
use serde_json::{Value, json};
use url::Url;

use crate::browser::{Page, get};
use crate::clients::{assume, sandbox, session, sts, user};

fn token_url(running: &Running, session: &Value, stay: Option<&str>) -> String {
    let mut url = Url::parse(&format!("{}/federation", running.endpoint())).unwrap();
    url.query_pairs_mut()
        .append_pair("Action", "getSigninToken")
        .append_pair("Session", &session.to_string());
    if let Some(stay) = stay {
        url.query_pairs_mut().append_pair("SessionDuration", stay);
    }
    url.into()
}

fn document(of: &Credentials) -> Value {
    json!({
        "sessionId": of.access_key_id(),
        "sessionKey": of.secret_access_key(),
        "sessionToken": of.session_token().unwrap_or_default(),
    })
}

async fn login(running: &Running, token: &str, destination: &str) -> Page {
    let mut url = Url::parse(&format!("{}/federation", running.endpoint())).unwrap();
    url.query_pairs_mut()
        .append_pair("Action", "login")
        .append_pair("Destination", destination)
        .append_pair("SigninToken", token);
    get(url.as_str()).await
}

const BUCKETS: &str = "https://console.aws.amazon.com/s3/home?region=us-east-1";

/// The token of a session that is let in.
async fn token(running: &Running, of: &Credentials, stay: Option<&str>) -> String {
    let page = get(&token_url(running, &document(of), stay)).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let body: Value = serde_json::from_str(&page.body).unwrap();
    body["SigninToken"].as_str().unwrap().to_owned()
}

async fn is_refused(running: &Running, session: &Value, stay: Option<&str>) -> bool {
    let page = get(&token_url(running, session, stay)).await;
    page.status == 400 && !page.body.contains("SigninToken")
}

#[tokio::test]
async fn a_role_signs_in_and_goes_to_pages_of_the_console_only() {
    let running = sandbox().await;
    let story = running.manifest().story("S2").unwrap().clone();
    let role = assume(
        &sts(&running, user(&story)),
        &story.role_arn,
        story.external_id.as_deref(),
        None,
    )
    .await
    .unwrap();
    let token = token(&running, &role, Some("43200")).await;
    let page = login(&running, &token, BUCKETS).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("test-session") && page.body.contains("console.aws.amazon.com/s3/home"));
    for elsewhere in [
        "https://evil.example/",
        "http://console.aws.amazon.com/",
        "https://console.amazonaws.cn/",
    ] {
        assert_eq!(
            login(&running, &token, elsewhere).await.status,
            400,
            "{elsewhere}"
        );
    }
    assert_eq!(login(&running, "another", BUCKETS).await.status, 400);
    running.admin().set_clock_ahead(15 * 60 + 1);
    assert_eq!(
        login(&running, &token, BUCKETS).await.status,
        400,
        "a link is good for 15 minutes"
    );
}

#[tokio::test]
async fn what_is_no_session_of_a_role_is_refused() {
    let running = sandbox().await;
    let story = running.manifest().story("S2").unwrap().clone();
    let client = sts(&running, user(&story));
    let role = assume(&client, &story.role_arn, story.external_id.as_deref(), None)
        .await
        .unwrap();
    let right = document(&role);
    for (field, value) in [
        ("sessionKey", "wrong"),
        ("sessionToken", ""),
        ("sessionId", "ASIANOBODY"),
    ] {
        let mut wrong = right.clone();
        wrong[field] = json!(value);
        assert!(is_refused(&running, &wrong, None).await, "{field}");
    }
    assert!(
        is_refused(&running, &document(&user(&story)), None).await,
        "a user's keys"
    );
    let answer = client.get_session_token().send().await.unwrap();
    let of_user = session(answer.credentials().unwrap());
    assert!(
        is_refused(&running, &document(&of_user), None).await,
        "a user's session"
    );
    for stay in ["899", "43201", "x"] {
        assert!(is_refused(&running, &right, Some(stay)).await, "{stay}");
    }
    assert!(!is_refused(&running, &right, Some("900")).await);
}

#[tokio::test]
async fn a_chain_takes_no_stay() {
    let running = sandbox().await;
    let story = running.manifest().story("S10").unwrap().clone();
    let gateway = "arn:aws:iam::444455556666:role/LedgerGateway";
    let first = assume(&sts(&running, user(&story)), gateway, None, None)
        .await
        .unwrap();
    let second = assume(
        &sts(&running, first.clone()),
        &story.role_arn,
        story.external_id.as_deref(),
        None,
    )
    .await
    .unwrap();
    assert!(!is_refused(&running, &document(&first), Some("3600")).await);
    let chained = document(&second);
    assert!(is_refused(&running, &chained, Some("3600")).await);
    assert!(!is_refused(&running, &chained, None).await);
}
