//! What an encoded authorization message says once it is decoded.
//!
//! Source: STS API Reference, "DecodeAuthorizationMessage".

use serde::Deserialize;

use super::{Because, Refusal};

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Decoded {
    explicit_deny: bool,
    context: Context,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Context {
    principal: Principal,
    action: Option<String>,
    resource: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Principal {
    arn: Option<String>,
}

pub(super) fn add(refusal: &Refusal, json: &str) -> Refusal {
    let mut refusal = refusal.clone();
    let Ok(decoded) = serde_json::from_str::<Decoded>(json) else {
        return refusal;
    };
    let Context {
        principal,
        action,
        resource,
    } = decoded.context;
    refusal.action = refusal.action.or(action);
    refusal.resource = refusal.resource.or(resource);
    refusal.caller = refusal.caller.or(principal.arn);
    if decoded.explicit_deny && refusal.because.is_none() {
        refusal.because = Some(Because::ExplicitDeny(None, None));
    }
    refusal
}
