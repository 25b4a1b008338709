//! `Resource` and `NotResource`: the forms of ARNs, and what S3's actions are about.
//!
//! Sources: IAM User Guide, "IAM ARNs"; Service Authorization Reference, "Actions, resources, and condition keys for
//! Amazon S3".

use super::view::{Statement, Text};
use super::{Check, Found};
use crate::policy::document::Kind;

pub(super) fn look(statement: &Statement, kind: Kind, found: &mut Found) {
    for resource in &statement.resources {
        form(*resource, statement, kind, found);
    }
    if let (Some(at), true) = (statement.not_resource, statement.allow) {
        let what = "This allows the actions on every resource that is not listed.".to_owned();
        found.note(
            Check::Wildcard,
            at,
            what,
            "List the resources that are needed in Resource.",
        );
    }
    if statement.not_resource.is_none() && !statement.not_action {
        buckets_and_objects(statement, found);
    }
}

/// The partitions that there are; AWS General Reference, "Amazon Resource Names".
const PARTITIONS: [&str; 9] = [
    "aws",
    "aws-cn",
    "aws-us-gov",
    "aws-iso",
    "aws-iso-b",
    "aws-iso-e",
    "aws-iso-f",
    "aws-eusc",
    "*",
];

/// Whether wildcards or variables leave open what the text is.
fn open(text: &str) -> bool {
    text.contains(['*', '?']) || text.contains("${")
}

fn form(resource: Text, statement: &Statement, kind: Kind, found: &mut Found) {
    let (at, text) = (resource.at, resource.text);
    let mut wrong = |what: String, advice: &str| found.error(Check::ArnForm, at, what, advice);
    if text.starts_with('*') {
        return;
    }
    // Names may have spaces (a CloudWatch alarm's, an object's), the parts before them none.
    let spaced = |part: &str| part.contains(char::is_whitespace);
    if text.trim() != text || text.starts_with("arn:") && text.split(':').take(5).any(spaced) {
        wrong(
            format!("The ARN \"{text}\" has white space in it."),
            "Leave it out.",
        );
        return;
    }
    if !text.starts_with("arn:") {
        let advice = if text.starts_with("s3://") {
            format!("Write arn:aws:s3:::{}.", text.trim_start_matches("s3://"))
        } else {
            "Write arn:partition:service:region:account:resource, or *.".to_owned()
        };
        wrong(format!("\"{text}\" is no ARN."), &advice);
        return;
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [_, partition, service, region, account, name] = parts[..] else {
        if !text.ends_with('*') && !text.contains("*:") {
            incomplete(at, text, parts.len(), kind, found);
        }
        return;
    };
    if !open(partition) && !PARTITIONS.contains(&partition) {
        wrong(
            format!("There is no partition \"{partition}\"."),
            "Most accounts are in aws.",
        );
    }
    let digits = account.replace('-', "");
    let number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if number && (account.len() != 12 || digits.len() != 12) {
        let advice = "An account ID in an ARN has 12 digits and no dashes.";
        wrong(format!("\"{account}\" is no account ID."), advice);
    }
    match service {
        "s3" => s3(at, text, region, account, name, found),
        "iam" => iam(at, text, region, account, name, found),
        "sts" if name.starts_with("assumed-role/") && assumes(statement) => {
            let role = name.split('/').nth(1).unwrap_or_default();
            let advice = format!("Name the role: arn:{partition}:iam::{account}:role/{role}.");
            let what = format!("\"{text}\" is a session; what is assumed is its role.");
            found.error(Check::SessionOrRole, at, what, &advice);
        }
        _ => {}
    }
}

/// AWS completes it in a policy of an identity, and refuses it in a session policy.
fn incomplete(at: crate::policy::Position, text: &str, parts: usize, kind: Kind, found: &mut Found) {
    let s3 = text.split(':').nth(2) == Some("s3");
    let form = match s3 {
        true => "A bucket's ARN has three colons before its name: arn:aws:s3:::bucket.",
        false => "An ARN has six parts: arn:partition:service:region:account:resource.",
    };
    let what = format!("The ARN \"{text}\" has only {parts} parts of six");
    // No bucket has a region or an account in its ARN.
    let none = s3 && parts > 3;
    if matches!(kind, Kind::Identity | Kind::Boundary) && !none {
        let whole = format!("{text}{}", ":*".repeat(6_usize.saturating_sub(parts)));
        found.warning(
            Check::ArnForm,
            at,
            format!("{what}: AWS takes it for {whole}."),
            form,
        );
    } else {
        found.error(Check::ArnForm, at, format!("{what}."), form);
    }
}

fn assumes(statement: &Statement) -> bool {
    let is = |name: &str| name.to_lowercase().starts_with("sts:assumerole");
    statement.actions.iter().any(|a| is(a.text))
}

/// Other things of S3 than buckets, which have a region and an account.
const WITH_ACCOUNT: [&str; 6] = [
    "accesspoint",
    "job/",
    "storage-lens",
    "access-grants/",
    "async-request/",
    "bucket/",
];

fn s3(at: crate::policy::Position, text: &str, region: &str, account: &str, name: &str, found: &mut Found) {
    let own = WITH_ACCOUNT.iter().any(|kind| name.starts_with(kind)) || name.starts_with(['*', '$']);
    if !own && (!region.is_empty() && region != "*" || !account.is_empty() && account != "*") {
        let advice = format!(
            "Write {}:::{name}.",
            text.split(':').take(3).collect::<Vec<_>>().join(":")
        );
        let what = format!("A bucket's ARN has neither region nor account, but \"{text}\" does.");
        found.error(Check::ArnForm, at, what, &advice);
    } else if region.is_empty() && name.starts_with('/') {
        let advice = format!("Write {}.", text.replacen(":::/", ":::", 1));
        let what = format!("\"{text}\" has no bucket: a slash follows the colons.");
        found.error(Check::ArnForm, at, what, &advice);
    }
}

fn iam(at: crate::policy::Position, text: &str, region: &str, account: &str, name: &str, found: &mut Found) {
    if !region.is_empty() && !open(region) {
        let what = format!("IAM has no regions, but \"{text}\" names one.");
        found.error(Check::ArnForm, at, what, "Leave the fourth part empty.");
    }
    if account.is_empty() && !open(name) {
        let what = format!("\"{text}\" names no account; it fits nothing.");
        found.warning(
            Check::ArnForm,
            at,
            what,
            "Put the account ID before the last colon.",
        );
    }
}

/// What one S3 action is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    Bucket,
    Objects,
    Other,
}

/// Actions of objects: the rest of the names with `Object` in them is about buckets or the account.
fn about(action: &str) -> About {
    const OBJECTS: [&str; 9] = [
        "abortmultipartupload",
        "bypassgovernanceretention",
        "initiatereplication",
        "listmultipartuploadparts",
        "objectowneroverridetobucketowner",
        "replicatedelete",
        "replicateobject",
        "replicatetags",
        "restoreobject",
    ];
    const BUCKETS: [&str; 13] = [
        "createbucket",
        "deletebucket",
        "deletebucketpolicy",
        "deletebucketwebsite",
        "getbucketlocation",
        "getbucketpolicy",
        "getbucketversioning",
        "getencryptionconfiguration",
        "listbucket",
        "listbucketmultipartuploads",
        "listbucketversions",
        "putbucketpolicy",
        "putencryptionconfiguration",
    ];
    let Some(name) = action.to_lowercase().strip_prefix("s3:").map(str::to_owned) else {
        return About::Other;
    };
    let verb = ["get", "put", "delete", "updateobjectencryption"]
        .iter()
        .find_map(|v| name.strip_prefix(v));
    let object = verb.is_some_and(|rest| rest.starts_with("object") || rest.is_empty());
    if OBJECTS.contains(&name.as_str()) || object && !name.contains('*') {
        About::Objects
    } else if BUCKETS.contains(&name.as_str()) {
        About::Bucket
    } else {
        About::Other
    }
}

/// What an S3 ARN can fit. `b*` fits both: a wildcard runs over slashes.
fn fits(resource: &str) -> (bool, bool) {
    if resource.starts_with('*') || !resource.contains(":s3:::") {
        return (true, true);
    }
    let name = without_variables(resource.rsplit(":::").next().unwrap_or_default());
    match name.split_once('/') {
        None => (true, open(&name)),
        Some((bucket, _)) => (
            bucket.contains('*') && name.ends_with('*') && bucket.ends_with('*'),
            true,
        ),
    }
}

/// With a `*` for each variable: its name may have slashes, as `${aws:PrincipalTag/team}` has.
fn without_variables(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        out.push('*');
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    out
}

/// The ARN up to the slash that ends its bucket.
fn bucket_of(resource: &str) -> &str {
    let mut inside = false;
    let end = resource.char_indices().find(|(i, c)| {
        inside |= resource[*i..].starts_with("${");
        inside &= *c != '}';
        *c == '/' && !inside
    });
    end.map_or(resource, |(i, _)| &resource[..i])
}

fn buckets_and_objects(statement: &Statement, found: &mut Found) {
    if statement.resources.is_empty() {
        return;
    }
    let named = |i: fn((bool, bool)) -> bool| statement.resources.iter().any(|r| i(fits(r.text)));
    let (bucket, objects) = (named(|f| f.0), named(|f| f.1));
    let first = statement.resources[0];
    let plain = first.text.trim_end_matches('/');
    for action in &statement.actions {
        match about(action.text) {
            About::Objects if !objects => {
                let what = format!(
                    "{} is about objects, but the resources name only the bucket.",
                    action.text
                );
                found.warning(
                    Check::BucketOrObjects,
                    action.at,
                    what,
                    &format!("Add \"{plain}/*\" to Resource."),
                );
            }
            About::Bucket if !bucket => {
                let bucket = bucket_of(first.text);
                let what = format!(
                    "{} is about the bucket, but the resources name only its objects.",
                    action.text
                );
                found.warning(
                    Check::BucketOrObjects,
                    action.at,
                    what,
                    &format!("Add \"{bucket}\" to Resource."),
                );
            }
            _ => {}
        }
        if action.text.eq_ignore_ascii_case("s3:*") && bucket != objects {
            let (missing, add) = if bucket {
                ("objects", format!("{plain}/*"))
            } else {
                ("the bucket itself", bucket_of(first.text).to_owned())
            };
            let what = format!("s3:* is about buckets and objects, but the resources leave out {missing}.");
            found.note(
                Check::BucketOrObjects,
                action.at,
                what,
                &format!("Add \"{add}\" to Resource if that is meant."),
            );
        }
    }
}
