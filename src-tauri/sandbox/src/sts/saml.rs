//! AssumeRoleWithSAML: nobody signs, an assertion of an identity provider says who asks.

use hatrack_core::arn::RoleArn;
use hatrack_core::policy::ResourceRule;

use super::UNSIGNED_REGION;
use super::assume_role::{LEAST, MOST, ROLE_ARN, USUAL, exceeds_maximum};
use super::issue::{assumed_role_user, issue};
use super::packed::{self, Packed};
use super::session_tags::SessionTags;
use crate::query::{Limits, Parameters, Refusal, element};
use crate::saml::{AUDIENCE, Issued};
use crate::state::State;
use crate::world::{Asked, Role, RoleSession, SessionOf};

const PRINCIPAL_ARN: Limits = Limits {
    name: "PrincipalArn",
    ..ROLE_ARN
};
const ASSERTION: Limits = Limits {
    name: "SAMLAssertion",
    length: (4, 100_000),
    pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u007E]+",
    also: None,
};
const ACTION: &str = "sts:AssumeRoleWithSAML";

pub(super) fn answer(state: &State, parameters: &Parameters) -> Result<String, Refusal> {
    let role_arn = parameters.required(&ROLE_ARN)?;
    let provider = parameters.required(&PRINCIPAL_ARN)?;
    let assertion = parameters.required(&ASSERTION)?;
    let seconds = parameters.duration(LEAST, MOST)?.unwrap_or(USUAL);
    let Packed { policies, percent } = packed::read(parameters, &SessionTags::default(), &state.world())?;
    let _: RoleArn = role_arn.parse().map_err(|_| Refusal::invalid_arn(role_arn))?;
    let issued = believed(state, assertion, provider)?;
    let role = authorized_role(state, role_arn, provider, &issued)?;
    if seconds > role.max_session_seconds {
        return Err(exceeds_maximum());
    }
    let session = RoleSession {
        policies,
        ..role.session(&issued.user)
    };
    let arn = session.arn.clone();
    let credentials = issue(state, seconds, None, SessionOf::Role(session));
    let mut out = [
        credentials,
        assumed_role_user(&arn, &role.id, &issued.user),
        element("Subject", &issued.user),
        element("SubjectType", "persistent"),
        element("Issuer", issued.issuer),
        element("Audience", &issued.audience),
    ]
    .concat();
    if let Some(percent) = percent {
        out.push_str(&element("PackedPolicySize", &percent.to_string()));
    }
    Ok(out)
}

/// What an assertion says that the role's account has reason to believe.
fn believed(state: &State, assertion: &str, provider: &str) -> Result<Issued, Refusal> {
    if !state.world().directory.trusted_as.contains(provider) {
        return Err(Refusal::invalid_identity_token(
            "Specified provider doesn't exist",
        ));
    }
    let issued = state
        .saml
        .known(assertion)
        .ok_or_else(|| Refusal::invalid_identity_token("Response signature invalid"))?;
    if issued.ends <= state.now() {
        return Err(Refusal::expired_assertion());
    }
    if issued.audience != AUDIENCE {
        return Err(Refusal::invalid_identity_token(
            "Audience restriction in the assertion does not match",
        ));
    }
    Ok(issued)
}

/// The role, if the assertion names it and its trust policy lets its subject in. A missing role is told no other way.
fn authorized_role(state: &State, role_arn: &str, provider: &str, issued: &Issued) -> Result<Role, Refusal> {
    let refused = || Refusal::denied(format!("Not authorized to perform {ACTION}"));
    let named = |(role, by): &(String, String)| role == role_arn && by == provider;
    let world = state.world();
    let role = world
        .roles
        .get(role_arn)
        .filter(|_| issued.roles.iter().any(named))
        .ok_or_else(refused)?;
    let keys = [
        ("SAML:aud", issued.audience.as_str()),
        ("SAML:sub", &issued.user),
        ("SAML:sub_type", "persistent"),
        ("SAML:iss", issued.issuer),
        ("sts:RoleSessionName", &issued.user),
    ]
    .map(|(name, value)| (name.to_owned(), vec![value.to_owned()]));
    let asked = Asked {
        action: ACTION,
        resource: role_arn,
        owner: Some(role.account),
        resource_policy: Some(&role.trust.policy),
        rule: ResourceRule::MustAllow,
        region: UNSIGNED_REGION,
        keys: &keys,
    };
    if world.decide_federated(provider, &asked, state.now()).allowed {
        Ok(role.clone())
    } else {
        Err(refused())
    }
}
