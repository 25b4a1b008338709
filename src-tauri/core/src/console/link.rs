//! What the federation endpoint is asked, and the link that comes of it.

use serde_json::json;
use url::Url;
use url::form_urlencoded::Serializer;

use super::ConsolePage;
use crate::account::Partition;
use crate::secret::{Credentials, Secret};
use crate::sts_limits::SessionDuration;

/// What getSigninToken gives: good for one sign-in, for 15 minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInToken(pub Secret);

/// The host of a partition's sign-in.
pub fn sign_in_host(partition: Partition) -> &'static str {
    match partition {
        Partition::Aws => "signin.aws.amazon.com",
        Partition::AwsCn => "signin.amazonaws.cn",
        Partition::AwsUsGov => "signin.amazonaws-us-gov.com",
        Partition::AwsEusc => "signin.amazonaws-eusc.eu",
    }
}

/// The `Session` parameter; `None` for a user's long-term keys, with which nobody signs in.
pub fn session_document(credentials: &Credentials) -> Option<Secret> {
    let token = credentials.session_token.as_ref()?;
    let document = json!({
        "sessionId": credentials.access_key_id,
        "sessionKey": credentials.secret_access_key.expose(),
        "sessionToken": token.expose(),
    });
    Some(Secret::new(document.to_string()))
}

/// The query of getSigninToken.
pub fn token_query(session: &Secret, stay: Option<SessionDuration>) -> Secret {
    let mut query = Serializer::new(String::new());
    query.append_pair("Action", "getSigninToken");
    if let Some(stay) = stay {
        query.append_pair("SessionDuration", &stay.seconds().to_string());
    }
    query.append_pair("Session", session.expose());
    Secret::new(query.finish())
}

/// The link that signs a browser in and leads it to `page`. `endpoint` stands for the partition's own sign-in.
///
/// `Issuer`, the address that an ended session leads back to, is left out: Hatrack has no page on the web.
pub fn login_link(
    partition: Partition,
    endpoint: Option<&str>,
    page: &ConsolePage,
    token: &SignInToken,
) -> Secret {
    let query = Serializer::new(String::new())
        .append_pair("Action", "login")
        .append_pair("Destination", page.as_str())
        .append_pair("SigninToken", token.0.expose())
        .finish();
    let base = base(partition, endpoint);
    Secret::new(format!("{base}/federation?{}", Secret::new(query).expose()))
}

/// The same link behind a sign-out of the session that the browser has; `None` where no such page is documented.
///
/// A browser that keeps several sessions at once answers it with an error (HTTP 400).
pub fn logged_out_first(partition: Partition, endpoint: Option<&str>, link: &Secret) -> Option<Secret> {
    let base = match (partition, endpoint) {
        (_, Some(endpoint)) => endpoint.trim_end_matches('/').to_owned(),
        (Partition::Aws, None) => format!("https://us-east-1.{}", sign_in_host(partition)),
        _ => return None,
    };
    let query = Serializer::new(String::new())
        .append_pair("Action", "logout")
        .append_pair("redirect_uri", link.expose())
        .finish();
    Some(Secret::new(format!(
        "{base}/oauth?{}",
        Secret::new(query).expose()
    )))
}

fn base(partition: Partition, endpoint: Option<&str>) -> String {
    match endpoint.and_then(|url| Url::parse(url).ok()) {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None => format!("https://{}", sign_in_host(partition)),
    }
}
