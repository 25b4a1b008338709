//! AssumeRole.
//!
//! Order matters, as with AWS: malformed requests first, then the MFA code, then whether policies allow it, and only
//! then what would tell that the role exists: its maximum duration and the cap on chains.

use hatrack_core::arn::RoleArn;
use hatrack_core::policy::ResourceRule;
use jiff::Timestamp;

use super::Call;
use super::issue::{assumed_role_user, issue};
use super::mfa;
use super::packed::{self, Packed};
use super::session_tags::SessionTags;
use crate::query::Limits;
use crate::query::{Refusal, element};
use crate::world::{Asked, Role, RoleSession, SessionOf};

pub(super) const ROLE_ARN: Limits = Limits {
    name: "RoleArn",
    length: (20, 2048),
    pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+",
    also: None,
};
pub(super) const SESSION_NAME: Limits = Limits {
    name: "RoleSessionName",
    length: (2, 64),
    pattern: "[\\w+=,.@-]*",
    also: Some("+=,.@-"),
};
const EXTERNAL_ID: Limits = Limits {
    name: "ExternalId",
    length: (2, 1224),
    pattern: "[\\w+=,.@:\\/-]*",
    also: Some("+=,.@:/-"),
};
const SOURCE_IDENTITY: Limits = Limits {
    name: "SourceIdentity",
    length: (2, 64),
    pattern: "[\\w+=,.@-]*",
    also: Some("+=,.@-"),
};

/// API Reference, "AssumeRole": 15 minutes to 12 hours, 1 hour by default.
pub(super) const LEAST: i64 = 900;
pub(super) const MOST: i64 = 43_200;
pub(super) const USUAL: i64 = 3600;
/// IAM User Guide, "Role chaining": one hour, whatever the role's maximum.
const CHAINED_MOST: i64 = 3600;

/// A call with all its parameters within their limits.
struct Asking<'a> {
    role_arn: &'a str,
    session_name: &'a str,
    external_id: Option<&'a str>,
    source_identity: Option<&'a str>,
    seconds: Option<i64>,
    tags: SessionTags,
    packed: Packed,
}

pub(super) fn answer(call: &Call<'_>) -> Result<String, Refusal> {
    let asking = Asking::read(call)?;
    let mfa_at = mfa::take(call)?;
    let role = authorized_role(call, &asking, mfa_at)?;
    let seconds = allowed_duration(call, &asking, &role)?;
    let source_identity = source_identity(call, &asking)?;
    let session = RoleSession {
        policies: asking.packed.policies,
        tags: asking.tags.all(),
        transitive: asking.tags.transitive,
        source_identity: source_identity.clone(),
        chained: call.signer.session.is_some(),
        ..role.session(asking.session_name)
    };
    let arn = session.arn.clone();
    // The session of a role is not itself authenticated by MFA (User Guide, "Configuring MFA-protected API access").
    let credentials = issue(call.state, seconds, None, SessionOf::Role(session));
    let user = assumed_role_user(&arn, &role.id, asking.session_name);
    let mut out = credentials + &user;
    if let Some(percent) = asking.packed.percent {
        out.push_str(&element("PackedPolicySize", &percent.to_string()));
    }
    if let Some(identity) = source_identity {
        out.push_str(&element("SourceIdentity", &identity));
    }
    Ok(out)
}

impl<'a> Asking<'a> {
    fn read(call: &'a Call<'_>) -> Result<Self, Refusal> {
        let parameters = &call.parameters;
        let role_arn = parameters.required(&ROLE_ARN)?;
        let session_name = parameters.required(&SESSION_NAME)?;
        let source_identity = parameters.text(&SOURCE_IDENTITY)?;
        if source_identity.is_some_and(|s| s.starts_with("aws:")) {
            return Err(Refusal::invalid_parameter(
                "SourceIdentity must not begin with the text aws:",
            ));
        }
        let seconds = parameters.duration(LEAST, MOST)?;
        let tags = SessionTags::read(parameters, &call.signer)?;
        let packed = packed::read(parameters, &tags, &call.state.world())?;
        if role_arn.parse::<RoleArn>().is_err() {
            return Err(Refusal::invalid_arn(role_arn));
        }
        let external_id = parameters.text(&EXTERNAL_ID)?;
        Ok(Self {
            role_arn,
            session_name,
            external_id,
            source_identity,
            seconds,
            tags,
            packed,
        })
    }

    /// The condition keys that the request brings (Service Authorization Reference, "AWS Security Token Service").
    fn keys(&self, mfa_at: Option<Timestamp>, inherited: Option<&str>) -> Vec<(String, Vec<String>)> {
        let mut keys = vec![(
            "sts:RoleSessionName".to_owned(),
            vec![self.session_name.to_owned()],
        )];
        let mut set = |name: &str, value: Option<&str>| {
            keys.extend(value.map(|v| (name.to_owned(), vec![v.to_owned()])));
        };
        set("sts:ExternalId", self.external_id);
        set("sts:SourceIdentity", self.source_identity.or(inherited));
        if mfa_at.is_some() {
            set("aws:MultiFactorAuthPresent", Some("true"));
            set("aws:MultiFactorAuthAge", Some("0"));
        }
        for (key, value) in &self.tags.given {
            keys.push((format!("aws:RequestTag/{key}"), vec![value.clone()]));
        }
        if !self.tags.given.is_empty() {
            keys.push((
                "aws:TagKeys".to_owned(),
                self.tags.given.keys().cloned().collect(),
            ));
        }
        if !self.tags.transitive.is_empty() {
            keys.push((
                "sts:TransitiveTagKeys".to_owned(),
                self.tags.transitive.iter().cloned().collect(),
            ));
        }
        keys
    }
}

fn authorized_role(call: &Call<'_>, asking: &Asking<'_>, mfa_at: Option<Timestamp>) -> Result<Role, Refusal> {
    let mut actions = vec!["sts:AssumeRole"];
    if !asking.tags.given.is_empty() {
        actions.push("sts:TagSession");
    }
    // One that the chain carries already has to be allowed anew at each hop (IAM User Guide, "Monitor and control
    // actions taken with assumed roles").
    if asking.source_identity.or(inherited_identity(call)).is_some() {
        actions.push("sts:SetSourceIdentity");
    }
    let refuse = |action| Refusal::not_authorized(&call.signer.arn, action, asking.role_arn);
    let world = call.state.world();
    let Some(role) = world.roles.get(asking.role_arn) else {
        return Err(refuse("sts:AssumeRole"));
    };
    let keys = asking.keys(mfa_at, inherited_identity(call));
    for action in actions {
        let asked = Asked {
            action,
            resource: asking.role_arn,
            owner: Some(role.account),
            resource_policy: Some(&role.trust.policy),
            rule: ResourceRule::MustAllow,
            region: &call.region,
            keys: &keys,
        };
        if !world.decide(&call.signer, &asked, call.state.now()).allowed {
            return Err(refuse(action));
        }
    }
    Ok(role.clone())
}

fn allowed_duration(call: &Call<'_>, asking: &Asking<'_>, role: &Role) -> Result<i64, Refusal> {
    let seconds = asking.seconds.unwrap_or(USUAL);
    if call.signer.session.is_some() && seconds > CHAINED_MOST {
        return Err(Refusal::validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ));
    }
    if seconds > role.max_session_seconds {
        return Err(exceeds_maximum());
    }
    Ok(seconds)
}

pub(super) fn exceeds_maximum() -> Refusal {
    Refusal::validation("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
}

/// A source identity, once set, stays through the chain and cannot be set anew.
fn source_identity(call: &Call<'_>, asking: &Asking<'_>) -> Result<Option<String>, Refusal> {
    match (inherited_identity(call), asking.source_identity) {
        (Some(old), Some(new)) if old != new => Err(Refusal::not_authorized(
            &call.signer.arn,
            "sts:SetSourceIdentity",
            asking.role_arn,
        )),
        (old, new) => Ok(old.or(new).map(str::to_owned)),
    }
}

/// The source identity of the session that signs, which passes on.
fn inherited_identity<'a>(call: &'a Call<'_>) -> Option<&'a str> {
    call.signer.role()?.source_identity.as_deref()
}
