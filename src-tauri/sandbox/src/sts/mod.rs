//! STS: AssumeRole, AssumeRoleWithWebIdentity, GetCallerIdentity, GetSessionToken.
//!
//! Source: AWS Security Token Service API Reference; refusals use AWS's texts as recorded.

mod assume_role;
mod issue;
mod mfa;
mod packed;
mod parameters;
mod reply;
mod session_tags;
mod session_token;
mod web_identity;

use http::HeaderMap;
use url::form_urlencoded;

use crate::auth::{Refused, Scope, SignedRequest, verify};
use crate::state::State;
use crate::world::Signer;

pub use reply::Reply;

use self::parameters::Parameters;
use self::reply::{Refusal, element};

/// A request as it came.
#[derive(Debug)]
pub struct Incoming<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// The path.
    pub path: &'a str,
    /// The query.
    pub query: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The whole body.
    pub body: &'a [u8],
}

impl Incoming<'_> {
    /// The `Action` that is called.
    pub fn action(&self) -> Option<String> {
        self.parameters().get("Action").map(str::to_owned)
    }

    fn parameters(&self) -> Parameters {
        let query = form_urlencoded::parse(self.query.as_bytes());
        Parameters::new(
            query
                .into_owned()
                .chain(form_urlencoded::parse(self.body).into_owned()),
        )
    }
}

/// A call whose signature was checked.
struct Call<'a> {
    state: &'a State,
    signer: Signer,
    parameters: Parameters,
    region: String,
}

/// Answers an STS request.
pub fn answer(state: &State, incoming: &Incoming<'_>) -> Reply {
    let parameters = incoming.parameters();
    let action = parameters.get("Action").unwrap_or_default().to_owned();
    state.count(&action);
    let body = if action == "AssumeRoleWithWebIdentity" {
        web_identity::answer(state, &parameters)
    } else {
        signed(state, incoming, &action, parameters)
    };
    let request_id = state.keys().uuid();
    Reply::new(&action, body, request_id)
}

fn signed(
    state: &State,
    incoming: &Incoming<'_>,
    action: &str,
    parameters: Parameters,
) -> Result<String, Refusal> {
    let (signer, region) = authenticate(state, incoming)?;
    let call = Call {
        state,
        signer,
        parameters,
        region,
    };
    match action {
        "AssumeRole" => assume_role::answer(&call),
        "GetCallerIdentity" => Ok(caller_identity(&call)),
        "GetSessionToken" => session_token::answer(&call),
        other => Err(Refusal::invalid_action(other)),
    }
}

fn authenticate(state: &State, incoming: &Incoming<'_>) -> Result<(Signer, String), Refusal> {
    let scope = Scope::of(incoming.headers, Some(incoming.query)).ok_or_else(Refusal::missing_token)?;
    let signer = state
        .world()
        .signer(&scope.access_key_id)
        .ok_or_else(Refusal::invalid_token)?;
    let request = SignedRequest {
        method: incoming.method,
        path: incoming.path,
        query: incoming.query,
        headers: incoming.headers,
        body: incoming.body,
    };
    if scope.service != "sts" {
        return Err(Refusal::wrong_service(&scope.service));
    }
    let now = state.now();
    verify(&request, &scope, &signer.secret, now).map_err(|refused| match refused {
        Refused::Incomplete => Refusal::incomplete_signature(),
        Refused::Mismatch => Refusal::signature_mismatch(),
        Refused::Skewed {
            signed,
            now,
            limit,
            old,
        } => Refusal::skewed(&signed, &now, &limit, old),
    })?;
    let token = incoming
        .headers
        .get("x-amz-security-token")
        .map(http::HeaderValue::as_bytes);
    match &signer.session {
        None if token.is_some() => return Err(Refusal::invalid_token()),
        Some(session) if token != Some(session.token.expose().as_bytes()) => {
            return Err(Refusal::invalid_token());
        }
        Some(session) if session.expires_at <= now => return Err(Refusal::expired_token()),
        _ => {}
    }
    Ok((signer, scope.region))
}

/// Needs no permission (API Reference, "GetCallerIdentity").
fn caller_identity(call: &Call<'_>) -> String {
    let signer = &call.signer;
    [
        element("Arn", &signer.arn),
        element("UserId", &signer.user_id),
        element("Account", signer.account.as_str()),
    ]
    .concat()
}
