//! Sign-in: SSO OIDC. Nothing here is signed; the codes and tokens speak for themselves.
//!
//! Source: AWS IAM Identity Center OIDC API Reference; RFC 7636 (PKCE), RFC 8252 (loopback redirects), RFC 8628
//! (device codes). The sign-in page `/authorize` is in no API reference: its parameters are the AWS CLI's.

use std::time::Duration;

use aws_sdk_ssooidc::Client;
use aws_sdk_ssooidc::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_sdk_ssooidc::config::{Builder, Config};
use aws_sdk_ssooidc::operation::create_token::CreateTokenOutput;
use aws_sdk_ssooidc::operation::create_token::builders::CreateTokenFluentBuilder;
use aws_smithy_async::time::SharedTimeSource;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::FutureExt;
use hatrack_core::identity_center::{
    ACCOUNT_ACCESS, DeviceCode, Grant, Poll, Portal, Redirect, Registration, SignInToken,
};
use hatrack_core::secret::Secret;
use hatrack_core::sts::{AwsFailure, Reach};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use url::{Host, Url, form_urlencoded};

use super::asked;
use crate::answer::Answer;
use crate::http::check_endpoint;
use crate::patience::Patience;

/// What the sign-in page calls us.
const CLIENT_NAME: &str = "hatrack";
/// Without a port: AWS then takes any port of the loopback address, as RFC 8252, 7.3, has it.
const REGISTERED_REDIRECT: &str = "http://127.0.0.1/oauth/callback";
const OF_CODE: &str = "authorization_code";
const OF_DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const OF_REFRESH: &str = "refresh_token";
/// RFC 8628, 3.2, where the answer does not say; AWS's own codes live about as long.
const USUAL_INTERVAL: i32 = 5;
const USUAL_LIFE: i32 = 600;

/// Sign-in at one place.
pub(super) struct Oidc<'a> {
    pub client: Client,
    pub reach: &'a Reach,
    /// This computer's clock: AWS gives lives, the token's file holds times, and who reads it has this clock.
    pub time: SharedTimeSource,
}

impl Oidc<'_> {
    pub async fn register(&self, portal: &Portal, grant: Grant) -> Result<Registration, AwsFailure> {
        let call = self
            .client
            .register_client()
            .client_name(CLIENT_NAME)
            .client_type("public");
        let call = match grant {
            Grant::DeviceCode => call.set_scopes(scopes(portal)),
            Grant::AuthorizationCode => call
                .set_scopes(scopes(portal).or_else(|| Some(vec![ACCOUNT_ACCESS.to_owned()])))
                .grant_types(OF_CODE)
                .grant_types(OF_REFRESH)
                .redirect_uris(REGISTERED_REDIRECT)
                .issuer_url(&portal.start_url),
        };
        let output = call
            .customize()
            .config_override(bounded())
            .send()
            .await
            .map_err(|error| asked(self.reach).failed(&error))?;
        match (output.client_id, output.client_secret) {
            (Some(client_id), Some(client_secret)) => Ok(Registration {
                client_id,
                client_secret: Secret::new(client_secret),
                // 0 means never: RFC 7591, 3.2.1.
                expires_at: match output.client_secret_expires_at {
                    0 => Timestamp::MAX,
                    seconds => Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX),
                },
            }),
            _ => Err(asked(self.reach).garbled("it registers no client")),
        }
    }

    pub async fn token_of_code(
        &self,
        registration: &Registration,
        redirect: &Redirect,
        code: &Secret,
    ) -> Result<SignInToken, AwsFailure> {
        let call = self
            .create_token(registration, OF_CODE)
            .code(code.expose())
            .code_verifier(redirect.verifier.expose())
            .redirect_uri(redirect.uri.as_str());
        let output = call.customize().config_override(bounded()).send().await;
        self.token(output.map_err(|error| asked(self.reach).failed(&error))?)
    }

    pub async fn device_code(
        &self,
        portal: &Portal,
        registration: &Registration,
    ) -> Result<DeviceCode, AwsFailure> {
        let output = self
            .client
            .start_device_authorization()
            .client_id(&registration.client_id)
            .client_secret(registration.client_secret.expose())
            .start_url(&portal.start_url)
            .customize()
            .config_override(bounded())
            .send()
            .await
            .map_err(|error| asked(self.reach).failed(&error))?;
        let page = output.verification_uri_complete.or(output.verification_uri);
        let (Some(device_code), Some(user_code), Some(page)) = (output.device_code, output.user_code, page)
        else {
            return Err(asked(self.reach).garbled("it holds no device code"));
        };
        let page = page_to_open(&page)
            .ok_or_else(|| asked(self.reach).garbled("its sign-in page is no https address"))?;
        let or = |given: i32, usual: i32| if given > 0 { given } else { usual };
        let seconds = |count: i32| Duration::from_secs(u64::try_from(count).unwrap_or_default());
        Ok(DeviceCode {
            device_code: Secret::new(device_code),
            user_code,
            page,
            interval: seconds(or(output.interval, USUAL_INTERVAL)),
            lives: seconds(or(output.expires_in, USUAL_LIFE)),
        })
    }

    pub async fn poll(&self, registration: &Registration, code: &DeviceCode) -> Result<Poll, AwsFailure> {
        let call = self
            .create_token(registration, OF_DEVICE)
            .device_code(code.device_code.expose());
        match call.customize().config_override(bounded()).send().await {
            Ok(output) => self.token(output).map(Poll::Token),
            Err(error) => match error.as_service_error() {
                Some(why) if why.is_authorization_pending_exception() => Ok(Poll::Pending),
                Some(why) if why.is_slow_down_exception() => Ok(Poll::SlowDown),
                _ => Err(asked(self.reach).failed(&error)),
            },
        }
    }

    pub async fn refresh(
        &self,
        registration: &Registration,
        refresh_token: &Secret,
    ) -> Result<SignInToken, AwsFailure> {
        let call = self
            .create_token(registration, OF_REFRESH)
            .refresh_token(refresh_token.expose());
        let output = call.customize().config_override(bounded()).send().await;
        let token = self.token(output.map_err(|error| asked(self.reach).failed(&error))?)?;
        Ok(SignInToken {
            // Where none comes, the old one stays good: RFC 6749, 6.
            refresh_token: token.refresh_token.or_else(|| Some(refresh_token.clone())),
            ..token
        })
    }

    fn create_token(&self, registration: &Registration, grant: &str) -> CreateTokenFluentBuilder {
        self.client
            .create_token()
            .client_id(&registration.client_id)
            .client_secret(registration.client_secret.expose())
            .grant_type(grant)
    }

    fn token(&self, output: CreateTokenOutput) -> Result<SignInToken, AwsFailure> {
        let garbled = |why| asked(self.reach).garbled(why);
        let access_token = output
            .access_token
            .filter(|token| !token.is_empty())
            .ok_or_else(|| garbled("it holds no token"))?;
        if output.expires_in <= 0 {
            return Err(garbled("its token has no life"));
        }
        let now = Timestamp::try_from(self.time.now()).map_err(|_| garbled("no token ends then"))?;
        Ok(SignInToken {
            access_token: Secret::new(access_token),
            expires_at: now
                .checked_add(SignedDuration::from_secs(output.expires_in.into()))
                .unwrap_or(Timestamp::MAX),
            refresh_token: output.refresh_token.map(Secret::new),
        })
    }
}

/// The page that the person opens.
pub(super) fn page(
    reach: &Reach,
    portal: &Portal,
    registration: &Registration,
    redirect: &Redirect,
) -> Result<Url, AwsFailure> {
    let mut page = endpoint(reach)?;
    page.path_segments_mut()
        .map_err(|()| AwsFailure::Unusable("the sign-in page has no path; check the endpoint".to_owned()))?
        .pop_if_empty()
        .push("authorize");
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(redirect.verifier.expose()));
    let scopes = scopes(portal).map_or_else(|| ACCOUNT_ACCESS.to_owned(), |scopes| scopes.join(" "));
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("client_id", &registration.client_id)
        .append_pair("redirect_uri", redirect.uri.as_str())
        .append_pair("state", &redirect.state)
        .append_pair("code_challenge_method", "S256")
        .append_pair("scopes", &scopes)
        .append_pair("code_challenge", &challenge)
        .finish();
    // A space between two scopes goes as the AWS CLI sends it. A plus sign itself is escaped by now.
    page.set_query(Some(&query.replace('+', "%20")));
    Ok(page)
}

/// The caller's endpoint, else AWS's own for the region, as the SDK has it.
fn endpoint(reach: &Reach) -> Result<Url, AwsFailure> {
    let unusable = |why: &dyn std::fmt::Display| {
        AwsFailure::Unusable(format!(
            "there is no sign-in page for the region \"{}\": {why}; check sso_region",
            reach.region.escape_debug()
        ))
    };
    check_endpoint(reach.endpoint.as_deref())?;
    if let Some(endpoint) = &reach.endpoint {
        return Url::parse(endpoint).map_err(|why| unusable(&why));
    }
    let place = Params::builder()
        .region(reach.region.clone())
        .build()
        .map_err(|why| unusable(&why))?;
    let resolver = DefaultResolver::new();
    // It computes and waits for nothing.
    match resolver.resolve_endpoint(&place).now_or_never() {
        Some(Ok(endpoint)) => Url::parse(endpoint.url()).map_err(|why| unusable(&why)),
        Some(Err(why)) => Err(unusable(&why)),
        None => Err(unusable(&"no endpoint is known")),
    }
}

fn scopes(portal: &Portal) -> Option<Vec<String>> {
    (!portal.scopes.is_empty()).then(|| portal.scopes.clone())
}

/// A page may be opened if it is `https`, or on this machine.
fn page_to_open(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let here = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    (url.scheme() == "https" || (url.scheme() == "http" && here)).then_some(url)
}

/// What each call adds to the client's configuration.
fn bounded() -> Builder {
    Config::builder()
        .interceptor(Answer::default())
        .retry_classifier(Patience::default())
}
