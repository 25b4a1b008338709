//! Managed policies, attached and detached.
//!
//! Source: IAM API Reference, "AttachUserPolicy", "DetachUserPolicy" and the same for groups and roles; IAM User Guide,
//! "IAM and AWS STS quotas".

use hatrack_core::policy::Kind;

use super::role_policies::changeable;
use super::{Call, users};
use crate::query::Refusal;
use crate::world::{Document, NamedPolicy, World};

/// How many managed policies a user, a group or a role has at most, as accounts have it before they ask for more.
const ROOM: usize = 10;

/// What a call does to the world.
pub(super) struct Change {
    /// The user's, the group's or the role's ARN.
    to: String,
    policy_arn: String,
    /// `None` where it is detached.
    policy: Option<NamedPolicy>,
}

pub(super) fn change(call: &Call<'_>, action: &str) -> Result<Change, Refusal> {
    let policy_arn = call.required("PolicyArn")?.to_owned();
    let (to, attached) = whose(call, action)?;
    let no_such = || Refusal::no_such_entity(format!("Policy {policy_arn} was not found."));
    let policy = if action.starts_with("Attach") {
        let foreign = || {
            Refusal::no_such_entity(format!(
                "Policy {policy_arn} does not exist or is not attachable."
            ))
        };
        let managed = call.world.managed.get(&policy_arn);
        let managed = managed.filter(|_| attachable(&policy_arn, call.account().as_str()));
        let managed = managed.ok_or_else(foreign)?;
        if attached.len() >= ROOM && !attached.contains(&policy_arn) {
            return Err(Refusal::limit_exceeded(format!(
                "Cannot exceed quota for {}: {ROOM}",
                quota(action)
            )));
        }
        let document = Document::read(Kind::Identity, &managed.text)
            .map_err(|error| Refusal::malformed_policy(error.to_string()))?;
        Some(NamedPolicy {
            name: policy_arn.rsplit('/').next().unwrap_or(&policy_arn).to_owned(),
            managed: Some(policy_arn.clone()),
            document,
        })
    } else if attached.contains(&policy_arn) {
        None
    } else {
        return Err(no_such());
    };
    Ok(Change {
        to,
        policy_arn,
        policy,
    })
}

/// A policy of the account's own, or one of AWS's.
fn attachable(policy_arn: &str, account: &str) -> bool {
    let owner = policy_arn.split(':').nth(4);
    owner == Some("aws") || owner == Some(account)
}

fn quota(action: &str) -> &'static str {
    match action {
        "AttachUserPolicy" => "PoliciesPerUser",
        "AttachGroupPolicy" => "PoliciesPerGroup",
        _ => "PoliciesPerRole",
    }
}

/// The ARN of whom the call is about, and what is attached there.
fn whose(call: &Call<'_>, action: &str) -> Result<(String, Vec<String>), Refusal> {
    let attached = |policies: &[NamedPolicy]| policies.iter().filter_map(|p| p.managed.clone()).collect();
    Ok(if action.ends_with("UserPolicy") {
        call.required("UserName")?;
        let user = users::allowed(call, action)?;
        (user.arn.clone(), attached(&user.policies))
    } else if action.ends_with("GroupPolicy") {
        let group = users::allowed_group(call, action)?;
        let arn = format!("arn:aws:iam::{}:group/{}", group.account, group.name);
        (arn, attached(&group.policies))
    } else {
        let role = changeable(call, action)?;
        (role.arn.clone(), attached(&role.policies))
    })
}

impl Change {
    pub(super) fn apply(self, world: &mut World) {
        let policies = if let Some(user) = world.users.get_mut(&self.to) {
            &mut user.policies
        } else if let Some(group) = world.groups.get_mut(&self.to) {
            &mut group.policies
        } else if let Some(role) = world.roles.get_mut(&self.to) {
            &mut role.policies
        } else {
            return;
        };
        policies.retain(|other| other.managed.as_deref() != Some(&self.policy_arn));
        policies.extend(self.policy);
    }
}
