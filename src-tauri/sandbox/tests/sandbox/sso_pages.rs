//! The sign-in page.

use crate::browser::{get, post};
use crate::clients::{Refused, s3, sandbox, user};
use crate::sso::{
    REDIRECT, Registered, VERIFIER, exchange, field, oidc, page, page_fields, register, register_device,
    start_url,
};

fn form<'a>(fields: &'a [(&'static str, String)], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let carried = fields.iter().map(|(name, value)| (*name, value.as_str()));
    carried.chain(more.iter().copied()).collect()
}

#[tokio::test]
async fn the_page_says_who_asks_for_what_and_loads_nothing() {
    let running = sandbox().await;
    let client = register(&running).await;
    let shown = get(&page(&running, &client, &[])).await;
    assert_eq!(shown.status, 200);
    for text in [
        "Example Organisation",
        "test client",
        "sso:account:access",
        "<option>developer</option><option>auditor</option>",
        "id=\"user\"",
        "id=\"allow\"",
        "id=\"deny\"",
    ] {
        assert!(shown.body.contains(text), "{text}: {}", shown.body);
    }
    let policy = shown.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"));
    assert!(!policy.contains("unsafe"));
    for foreign in ["<script", "src=", "href=", "https://", "@import", "style=\""] {
        assert!(!shown.body.contains(foreign), "{foreign}");
    }
    assert_eq!(shown.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn allow_takes_a_code_and_the_state_back_and_deny_an_error() {
    let running = sandbox().await;
    let client = register(&running).await;
    let fields = page_fields(&client);
    let allowed = post(
        &running,
        "/authorize",
        &form(&fields, &[("user", "auditor"), ("decision", "allow")]),
    )
    .await;
    assert_eq!(allowed.status, 302);
    let back = allowed.location();
    assert!(back.as_str().starts_with(&format!("{REDIRECT}?")));
    assert_eq!(field(&back, "state").unwrap(), "the state");
    let code = field(&back, "code").unwrap();
    exchange(&running, &client, &code, REDIRECT, VERIFIER)
        .await
        .unwrap();

    let denied = post(&running, "/authorize", &form(&fields, &[("decision", "deny")])).await;
    let back = denied.location();
    assert_eq!(field(&back, "error").unwrap(), "access_denied");
    assert_eq!(
        (field(&back, "state").as_deref(), field(&back, "code")),
        (Some("the state"), None)
    );
    let nobody = form(&fields, &[("user", "nobody"), ("decision", "allow")]);
    assert_eq!(post(&running, "/authorize", &nobody).await.status, 400);
}

#[tokio::test]
async fn the_browser_is_sent_nowhere_for_an_unknown_client_or_redirect() {
    let running = sandbox().await;
    let client = register(&running).await;
    let device = register_device(&running, &[]).await;
    let unknown = Registered("unknown".to_owned(), String::new());
    let elsewhere = |uri: &str| page(&running, &client, &[("redirect_uri", uri)]);
    for url in [
        page(&running, &unknown, &[]),
        page(&running, &device, &[]),
        elsewhere("http://127.0.0.1:54321/other"),
        elsewhere("http://localhost:54321/oauth/callback"),
        elsewhere("https://127.0.0.1:54321/oauth/callback"),
        elsewhere("http://127.0.0.1.example:54321/oauth/callback"),
        elsewhere("http://127.0.0.1:54321/oauth/callback?more=1"),
        elsewhere(""),
    ] {
        let answer = get(&url).await;
        assert_eq!((answer.status, answer.header("location")), (400, None), "{url}");
    }
    // The port is the client's to choose.
    assert_eq!(
        get(&elsewhere("http://127.0.0.1:1/oauth/callback")).await.status,
        200
    );
}

#[tokio::test]
async fn a_request_with_something_wrong_goes_back_to_the_client_with_oauths_word() {
    let running = sandbox().await;
    let client = register(&running).await;
    for (field_name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        ("state", "", "invalid_request"),
        ("scopes", "sso:everything", "invalid_scope"),
        ("scopes", "", "invalid_scope"),
    ] {
        let answer = get(&page(&running, &client, &[(field_name, value)])).await;
        assert_eq!(answer.status, 302, "{field_name}");
        assert_eq!(
            field(&answer.location(), "error").as_deref(),
            Some(error),
            "{field_name}"
        );
    }
}

#[tokio::test]
async fn what_clients_say_of_themselves_is_only_text() {
    let running = sandbox().await;
    let call = oidc(&running)
        .register_client()
        .client_name("<img src=x onerror=alert(1)>\"'&")
        .client_type("public")
        .scopes("sso:account:access")
        .grant_types("authorization_code")
        .redirect_uris("http://127.0.0.1/oauth/callback")
        .issuer_url(start_url(&running));
    let answer = call.send().await.unwrap();
    let client = Registered(answer.client_id().unwrap().to_owned(), String::new());
    let shown = get(&page(
        &running,
        &client,
        &[("state", "\"><script>alert(1)</script>")],
    ))
    .await;
    assert!(
        shown
            .body
            .contains("&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;")
    );
    assert!(!shown.body.contains("<img") && !shown.body.contains("<script"));
}

#[tokio::test]
async fn a_start_url_shows_its_organisation() {
    let running = sandbox().await;
    for portal in &running.manifest().sign_in.portals {
        let shown = get(&portal.start_url).await;
        assert!(shown.status == 200 && shown.body.contains(&portal.organisation));
    }
    assert_eq!(
        get(&format!("{}/nobody/start", running.endpoint())).await.status,
        404
    );
}

#[tokio::test]
async fn a_signed_request_with_such_a_path_is_about_a_bucket() {
    let running = sandbox().await;
    let story = running.manifest().story("S1").unwrap();
    let client = s3(&running, user(story), "us-east-1");
    let list = client
        .get_object()
        .bucket("assignment")
        .key("accounts")
        .send()
        .await;
    assert_eq!(Refused::from(list.unwrap_err()).code, "NoSuchBucket");
    let token = client.get_object().bucket("oidc").key("token").send().await;
    assert_eq!(Refused::from(token.unwrap_err()).code, "NoSuchBucket");
}
