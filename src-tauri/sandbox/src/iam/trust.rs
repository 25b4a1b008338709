//! Who may assume a role, written anew.
//!
//! Source: IAM API Reference, "UpdateAssumeRolePolicy"; IAM User Guide, "IAM and AWS STS quotas".

use hatrack_core::policy::Kind;

use super::Call;
use super::role_policies::changeable;
use crate::query::Refusal;
use crate::world::{Document, World};

/// A trust policy's length without white space, as accounts have it before they ask for more.
const ROOM: usize = 2048;

/// What a call does to the world.
pub(super) struct Change {
    role_arn: String,
    trust: Document,
}

pub(super) fn update(call: &Call<'_>) -> Result<Change, Refusal> {
    let text = call.required("PolicyDocument")?;
    let role = changeable(call, "UpdateAssumeRolePolicy")?;
    let trust =
        Document::read(Kind::Trust, text).map_err(|error| Refusal::malformed_policy(error.to_string()))?;
    if trust.policy.unknowns().next().is_some() {
        return Err(Refusal::malformed_policy("Syntax errors in policy."));
    }
    if text.bytes().filter(|byte| !byte.is_ascii_whitespace()).count() > ROOM {
        return Err(Refusal::limit_exceeded(format!(
            "Cannot exceed quota for ACLSizePerRole: {ROOM}"
        )));
    }
    Ok(Change {
        role_arn: role.arn.clone(),
        trust,
    })
}

impl Change {
    pub(super) fn apply(self, world: &mut World) {
        if let Some(role) = world.roles.get_mut(&self.role_arn) {
            role.trust = self.trust;
        }
    }
}
