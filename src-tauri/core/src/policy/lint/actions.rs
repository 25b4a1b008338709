//! `Action` and `NotAction`.

use super::view::{Statement, Text};
use super::{Check, Found};
use crate::policy::actions::{self, AS_OF, Listed};
use crate::policy::document::Kind;

pub(super) fn look(statement: &Statement, kind: Kind, found: &mut Found) {
    for action in &statement.actions {
        if action.text != "*" {
            name(*action, found);
        }
        if kind == Kind::Trust {
            trust(*action, statement, found);
        }
    }
    wildcards(statement, kind, found);
}

fn name(action: Text, found: &mut Found) {
    if action.text.contains(char::is_whitespace) {
        let what = format!("The action \"{}\" has white space in it.", action.text);
        found.error(Check::UnknownAction, action.at, what, "Leave it out.");
        return;
    }
    let Some((prefix, rest)) = action.text.split_once(':') else {
        let what = format!("The action \"{}\" does not name its service.", action.text);
        let advice = match actions::services_with(action.text).first() {
            Some(service) => format!("Did you mean {service}:{}?", action.text),
            None => "Write service:Action.".to_owned(),
        };
        found.error(Check::UnknownAction, action.at, what, &advice);
        return;
    };
    if prefix.is_empty() || rest.is_empty() {
        let what = format!("The action \"{}\" is not complete.", action.text);
        found.error(Check::UnknownAction, action.at, what, "Write service:Action.");
        return;
    }
    let newer = format!("AWS's list of {AS_OF} does not have it; it may be newer.");
    let advice =
        |near: Option<String>| near.map_or_else(|| newer.clone(), |near| format!("Did you mean {near}?"));
    match actions::look_up(action.text) {
        Listed::Known => {}
        Listed::NoService { near } => found.warning(
            Check::UnknownAction,
            action.at,
            format!("No AWS service that we know has the prefix \"{prefix}\"."),
            &advice(near.map(|near| format!("{near}:{rest}"))),
        ),
        Listed::NoAction { .. } if operation(action.text).is_some() => found.warning(
            Check::UnknownAction,
            action.at,
            format!(
                "\"{}\" is an operation of the API, not an action of policies.",
                action.text
            ),
            &format!("Write {}.", operation(action.text).unwrap_or_default()),
        ),
        Listed::NoAction { near } => found.warning(
            Check::UnknownAction,
            action.at,
            format!("The service {prefix} has no action \"{rest}\" that we know."),
            &advice(near.map(|near| format!("{prefix}:{near}"))),
        ),
        Listed::FitsNone => found.note(
            Check::UnknownAction,
            action.at,
            format!("No action that we know fits \"{}\".", action.text),
            &newer,
        ),
    }
}

/// Operations of S3's API that people take for actions, and the actions that they need.
///
/// Source: Amazon S3 User Guide, "Required permissions for Amazon S3 API operations".
const OPERATIONS: [(&str, &str); 14] = [
    ("s3:completemultipartupload", "s3:PutObject"),
    (
        "s3:copyobject",
        "s3:GetObject for the source and s3:PutObject for the copy",
    ),
    ("s3:createmultipartupload", "s3:PutObject"),
    ("s3:deleteobjects", "s3:DeleteObject"),
    ("s3:headbucket", "s3:ListBucket"),
    ("s3:headobject", "s3:GetObject"),
    ("s3:listbuckets", "s3:ListAllMyBuckets"),
    ("s3:listmultipartuploads", "s3:ListBucketMultipartUploads"),
    ("s3:listobjects", "s3:ListBucket"),
    ("s3:listobjectsv2", "s3:ListBucket"),
    ("s3:listobjectversions", "s3:ListBucketVersions"),
    ("s3:listparts", "s3:ListMultipartUploadParts"),
    ("s3:selectobjectcontent", "s3:GetObject"),
    ("s3:uploadpart", "s3:PutObject"),
];

fn operation(action: &str) -> Option<&'static str> {
    let lower = action.to_lowercase();
    OPERATIONS
        .iter()
        .find(|(operation, _)| *operation == lower)
        .map(|(_, actions)| *actions)
}

/// What a trust policy can be about. Source: AWS STS API Reference, its actions with a role as their resource.
const OF_TRUST: [&str; 6] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:TagSession",
    "sts:SetSourceIdentity",
    "sts:SetContext",
];

fn trust(action: Text, statement: &Statement, found: &mut Found) {
    let known = action.text.contains('*')
        || OF_TRUST
            .iter()
            .any(|known| known.eq_ignore_ascii_case(action.text));
    if !known {
        let what = format!(
            "A trust policy says who may take the role; \"{}\" is not about that.",
            action.text
        );
        let advice = "Move it to the role's permissions.";
        found.warning(Check::Grammar, action.at, what, advice);
    }
    if !statement.allow || !action.text.eq_ignore_ascii_case("sts:AssumeRole") || statement.actions.len() > 1
    {
        return;
    }
    if let Some((_, provider)) = statement.principals.iter().find(|(key, _)| *key == "Federated") {
        let right = match provider.text.contains(":saml-provider/") {
            true => "sts:AssumeRoleWithSAML",
            false => "sts:AssumeRoleWithWebIdentity",
        };
        let what = format!(
            "Who comes with a token of {} does not call sts:AssumeRole.",
            provider.text
        );
        // Others of the statement may well call it.
        let alone = statement.principals.iter().all(|(key, _)| *key == "Federated");
        let verb = if alone { "Write" } else { "Add" };
        found.error(Check::Principal, action.at, what, &format!("{verb} {right}."));
    }
}

fn wildcards(statement: &Statement, kind: Kind, found: &mut Found) {
    if !statement.allow {
        return;
    }
    let Some(first) = statement.actions.first() else {
        return;
    };
    let everywhere = statement.resources.iter().any(|r| r.text == "*") && statement.not_resource.is_none();
    if statement.not_action {
        let what = "This allows every action that is not listed, also those that AWS adds later.".to_owned();
        found.note(
            Check::Wildcard,
            first.at,
            what,
            "List the actions that are needed in Action.",
        );
        return;
    }
    if let Some(all) = statement.actions.iter().find(|a| a.text == "*") {
        let (what, advice) = match (kind, everywhere) {
            (Kind::Trust, _) => (
                "This allows every way of taking the role.",
                "Write sts:AssumeRole.",
            ),
            (_, true) => (
                "This allows everything: every action on every resource.",
                "List the actions and resources that are needed.",
            ),
            (_, false) => ("This allows every action.", "List the actions that are needed."),
        };
        found.note(Check::Wildcard, all.at, what.to_owned(), advice);
    }
    let pass_role = statement
        .actions
        .iter()
        .find(|a| a.text.eq_ignore_ascii_case("iam:PassRole") || a.text.eq_ignore_ascii_case("iam:*"));
    let narrowed = statement.conditions.iter().any(|c| c.is("iam:PassedToService"));
    if let Some(action) = pass_role.filter(|_| everywhere && !narrowed) {
        let what = format!(
            "\"{}\" on every resource lets services run with any role of the account.",
            action.text
        );
        found.note(
            Check::Wildcard,
            action.at,
            what,
            "Name the roles, or ask for iam:PassedToService.",
        );
    }
}
