//! AssumeRoleWithWebIdentity: nobody signs, a token of an identity provider says who asks.

use hatrack_core::arn::RoleArn;
use hatrack_core::policy::ResourceRule;

use super::UNSIGNED_REGION;
use super::assume_role::{LEAST, MOST, ROLE_ARN, SESSION_NAME, USUAL, exceeds_maximum};
use super::issue::{assumed_role_user, issue};
use super::packed::{self, Packed};
use super::session_tags::SessionTags;
use crate::query::{Limits, Parameters, Refusal, element};
use crate::state::State;
use crate::web_identity::{Claims, ISSUER, NotAToken, PROVIDER, TokenIssuer};
use crate::world::{Asked, Role, RoleSession, SessionOf};

const TOKEN: Limits = Limits {
    name: "WebIdentityToken",
    length: (4, 20_000),
    pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+",
    also: None,
};
const ACTION: &str = "sts:AssumeRoleWithWebIdentity";

pub(super) fn answer(state: &State, parameters: &Parameters) -> Result<String, Refusal> {
    let role_arn = parameters.required(&ROLE_ARN)?;
    let session_name = parameters.required(&SESSION_NAME)?;
    let token = parameters.required(&TOKEN)?;
    let seconds = parameters.duration(LEAST, MOST)?.unwrap_or(USUAL);
    let Packed { policies, percent } = packed::read(parameters, &SessionTags::default(), &state.world())?;
    let parsed: RoleArn = role_arn.parse().map_err(|_| Refusal::invalid_arn(role_arn))?;
    let provider = format!("arn:aws:iam::{}:oidc-provider/{PROVIDER}", parsed.account());
    let claims = believed(state, token, &provider)?;
    let role = authorized_role(state, role_arn, session_name, &provider, &claims)?;
    if seconds > role.max_session_seconds {
        return Err(exceeds_maximum());
    }
    let session = RoleSession {
        policies,
        ..role.session(session_name)
    };
    let arn = session.arn.clone();
    let credentials = issue(state, seconds, None, SessionOf::Role(session));
    let mut out = [
        credentials,
        element("SubjectFromWebIdentityToken", &claims.sub),
        assumed_role_user(&arn, &role.id, session_name),
        element("Provider", &provider),
        element("Audience", &claims.aud),
    ]
    .concat();
    if let Some(percent) = percent {
        out.push_str(&element("PackedPolicySize", &percent.to_string()));
    }
    Ok(out)
}

/// The claims of a token that the role's account has reason to believe.
fn believed(state: &State, token: &str, provider: &str) -> Result<Claims, Refusal> {
    let claims = TokenIssuer::read(token).map_err(unreadable)?;
    let world = state.world();
    let trusted = world.identity_providers.get(provider);
    let trusted = trusted.filter(|_| claims.iss == ISSUER).ok_or_else(|| {
        Refusal::invalid_identity_token(format!(
            "No OpenIDConnect provider found in your account for {}",
            claims.iss
        ))
    })?;
    state.issuer.verify(token).map_err(unreadable)?;
    let now = state.now().as_second();
    if claims.exp <= now {
        return Err(Refusal::expired_identity_token(now, claims.exp));
    }
    if !trusted.audiences.contains(&claims.aud) {
        return Err(Refusal::invalid_identity_token("Incorrect token audience"));
    }
    if state.issuer.has_revoked(&claims.sub) {
        return Err(Refusal::rejected_claim());
    }
    Ok(claims)
}

fn unreadable(why: NotAToken) -> Refusal {
    Refusal::invalid_identity_token(match why {
        NotAToken::Malformed => {
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
        }
        NotAToken::Forged => "Token signature could not be verified",
    })
}

/// The role, if its trust policy lets the token's subject in. A missing role is told no other way.
fn authorized_role(
    state: &State,
    role_arn: &str,
    session_name: &str,
    provider: &str,
    claims: &Claims,
) -> Result<Role, Refusal> {
    let refused = || Refusal::denied(format!("Not authorized to perform {ACTION}"));
    let world = state.world();
    let role = world.roles.get(role_arn).ok_or_else(refused)?;
    let keys = [
        (format!("{PROVIDER}:sub"), &claims.sub),
        (format!("{PROVIDER}:aud"), &claims.aud),
        ("sts:RoleSessionName".to_owned(), &session_name.to_owned()),
    ]
    .map(|(name, value)| (name, vec![value.clone()]));
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
