//! The new statements: exactly the action, the resource and the principal that the request had.

use crate::arn::RoleArn;

use super::super::question::Sent;
use super::json::Json;

/// A statement of an identity policy.
pub(in crate::doctor) fn allow_action(sid: &str, actions: &[String], resource: &str) -> Json {
    Json::object([
        ("Sid", Json::text(sid)),
        ("Effect", Json::text("Allow")),
        ("Action", Json::texts(actions)),
        ("Resource", Json::text(&literal(resource))),
    ])
}

/// An object's ARN as a policy writes it so that it means this key alone: a key may hold what policies read as wildcards.
///
/// Source: IAM User Guide, "IAM policy elements: Variables and tags", on special characters.
fn literal(resource: &str) -> String {
    let of_bucket = resource.split_once(":s3:::").map(|(_, rest)| rest);
    let Some((_, key)) = of_bucket.and_then(|rest| rest.split_once('/')) else {
        return resource.to_owned();
    };
    let start = &resource[..resource.len() - key.len()];
    let key: String = key
        .chars()
        .map(|c| match c {
            '*' | '?' | '$' => format!("${{{c}}}"),
            plain => plain.to_string(),
        })
        .collect();
    format!("{start}{key}")
}

/// The caller's leave to assume the role.
pub(in crate::doctor) fn allow_assume(role: &RoleArn, actions: &[String]) -> Json {
    let sid = format!("Assume{}", sid_of(role.role_name()));
    allow_action(&sid, actions, &role.to_string())
}

/// The actions that the switch needs, by what went along with it.
pub(in crate::doctor) fn assume_actions(sent: &Sent) -> Vec<String> {
    let mut actions = vec!["sts:AssumeRole".to_owned()];
    if !sent.tags.is_empty() {
        actions.push("sts:TagSession".to_owned());
    }
    if sent.source_identity.is_some() {
        actions.push("sts:SetSourceIdentity".to_owned());
    }
    actions
}

/// Who is to be trusted, as a policy names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::doctor) struct Trusted {
    /// What stands under `"AWS"`.
    pub principal: String,
    /// An ARN pattern that narrows the principal, where its exact ARN cannot be known.
    pub narrowed_to: Option<String>,
    pub warning: Option<String>,
}

/// The principal for a caller's ARN. `role` is its role's ARN where that is known with its path.
pub(in crate::doctor) fn trusted_principal(caller: &str, role: Option<&RoleArn>) -> Option<Trusted> {
    let exactly = |principal: String, warning: Option<String>| Trusted {
        principal,
        narrowed_to: None,
        warning,
    };
    let parts: Vec<&str> = caller.splitn(6, ':').collect();
    let ["arn", partition, service, _, account, resource] = parts[..] else {
        return None;
    };
    if let ("iam", "root") = (service, resource) {
        return Some(exactly(
            caller.to_owned(),
            Some(format!(
                "{caller} stands for the whole account {account}: whoever its policies allow may use this, not you alone."
            )),
        ));
    }
    if (service, resource.split_once('/').map(|(kind, _)| kind)) != ("sts", Some("assumed-role")) {
        return Some(exactly(caller.to_owned(), None));
    }
    if let Some(role) = role {
        return Some(exactly(role.to_string(), None));
    }
    let name = resource.split('/').nth(1)?;
    if name.starts_with("AWSReservedSSO_") {
        return Some(Trusted {
            principal: format!("arn:{partition}:iam::{account}:root"),
            narrowed_to: Some(format!(
                "arn:{partition}:iam::{account}:role/aws-reserved/sso.amazonaws.com/*{name}"
            )),
            warning: Some(
                "The role of a permission set is made anew by Identity Center, so the account is named and a condition \
                 narrows it to that role."
                    .to_owned(),
            ),
        });
    }
    Some(exactly(
        format!("arn:{partition}:iam::{account}:role/{name}"),
        Some(format!(
            "A session's ARN does not show the path of its role. If {name} has one, write it into the principal's ARN."
        )),
    ))
}

/// The role's trust in the caller, on the conditions under which it asked.
pub(in crate::doctor) fn trust_caller(sid: &str, trusted: &Trusted, sent: &Sent) -> Json {
    let mut members = vec![
        ("Sid", Json::text(sid)),
        ("Effect", Json::text("Allow")),
        (
            "Principal",
            Json::object([("AWS", Json::text(&trusted.principal))]),
        ),
        ("Action", Json::texts(&assume_actions(sent))),
    ];
    let mut conditions = Vec::new();
    if let Some(id) = &sent.external_id {
        conditions.push(("StringEquals", Json::object([("sts:ExternalId", Json::text(id))])));
    }
    if let Some(pattern) = &trusted.narrowed_to {
        conditions.push((
            "ArnLike",
            Json::object([("aws:PrincipalArn", Json::text(pattern))]),
        ));
    }
    if sent.mfa == Some(true) {
        conditions.push((
            "Bool",
            Json::object([("aws:MultiFactorAuthPresent", Json::text("true"))]),
        ));
    }
    if !conditions.is_empty() {
        members.push(("Condition", of_members(conditions)));
    }
    of_members(members)
}

/// A bucket's leave for one principal.
pub(in crate::doctor) fn allow_in_bucket(sid: &str, trusted: &Trusted, action: &str, resource: &str) -> Json {
    let mut members = vec![
        ("Sid", Json::text(sid)),
        ("Effect", Json::text("Allow")),
        (
            "Principal",
            Json::object([("AWS", Json::text(&trusted.principal))]),
        ),
        ("Action", Json::text(action)),
        ("Resource", Json::text(&literal(resource))),
    ];
    if let Some(pattern) = &trusted.narrowed_to {
        let narrowed = Json::object([("aws:PrincipalArn", Json::text(pattern))]);
        members.push(("Condition", Json::object([("ArnLike", narrowed)])));
    }
    of_members(members)
}

/// A key's leave: in a key's policy `*` means this key.
pub(in crate::doctor) fn allow_key_use(sid: &str, trusted: &Trusted, action: &str) -> Json {
    allow_in_bucket(sid, trusted, action, "*")
}

fn of_members(members: Vec<(&str, Json)>) -> Json {
    Json::Object(
        members
            .into_iter()
            .map(|(name, value)| (serde_json::Value::from(name).to_string(), value))
            .collect(),
    )
}

/// A Sid takes letters and digits.
pub(in crate::doctor) fn sid_of(name: &str) -> String {
    let mut upper = true;
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(if upper { c.to_ascii_uppercase() } else { c });
            upper = false;
        } else {
            upper = true;
        }
        if out.len() >= 40 {
            break;
        }
    }
    out
}
