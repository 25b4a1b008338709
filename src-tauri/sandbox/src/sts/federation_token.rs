//! GetFederationToken.
//!
//! Source: API Reference, "GetFederationToken"; IAM User Guide, "Permissions for GetFederationToken".

use hatrack_core::policy::{Kind, ResourceRule};

use super::Call;
use super::issue::issue;
use super::packed;
use super::session_tags::SessionTags;
use crate::query::{Limits, Refusal, element};
use crate::world::{Asked, Document, FederatedUser, NamedPolicy, SessionOf};

const NAME: Limits = Limits {
    name: "Name",
    length: (2, 32),
    pattern: "[\\w+=,.@-]*",
    also: Some("+=,.@-"),
};

/// 15 minutes to 36 hours, 12 hours by default.
const LEAST: i64 = 900;
const MOST: i64 = 129_600;
const USUAL: i64 = 43_200;

/// Without a session policy the token has no permissions: this allows an action that no service has.
const NOTHING: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"nothing:Nothing","Resource":"*"}]}"#;

pub(super) fn answer(call: &Call<'_>) -> Result<String, Refusal> {
    let parameters = &call.parameters;
    let name = parameters.required(&NAME)?;
    let seconds = parameters.duration(LEAST, MOST)?.unwrap_or(USUAL);
    if call.signer.session.is_some() {
        return Err(Refusal::denied(
            "Cannot call GetFederationToken with session credentials",
        ));
    }
    let tags = SessionTags::read(parameters, &call.signer)?;
    let packed = packed::read(parameters, &tags, &call.state.world())?;
    let account = call.signer.account;
    let arn = format!("arn:aws:sts::{account}:federated-user/{name}");
    authorize(call, &arn)?;
    let mut policies = packed.policies;
    if policies.is_empty() {
        let nothing =
            Document::read(Kind::Session, NOTHING).map_err(|e| Refusal::malformed_policy(e.to_string()))?;
        policies.push(NamedPolicy::embedded("no session policy", nothing));
    }
    let id = format!("{account}:{name}");
    let of = SessionOf::Federated(FederatedUser {
        user_arn: call.signer.arn.clone(),
        arn: arn.clone(),
        id: id.clone(),
        policies,
    });
    let user = [element("Arn", &arn), element("FederatedUserId", &id)].concat();
    let mut out = issue(call.state, seconds, None, of);
    out.push_str(&format!("<FederatedUser>{user}</FederatedUser>"));
    if let Some(percent) = packed.percent {
        out.push_str(&element("PackedPolicySize", &percent.to_string()));
    }
    Ok(out)
}

fn authorize(call: &Call<'_>, arn: &str) -> Result<(), Refusal> {
    let action = "sts:GetFederationToken";
    let asked = Asked {
        action,
        resource: arn,
        owner: Some(call.signer.account),
        resource_policy: None,
        rule: ResourceRule::EitherSuffices,
        region: &call.region,
        keys: &[],
    };
    let world = call.state.world();
    match world.decide(&call.signer, &asked, call.state.now()).allowed {
        true => Ok(()),
        false => Err(Refusal::not_authorized(&call.signer.arn, action, arn)),
    }
}
