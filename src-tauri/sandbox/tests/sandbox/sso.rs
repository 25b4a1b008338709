//! What the tests of Identity Center share: its clients, and the way from a registration to a token.

use aws_sdk_ssooidc::operation::create_token::CreateTokenOutput;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_types::region::Region;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hatrack_sandbox::Running;
use sha2::{Digest, Sha256};
use url::Url;

use crate::clients::{Refused, http};

pub const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
pub const SCOPE: &str = "sso:account:access";
pub const REDIRECT: &str = "http://127.0.0.1:54321/oauth/callback";
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub fn oidc(running: &Running) -> aws_sdk_ssooidc::Client {
    let config = aws_sdk_ssooidc::Config::builder()
        .behavior_version_latest()
        .region(Region::new("us-east-1"))
        .endpoint_url(running.endpoint())
        .http_client(http())
        .retry_config(RetryConfig::disabled())
        .build();
    aws_sdk_ssooidc::Client::from_conf(config)
}

pub fn portal(running: &Running) -> aws_sdk_sso::Client {
    let config = aws_sdk_sso::Config::builder()
        .behavior_version_latest()
        .region(Region::new("us-east-1"))
        .endpoint_url(running.endpoint())
        .http_client(http())
        .retry_config(RetryConfig::disabled())
        .build();
    aws_sdk_sso::Client::from_conf(config)
}

pub fn start_url(running: &Running) -> String {
    running.manifest().sign_in.portals[0].start_url.clone()
}

/// A registered client: its ID and secret.
pub struct Registered(pub String, pub String);

/// A client for authorization codes, as the AWS CLI registers.
pub async fn register(running: &Running) -> Registered {
    let answer = oidc(running)
        .register_client()
        .client_name("test client")
        .client_type("public")
        .scopes(SCOPE)
        .grant_types("authorization_code")
        .grant_types("refresh_token")
        .redirect_uris("http://127.0.0.1/oauth/callback")
        .issuer_url(start_url(running))
        .send()
        .await
        .unwrap();
    Registered(
        answer.client_id().unwrap().to_owned(),
        answer.client_secret().unwrap().to_owned(),
    )
}

/// A client for device codes, with these scopes.
pub async fn register_device(running: &Running, scopes: &[&str]) -> Registered {
    let call = oidc(running)
        .register_client()
        .client_name("device <client>")
        .client_type("public");
    let scopes = scopes.iter().map(|s| (*s).to_owned()).collect();
    let answer = call.set_scopes(Some(scopes)).send().await.unwrap();
    Registered(
        answer.client_id().unwrap().to_owned(),
        answer.client_secret().unwrap().to_owned(),
    )
}

/// The fields of the sign-in page's address.
pub fn page_fields(client: &Registered) -> Vec<(&'static str, String)> {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    vec![
        ("response_type", "code".to_owned()),
        ("client_id", client.0.clone()),
        ("redirect_uri", REDIRECT.to_owned()),
        ("state", "the state".to_owned()),
        ("code_challenge_method", "S256".to_owned()),
        ("scopes", SCOPE.to_owned()),
        ("code_challenge", challenge),
    ]
}

/// The sign-in page's address, with some fields set otherwise (or left out, if empty).
pub fn page(running: &Running, client: &Registered, otherwise: &[(&str, &str)]) -> String {
    let mut url = Url::parse(&format!("{}/authorize", running.endpoint())).unwrap();
    for (name, value) in page_fields(client) {
        let other = otherwise.iter().find(|(n, _)| *n == name).map(|(_, v)| *v);
        let value = other.unwrap_or(&value);
        if !value.is_empty() {
            url.query_pairs_mut().append_pair(name, value);
        }
    }
    url.into()
}

/// A field of an address.
pub fn field(url: &Url, name: &str) -> Option<String> {
    let found = url.query_pairs().find(|(n, _)| n == name);
    found.map(|(_, value)| value.into_owned())
}

/// The code that a person's yes brings.
pub fn code(running: &Running, client: &Registered, user: Option<&str>) -> String {
    let page = page(running, client, &[]);
    let sent = running.admin().answer_page(&page, user, true).unwrap();
    field(&Url::parse(&sent).unwrap(), "code").unwrap()
}

/// CreateToken with a code.
pub async fn exchange(
    running: &Running,
    client: &Registered,
    code: &str,
    redirect: &str,
    verifier: &str,
) -> Result<CreateTokenOutput, Refused> {
    oidc(running)
        .create_token()
        .client_id(&client.0)
        .client_secret(&client.1)
        .grant_type("authorization_code")
        .code(code)
        .redirect_uri(redirect)
        .code_verifier(verifier)
        .send()
        .await
        .map_err(Refused::from)
}

/// CreateToken with a refresh token.
pub async fn refresh(
    running: &Running,
    client: &Registered,
    token: &str,
) -> Result<CreateTokenOutput, Refused> {
    let call = oidc(running).create_token().grant_type("refresh_token");
    call.client_id(&client.0)
        .client_secret(&client.1)
        .refresh_token(token)
        .send()
        .await
        .map_err(Refused::from)
}

/// Signs in from the registration to the token.
pub async fn sign_in(running: &Running, user: Option<&str>) -> (Registered, CreateTokenOutput) {
    let client = register(running).await;
    let code = code(running, &client, user);
    let token = exchange(running, &client, &code, REDIRECT, VERIFIER)
        .await
        .unwrap();
    (client, token)
}

/// The access token of a user who has signed in.
pub async fn access_token(running: &Running, user: Option<&str>) -> String {
    sign_in(running, user).await.1.access_token().unwrap().to_owned()
}
