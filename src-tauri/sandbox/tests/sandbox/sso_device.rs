//! Device codes.

use aws_sdk_ssooidc::operation::create_token::CreateTokenOutput;
use hatrack_sandbox::Running;

use crate::browser::{get, post};
use crate::clients::{Refused, sandbox};
use crate::sso::{DEVICE_CODE, Registered, SCOPE, oidc, portal, register, register_device, start_url};

/// A device code that waits.
struct Waiting {
    client: Registered,
    device_code: String,
    user_code: String,
    page: String,
}

async fn wait_on(running: &Running, scopes: &[&str]) -> Waiting {
    let client = register_device(running, scopes).await;
    let call = oidc(running).start_device_authorization();
    let call = call.client_id(&client.0).client_secret(&client.1);
    let answer = call.start_url(start_url(running)).send().await.unwrap();
    assert_eq!((answer.expires_in(), answer.interval()), (600, 1));
    Waiting {
        client,
        device_code: answer.device_code().unwrap().to_owned(),
        user_code: answer.user_code().unwrap().to_owned(),
        page: answer.verification_uri_complete().unwrap().to_owned(),
    }
}

async fn poll(running: &Running, waiting: &Waiting) -> Result<CreateTokenOutput, Refused> {
    let call = oidc(running).create_token().grant_type(DEVICE_CODE);
    call.client_id(&waiting.client.0)
        .client_secret(&waiting.client.1)
        .device_code(&waiting.device_code)
        .send()
        .await
        .map_err(Refused::from)
}

#[tokio::test]
async fn a_device_waits_until_the_person_allows_it_and_its_code_serves_once() {
    let running = sandbox().await;
    let waiting = wait_on(&running, &[SCOPE]).await;
    let pending = poll(&running, &waiting).await.unwrap_err();
    assert_eq!(
        (pending.code.as_str(), pending.status),
        ("AuthorizationPendingException", 400)
    );
    let hasty = poll(&running, &waiting).await.unwrap_err();
    assert_eq!((hasty.code.as_str(), hasty.status), ("SlowDownException", 400));
    running.admin().set_clock_ahead(5);
    let pending = poll(&running, &waiting).await.unwrap_err();
    assert_eq!(pending.code, "AuthorizationPendingException");

    let shown = get(&waiting.page).await;
    assert!(shown.body.contains(&waiting.user_code) && shown.body.contains("Example Organisation"));
    assert!(shown.body.contains("device &lt;client&gt;") && !shown.body.contains("<client>"));
    let fields = [
        ("user_code", waiting.user_code.as_str()),
        ("user", "auditor"),
        ("decision", "allow"),
    ];
    let allowed = post(&running, "/device", &fields).await;
    assert!(allowed.status == 200 && allowed.body.contains("Request approved"));
    let token = poll(&running, &waiting).await.unwrap();
    assert_eq!(token.expires_in(), 3600);
    assert!(token.refresh_token().is_some());
    let list = portal(&running).list_account_roles().account_id("310000000003");
    let roles = list
        .access_token(token.access_token().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(roles.role_list()[0].role_name(), Some("Auditor"));
    assert_eq!(
        poll(&running, &waiting).await.unwrap_err().code,
        "InvalidGrantException"
    );
    assert_eq!(post(&running, "/device", &fields).await.status, 400);
}

#[tokio::test]
async fn without_scopes_a_token_lives_eight_hours_and_cannot_be_refreshed() {
    let running = sandbox().await;
    let waiting = wait_on(&running, &[]).await;
    running.admin().answer_page(&waiting.page, None, true);
    let token = poll(&running, &waiting).await.unwrap();
    assert_eq!((token.expires_in(), token.refresh_token()), (28_800, None));
}

#[tokio::test]
async fn a_person_may_deny_a_device() {
    let running = sandbox().await;
    let waiting = wait_on(&running, &[SCOPE]).await;
    let fields = [("user_code", waiting.user_code.as_str()), ("decision", "deny")];
    let denied = post(&running, "/device", &fields).await;
    assert!(denied.body.contains("Request denied"));
    let refused = poll(&running, &waiting).await.unwrap_err();
    assert_eq!(
        (refused.code.as_str(), refused.status),
        ("AccessDeniedException", 400)
    );
    assert_eq!(
        poll(&running, &waiting).await.unwrap_err().code,
        "InvalidGrantException"
    );
}

#[tokio::test]
async fn a_device_code_ends_after_ten_minutes_for_page_and_client() {
    let running = sandbox().await;
    let waiting = wait_on(&running, &[SCOPE]).await;
    running.admin().set_clock_ahead(601);
    assert_eq!(get(&waiting.page).await.status, 400);
    let refused = poll(&running, &waiting).await.unwrap_err();
    assert_eq!(
        (refused.code.as_str(), refused.status),
        ("ExpiredTokenException", 400)
    );
}

#[tokio::test]
async fn a_device_code_is_of_no_use_to_another_client() {
    let running = sandbox().await;
    let mut waiting = wait_on(&running, &[SCOPE]).await;
    running.admin().answer_page(&waiting.page, None, true);
    waiting.client = register_device(&running, &[SCOPE]).await;
    assert_eq!(
        poll(&running, &waiting).await.unwrap_err().code,
        "InvalidGrantException"
    );
}

#[tokio::test]
async fn a_device_needs_a_portal_a_registration_and_the_right_grant() {
    let running = sandbox().await;
    let device = register_device(&running, &[SCOPE]).await;
    let codes_only = register(&running).await;
    let start = async |client: &Registered, secret: &str, url: &str| {
        let call = oidc(&running).start_device_authorization();
        let call = call.client_id(&client.0).client_secret(secret).start_url(url);
        call.send().await.map(drop).map_err(Refused::from)
    };
    let url = start_url(&running);
    // What people copy from a browser.
    start(&device, &device.1, &format!("{url}/#/")).await.unwrap();
    for (client, secret, url, exception) in [
        (
            &device,
            device.1.as_str(),
            "https://example.awsapps.com/start",
            "InvalidRequestException",
        ),
        (&device, "wrong", url.as_str(), "InvalidClientException"),
        (
            &codes_only,
            codes_only.1.as_str(),
            url.as_str(),
            "UnauthorizedClientException",
        ),
    ] {
        assert_eq!(start(client, secret, url).await.unwrap_err().code, exception);
    }
}

#[tokio::test]
async fn a_code_can_be_typed_without_its_dash_and_in_small_letters() {
    let running = sandbox().await;
    let waiting = wait_on(&running, &[SCOPE]).await;
    let page = format!("{}/device", running.endpoint());
    assert!(get(&page).await.body.contains("id=\"user_code\""));
    let typed = waiting.user_code.replace('-', "").to_lowercase();
    let fields = [("user_code", typed.as_str()), ("decision", "allow")];
    assert_eq!(post(&running, "/device", &fields).await.status, 200);
    poll(&running, &waiting).await.unwrap();
    let unknown = post(
        &running,
        "/device",
        &[("user_code", "AAAA-AAAA"), ("decision", "allow")],
    )
    .await;
    assert_eq!(unknown.status, 400);
}

#[tokio::test]
async fn a_form_that_decides_nothing_or_names_nobody_leaves_the_device_waiting() {
    let running = sandbox().await;
    let waiting = wait_on(&running, &[SCOPE]).await;
    let code = ("user_code", waiting.user_code.as_str());
    for fields in [vec![code], vec![code, ("decision", "allow"), ("user", "nobody")]] {
        assert_eq!(post(&running, "/device", &fields).await.status, 400);
    }
    let pending = poll(&running, &waiting).await.unwrap_err();
    assert_eq!(pending.code, "AuthorizationPendingException");
}
