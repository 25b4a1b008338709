//! DecodeAuthorizationMessage: what AWS tells of a refusal to who may read it.
//!
//! Source: AWS STS API Reference, "DecodeAuthorizationMessage".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hatrack_core::policy::ResourceRule;

use super::Call;
use crate::query::{Refusal, element};
use crate::world::{Asked, denied_because};

const ACTION: &str = "sts:DecodeAuthorizationMessage";
/// What each message starts with here; AWS's are encrypted.
const MARK: &str = "sandbox-";

/// A message that says this, as a service of AWS would add it to a refusal.
pub fn encode(decoded: &str) -> String {
    STANDARD.encode(format!("{MARK}{decoded}"))
}

pub(super) fn answer(call: &Call<'_>) -> Result<String, Refusal> {
    let encoded = call.parameters.get("EncodedMessage");
    let encoded = encoded.ok_or_else(|| Refusal::null("encodedMessage"))?;
    let asked = Asked {
        action: ACTION,
        resource: "*",
        owner: Some(call.signer.account),
        resource_policy: None,
        rule: ResourceRule::EitherSuffices,
        region: &call.region,
        keys: &[],
    };
    let decision = call.state.world().decide(&call.signer, &asked, call.state.now());
    if !decision.allowed {
        return Err(Refusal::denied(format!(
            "User: {} is not authorized to perform: {ACTION} {}",
            call.signer.arn,
            denied_because(&decision, ACTION)
        )));
    }
    let bytes = STANDARD.decode(encoded).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let decoded = text.as_deref().and_then(|text| text.strip_prefix(MARK));
    let decoded = decoded.ok_or_else(Refusal::invalid_authorization_message)?;
    Ok(element("DecodedMessage", decoded))
}
