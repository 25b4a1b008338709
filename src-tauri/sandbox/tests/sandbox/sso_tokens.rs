//! RegisterClient, and CreateToken with authorization codes and refresh tokens.

use std::time::Duration;

use hatrack_sandbox::{Effect, On, Options, start};

use crate::browser::request;
use crate::clients::{Refused, sandbox};
use crate::sso::{REDIRECT, VERIFIER, code, exchange, oidc, portal, refresh, register, sign_in, start_url};

#[tokio::test]
async fn a_code_with_its_verifier_brings_a_token_of_an_hour_and_a_refresh_token() {
    let running = sandbox().await;
    let (_, token) = sign_in(&running, None).await;
    assert_eq!((token.expires_in(), token.token_type()), (3600, Some("Bearer")));
    assert!(token.refresh_token().is_some());
    let accounts = portal(&running)
        .list_accounts()
        .access_token(token.access_token().unwrap());
    assert_eq!(accounts.send().await.unwrap().account_list().len(), 4);
}

#[tokio::test]
async fn a_registration_lasts_ninety_days() {
    let running = sandbox().await;
    let call = oidc(&running)
        .register_client()
        .client_name("n")
        .client_type("public");
    let answer = call.send().await.unwrap();
    let now = running.admin().now().as_second();
    assert!((now - 5..=now).contains(&answer.client_id_issued_at()));
    let days = (answer.client_secret_expires_at() - answer.client_id_issued_at()) / 86_400;
    assert_eq!(days, 90);
}

#[tokio::test]
async fn what_cannot_be_registered_is_refused() {
    let running = sandbox().await;
    let call = || {
        oidc(&running)
            .register_client()
            .client_name("n")
            .client_type("public")
    };
    let with_codes = || {
        call()
            .grant_types("authorization_code")
            .redirect_uris("http://127.0.0.1/oauth/callback")
            .issuer_url(start_url(&running))
    };
    let redirect = |uri: &str| call().redirect_uris(uri);
    with_codes().send().await.unwrap();
    for (asked, exception) in [
        (
            call().client_type("confidential"),
            "InvalidClientMetadataException",
        ),
        (call().scopes("sso:everything"), "InvalidScopeException"),
        (call().grant_types("password"), "UnsupportedGrantTypeException"),
        (
            call().grant_types("authorization_code"),
            "InvalidRedirectUriException",
        ),
        (
            redirect("http://127.0.0.1:8400/oauth/callback"),
            "InvalidRedirectUriException",
        ),
        (
            redirect("https://127.0.0.1/oauth/callback"),
            "InvalidRedirectUriException",
        ),
        (
            redirect("http://192.0.2.1/oauth/callback"),
            "InvalidRedirectUriException",
        ),
        (redirect("file:///oauth/callback"), "InvalidRedirectUriException"),
        (
            with_codes().issuer_url("https://example.awsapps.com/start"),
            "InvalidRequestException",
        ),
        (with_codes().set_issuer_url(None), "InvalidRequestException"),
    ] {
        let told = format!("{asked:?}");
        let refused = Refused::from(asked.send().await.unwrap_err());
        assert_eq!(
            (refused.code.as_str(), refused.status),
            (exception, 400),
            "{told}"
        );
        assert!(refused.request_id.is_some());
    }
}

#[tokio::test]
async fn a_code_serves_once_and_only_with_its_client_redirect_and_verifier() {
    let running = sandbox().await;
    let (client, other) = (register(&running).await, register(&running).await);
    let fresh = || code(&running, &client, None);
    let spent = fresh();
    exchange(&running, &client, &spent, REDIRECT, VERIFIER)
        .await
        .unwrap();
    let another_port = "http://127.0.0.1:54322/oauth/callback";
    let another_verifier = VERIFIER.replace("dBjf", "xBjf");
    for (who, code, redirect, verifier) in [
        (&client, spent, REDIRECT, VERIFIER),
        (&client, "never-given".to_owned(), REDIRECT, VERIFIER),
        (&other, fresh(), REDIRECT, VERIFIER),
        (&client, fresh(), another_port, VERIFIER),
        (&client, fresh(), REDIRECT, another_verifier.as_str()),
        (&client, fresh(), REDIRECT, "too-short"),
    ] {
        let told = format!("{redirect} {verifier}");
        let refused = exchange(&running, who, &code, redirect, verifier)
            .await
            .unwrap_err();
        assert_eq!(
            (refused.code.as_str(), refused.status),
            ("InvalidGrantException", 400),
            "{told}"
        );
    }
    // A wrong verifier has used the code up.
    let tried = fresh();
    exchange(&running, &client, &tried, REDIRECT, &another_verifier)
        .await
        .unwrap_err();
    let again = exchange(&running, &client, &tried, REDIRECT, VERIFIER).await;
    assert_eq!(again.unwrap_err().code, "InvalidGrantException");
}

#[tokio::test]
async fn a_code_lives_a_minute() {
    let running = sandbox().await;
    let client = register(&running).await;
    let late = code(&running, &client, None);
    running.admin().set_clock_ahead(61);
    let refused = exchange(&running, &client, &late, REDIRECT, VERIFIER)
        .await
        .unwrap_err();
    assert_eq!(refused.code, "InvalidGrantException");
}

#[tokio::test]
async fn a_client_is_known_by_its_secret_until_its_registration_ends() {
    let running = sandbox().await;
    let client = register(&running).await;
    let refused = async |id: &str, secret: &str| {
        let call = oidc(&running).create_token().grant_type("refresh_token");
        let answer = call
            .client_id(id)
            .client_secret(secret)
            .refresh_token("x")
            .send()
            .await;
        Refused::from(answer.unwrap_err())
    };
    assert_eq!(refused(&client.0, &client.1).await.code, "InvalidGrantException");
    for (id, secret) in [(client.0.as_str(), "wrong"), ("unknown", client.1.as_str())] {
        let refused = refused(id, secret).await;
        assert_eq!(
            (refused.code.as_str(), refused.status),
            ("InvalidClientException", 401)
        );
    }
    running.admin().set_clock_ahead(91 * 86_400);
    assert_eq!(refused(&client.0, &client.1).await.code, "InvalidClientException");
    running.admin().set_clock_ahead(0);
    running.admin().forget_clients();
    assert_eq!(refused(&client.0, &client.1).await.code, "InvalidClientException");
}

#[tokio::test]
async fn a_grant_that_was_not_registered_or_does_not_exist_is_refused() {
    let running = sandbox().await;
    let client = register(&running).await;
    for (grant, exception) in [
        (
            "urn:ietf:params:oauth:grant-type:device_code",
            "UnauthorizedClientException",
        ),
        ("password", "UnsupportedGrantTypeException"),
        ("authorization_code", "InvalidRequestException"),
    ] {
        let call = oidc(&running)
            .create_token()
            .client_id(&client.0)
            .client_secret(&client.1);
        let refused = Refused::from(call.grant_type(grant).send().await.unwrap_err());
        assert_eq!(refused.code, exception, "{grant}");
    }
    let url = format!("{}/token", running.endpoint());
    let garbled = request("POST", &url, &[("content-type", "application/json")], "{").await;
    assert_eq!(garbled.status, 400);
    assert!(
        garbled
            .header("x-amzn-errortype")
            .unwrap()
            .starts_with("InvalidRequestException:")
    );
}

#[tokio::test]
async fn a_refresh_token_brings_the_next_until_the_sign_in_ends() {
    let running = sandbox().await;
    let (client, first) = sign_in(&running, None).await;
    running.admin().set_clock_ahead(3601);
    let list = |token: &str| portal(&running).list_accounts().access_token(token).send();
    let ended = list(first.access_token().unwrap()).await.unwrap_err();
    assert_eq!(Refused::from(ended).code, "UnauthorizedException");
    let second = refresh(&running, &client, first.refresh_token().unwrap())
        .await
        .unwrap();
    list(second.access_token().unwrap()).await.unwrap();
    let newer = second.refresh_token().unwrap();
    assert_ne!(newer, first.refresh_token().unwrap());

    let other = register(&running).await;
    let foreign = refresh(&running, &other, newer).await.unwrap_err();
    assert_eq!(
        (foreign.code.as_str(), foreign.status),
        ("InvalidGrantException", 400)
    );
    running.admin().set_clock_ahead(8 * 3600 + 1);
    let late = refresh(&running, &client, newer).await.unwrap_err();
    assert_eq!(late.code, "InvalidGrantException");
}

#[tokio::test]
async fn an_administrator_may_end_a_sign_in() {
    let running = sandbox().await;
    let (client, token) = sign_in(&running, None).await;
    running.admin().end_sign_ins();
    let revoked = refresh(&running, &client, token.refresh_token().unwrap()).await;
    assert_eq!(revoked.unwrap_err().code, "InvalidGrantException");
    let list = portal(&running)
        .list_accounts()
        .access_token(token.access_token().unwrap());
    assert_eq!(Refused::from(list.send().await.unwrap_err()).status, 401);
}

#[tokio::test]
async fn the_longest_life_shortens_access_tokens_too() {
    let options = Options {
        max_life: Some(Duration::from_secs(60)),
        ..Options::default()
    };
    let running = start(options).await.unwrap();
    let (_, token) = sign_in(&running, None).await;
    assert!((59..=60).contains(&token.expires_in()), "{}", token.expires_in());
}

#[tokio::test]
async fn faults_speak_the_services_own_format() {
    let running = sandbox().await;
    let admin = running.admin();
    let error = |status, code: &str| Effect::Error {
        status,
        code: code.to_owned(),
        retry_after: None,
    };
    let (client, token) = sign_in(&running, None).await;
    let list = || {
        portal(&running)
            .list_accounts()
            .access_token(token.access_token().unwrap())
    };
    admin.inject(
        On::Operation("ListAccounts".to_owned()),
        1,
        error(429, "TooManyRequestsException"),
    );
    admin.inject(On::SignIn, 1, error(500, "InternalServerException"));
    let throttled = Refused::from(list().send().await.unwrap_err());
    assert_eq!(
        (throttled.code.as_str(), throttled.status),
        ("TooManyRequestsException", 429)
    );
    assert!(throttled.request_id.is_some());
    list().send().await.unwrap();
    let failed = refresh(&running, &client, token.refresh_token().unwrap())
        .await
        .unwrap_err();
    assert_eq!(
        (failed.code.as_str(), failed.status),
        ("InternalServerException", 500)
    );
    admin.inject(On::Portal, 1, Effect::TruncatedBody);
    assert!(list().send().await.is_err());
    assert_eq!((admin.calls("CreateToken"), admin.calls("ListAccounts")), (1, 2));
}
