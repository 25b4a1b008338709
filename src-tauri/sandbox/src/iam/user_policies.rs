//! Inline policies of users and groups, written and deleted.
//!
//! Source: IAM API Reference, "PutUserPolicy", "DeleteUserPolicy", "PutGroupPolicy" and "DeleteGroupPolicy"; IAM User
//! Guide, "IAM and AWS STS quotas".

use hatrack_core::policy::Kind;

use super::role_policies::{NAME, is_it, written};
use super::{Call, users};
use crate::query::Refusal;
use crate::world::{Document, NamedPolicy, World};

/// Whose policy a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    User,
    Group,
}

impl Of {
    fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
        }
    }

    /// All inline policies together, without white space.
    fn room(self) -> usize {
        match self {
            Self::User => 2048,
            Self::Group => 5120,
        }
    }

    /// The owner's ARN, its name and its policies.
    fn found<'a>(
        self,
        call: &'a Call<'_>,
        action: &str,
    ) -> Result<(String, &'a str, &'a [NamedPolicy]), Refusal> {
        match self {
            Self::User => {
                call.required("UserName")?;
                let user = users::allowed(call, action)?;
                Ok((user.arn.clone(), &user.name, &user.policies))
            }
            Self::Group => {
                let group = users::allowed_group(call, action)?;
                let arn = format!("arn:aws:iam::{}:group/{}", group.account, group.name);
                Ok((arn, &group.name, &group.policies))
            }
        }
    }
}

/// What a call does to the world.
pub(super) struct Change {
    of: Of,
    arn: String,
    name: String,
    /// `None` where it goes.
    policy: Option<NamedPolicy>,
}

pub(super) fn put(call: &Call<'_>, of: Of, action: &str) -> Result<Change, Refusal> {
    let name = call.parameters.required(&NAME)?.to_owned();
    let text = call.required("PolicyDocument")?;
    let (arn, owner, policies) = of.found(call, action)?;
    let document =
        Document::read(Kind::Identity, text).map_err(|error| Refusal::malformed_policy(error.to_string()))?;
    if document.policy.unknowns().next().is_some() {
        return Err(Refusal::malformed_policy("Syntax errors in policy."));
    }
    let others = policies.iter().filter(|p| p.managed.is_none() && p.name != name);
    let size: usize = others.map(|policy| written(&policy.document.text)).sum();
    if size + written(text) > of.room() {
        return Err(Refusal::limit_exceeded(format!(
            "Maximum policy size of {} bytes exceeded for {} {owner}",
            of.room(),
            of.word()
        )));
    }
    let policy = Some(NamedPolicy::embedded(&name, document));
    Ok(Change {
        of,
        arn,
        name,
        policy,
    })
}

pub(super) fn delete(call: &Call<'_>, of: Of, action: &str) -> Result<Change, Refusal> {
    let name = call.parameters.required(&NAME)?.to_owned();
    let (arn, _, policies) = of.found(call, action)?;
    if !policies.iter().any(|policy| is_it(policy, &name)) {
        return Err(Refusal::no_such_entity(format!(
            "The {} policy with name {name} cannot be found.",
            of.word()
        )));
    }
    Ok(Change {
        of,
        arn,
        name,
        policy: None,
    })
}

impl Change {
    pub(super) fn apply(self, world: &mut World) {
        let policies = match self.of {
            Of::User => world.users.get_mut(&self.arn).map(|user| &mut user.policies),
            Of::Group => world.groups.get_mut(&self.arn).map(|group| &mut group.policies),
        };
        if let Some(policies) = policies {
            policies.retain(|other| !is_it(other, &self.name));
            policies.extend(self.policy);
        }
    }
}
