//! Roles' inline policies, written and deleted.
//!
//! Source: IAM API Reference, "PutRolePolicy" and "DeleteRolePolicy"; IAM User Guide, "IAM and AWS STS quotas".

use hatrack_core::policy::Kind;

use super::Call;
use super::roles::allowed;
use crate::query::{Limits, Refusal};
use crate::world::{Document, NamedPolicy, Role, World};

pub(super) const NAME: Limits = Limits {
    name: "PolicyName",
    length: (1, 128),
    pattern: "[\\w+=,.@-]+",
    also: Some("+=,.@-"),
};

/// All inline policies of a role together, without white space.
const ROOM: usize = 10_240;

/// The path of the roles that belong to AWS services.
const SERVICE_LINKED: &str = "/aws-service-role/";
/// The path of the roles that belong to AWS, Identity Center's among them.
const RESERVED: &str = "/aws-reserved/";

/// What a call does to the world.
pub(super) enum Change {
    Put(String, NamedPolicy),
    Gone(String, String),
}

pub(super) fn put(call: &Call<'_>) -> Result<Change, Refusal> {
    let name = call.parameters.required(&NAME)?.to_owned();
    let text = call.required("PolicyDocument")?;
    let role = changeable(call, "PutRolePolicy")?;
    let document =
        Document::read(Kind::Identity, text).map_err(|error| Refusal::malformed_policy(error.to_string()))?;
    if document.policy.unknowns().next().is_some() {
        return Err(Refusal::malformed_policy("Syntax errors in policy."));
    }
    let others = role
        .policies
        .iter()
        .filter(|policy| policy.managed.is_none() && policy.name != name);
    let size: usize = others.map(|policy| written(&policy.document.text)).sum();
    if size + written(text) > ROOM {
        return Err(Refusal::limit_exceeded(format!(
            "Maximum policy size of {ROOM} bytes exceeded for role {}",
            role.name
        )));
    }
    Ok(Change::Put(
        role.arn.clone(),
        NamedPolicy::embedded(&name, document),
    ))
}

pub(super) fn delete(call: &Call<'_>) -> Result<Change, Refusal> {
    let name = call.parameters.required(&NAME)?;
    let role = changeable(call, "DeleteRolePolicy")?;
    if !role.policies.iter().any(|policy| is_it(policy, name)) {
        return Err(Refusal::no_such_entity(format!(
            "The role policy with name {name} cannot be found."
        )));
    }
    Ok(Change::Gone(role.arn.clone(), name.to_owned()))
}

impl Change {
    pub(super) fn apply(self, world: &mut World) {
        let (Self::Put(arn, _) | Self::Gone(arn, _)) = &self;
        let Some(role) = world.roles.get_mut(arn) else {
            return;
        };
        match self {
            Self::Put(_, policy) => {
                role.policies.retain(|other| !is_it(other, &policy.name));
                role.policies.push(policy);
            }
            Self::Gone(_, name) => role.policies.retain(|other| !is_it(other, &name)),
        }
    }
}

/// The role of the call, if IAM lets anybody change it.
pub(super) fn changeable<'a>(call: &'a Call<'_>, action: &str) -> Result<&'a Role, Refusal> {
    let role = allowed(call, action)?;
    if role.path().starts_with(SERVICE_LINKED) || role.path().starts_with(RESERVED) {
        return Err(Refusal::unmodifiable_entity(format!(
            "Cannot perform the operation on the protected role '{}' - this role is only modifiable by AWS",
            role.name
        )));
    }
    Ok(role)
}

pub(super) fn is_it(policy: &NamedPolicy, name: &str) -> bool {
    policy.managed.is_none() && policy.name == name
}

pub(super) fn written(text: &str) -> usize {
    text.bytes().filter(|byte| !byte.is_ascii_whitespace()).count()
}
