//! STS: AssumeRole, AssumeRoleWithSAML, AssumeRoleWithWebIdentity, DecodeAuthorizationMessage, GetCallerIdentity,
//! GetFederationToken, GetSessionToken.
//!
//! Source: AWS Security Token Service API Reference; refusals use AWS's texts as recorded.

mod assume_role;
mod decode;
mod federation_token;
mod issue;
mod mfa;
mod packed;
mod saml;
mod session_tags;
mod session_token;
mod web_identity;

pub use decode::encode;

use crate::query::{Incoming, Parameters, Refusal, Reply, element};
use crate::state::State;
use crate::world::Signer;

/// Of its XML.
pub const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// The region that an unsigned request is taken to be for.
const UNSIGNED_REGION: &str = "us-east-1";

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
    let body = match action.as_str() {
        "AssumeRoleWithWebIdentity" => web_identity::answer(state, &parameters),
        "AssumeRoleWithSAML" => saml::answer(state, &parameters),
        _ => signed(state, incoming, &action, parameters),
    };
    let request_id = state.keys().uuid();
    Reply::new(NAMESPACE, &action, body, request_id)
}

fn signed(
    state: &State,
    incoming: &Incoming<'_>,
    action: &str,
    parameters: Parameters,
) -> Result<String, Refusal> {
    let (signer, region) = incoming.signer(state, "sts")?;
    let call = Call {
        state,
        signer,
        parameters,
        region,
    };
    // API Reference, "GetFederationToken": such credentials call nothing of STS but GetCallerIdentity.
    if call.signer.guest().is_some() && matches!(action, "AssumeRole" | "GetSessionToken") {
        return Err(Refusal::denied(format!(
            "Cannot call {action} with federation token credentials"
        )));
    }
    match action {
        "GetFederationToken" => federation_token::answer(&call),
        "AssumeRole" => assume_role::answer(&call),
        "DecodeAuthorizationMessage" => decode::answer(&call),
        "GetCallerIdentity" => Ok(caller_identity(&call)),
        "GetSessionToken" => session_token::answer(&call),
        other => Err(Refusal::invalid_action(other, "2011-06-15")),
    }
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
