//! Session policies, and how much room they and the tags take.

use hatrack_core::policy::Kind;

use super::session_tags::SessionTags;
use crate::query::{Limits, Parameters, Refusal};
use crate::world::{Document, NamedPolicy, World};

const POLICY: Limits = Limits {
    name: "Policy",
    length: (1, 2048),
    pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
    also: None,
};

/// API Reference, "AssumeRole": at most ten managed policies.
const MOST_ARNS: usize = 10;

/// The room that the packed form may take. AWS packs in a form of its own that it does not publish; here it is
/// the plain length, so that what fits is at least as large as with AWS for a policy or tags alone.
const ROOM: usize = 2048;

/// The session policies of a call, and the share of the room they take with the tags.
#[derive(Debug)]
pub(super) struct Packed {
    pub policies: Vec<NamedPolicy>,
    /// `PackedPolicySize`: present where a policy or tags were passed.
    pub percent: Option<usize>,
}

pub(super) fn read(parameters: &Parameters, tags: &SessionTags, world: &World) -> Result<Packed, Refusal> {
    let mut policies = Vec::new();
    let mut size = tags.size();
    if let Some(text) = parameters.text(&POLICY)? {
        let document =
            Document::read(Kind::Session, text).map_err(|e| Refusal::malformed_policy(e.to_string()))?;
        if document.policy.unknowns().next().is_some() {
            return Err(Refusal::malformed_policy("Syntax errors in policy."));
        }
        size += text.chars().filter(|c| !c.is_whitespace()).count();
        policies.push(NamedPolicy::embedded("session policy", document));
    }
    let arns: Vec<&str> = parameters.members("PolicyArns", ".arn").collect();
    if arns.len() > MOST_ARNS {
        let constraint = "Member must have length less than or equal to 10";
        return Err(Refusal::constraint(
            &format!("[{}]", arns.join(", ")),
            "policyArns",
            constraint,
        ));
    }
    for arn in arns {
        let Some(policy) = world.managed.get(arn) else {
            return Err(Refusal::validation(format!(
                "Policy ARN {arn} does not exist or is not attachable."
            )));
        };
        size += arn.len();
        policies.push(NamedPolicy::embedded(arn, policy.clone()));
    }
    let percent = (size * 100).div_ceil(ROOM);
    if percent > 100 {
        return Err(Refusal::packed_too_large(if policies.is_empty() {
            format!("Packed size of session tags consumes {percent}% of allotted space.")
        } else {
            format!("Packed policy consumes {percent}% of allotted space, please use smaller policy.")
        }));
    }
    Ok(Packed {
        policies,
        percent: (size > 0).then_some(percent),
    })
}
