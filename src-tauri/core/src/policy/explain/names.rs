//! Actions, resources and principals as people say them.

use crate::policy::actions;
use crate::policy::principal::Principal;

/// `a, b and c`.
pub(super) fn listed(all: impl Iterator<Item = String>, word: &str) -> String {
    let mut all: Vec<String> = all.collect();
    let Some(last) = all.pop() else {
        return "nothing".to_owned();
    };
    match all.is_empty() {
        true => last,
        false => format!("{} {word} {last}", all.join(", ")),
    }
}

/// What the actions of the stories do. The others are called by their names.
const DOES: [(&str, &str); 12] = [
    ("s3:getobject", "read objects"),
    ("s3:putobject", "write objects"),
    ("s3:deleteobject", "delete objects"),
    ("s3:listbucket", "list a bucket's objects"),
    ("s3:listallmybuckets", "list all buckets"),
    ("s3:getbucketlocation", "see which region a bucket is in"),
    ("sts:assumerole", "take a role"),
    ("sts:assumerolewithsaml", "take a role with a SAML assertion"),
    (
        "sts:assumerolewithwebidentity",
        "take a role with a provider's token",
    ),
    ("sts:tagsession", "give a session tags"),
    ("iam:passrole", "hand a role to a service"),
    ("kms:decrypt", "decrypt with a key"),
];

pub(super) fn action(text: &str) -> String {
    let lower = text.to_lowercase();
    if text == "*" {
        return "every action".to_owned();
    }
    if let Some((_, does)) = DOES.iter().find(|(name, _)| *name == lower) {
        return format!("{does} ({text})");
    }
    let Some((service, name)) = text.split_once(':') else {
        return text.to_owned();
    };
    if name == "*" {
        return format!("every action of {service} ({text})");
    }
    if !name.contains(['*', '?']) {
        return text.to_owned();
    }
    match actions::fitting(service, name).as_slice() {
        [] => format!("what fits {text} (no action that we know)"),
        [one] => format!("what fits {text} ({service}:{one})"),
        [first, .., last] if name.contains('*') => {
            let count = actions::fitting(service, name).len();
            format!("what fits {text} ({count} actions, from {first} to {last})")
        }
        _ => format!("what fits {text}"),
    }
}

pub(super) fn resource(text: &str) -> String {
    if text == "*" {
        return "every resource".to_owned();
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [_, _, service, region, account, name] = parts[..] else {
        return text.to_owned();
    };
    match service {
        "s3" if region.is_empty() && account.is_empty() => bucket(name),
        "iam" => iam(account, name),
        _ => text.to_owned(),
    }
}

fn bucket(name: &str) -> String {
    match name.split_once('/') {
        None if name == "*" => "every bucket and object".to_owned(),
        None if name.contains('*') => format!("the buckets and objects that fit {name}"),
        None => format!("the bucket {name}"),
        Some((bucket, "*")) => format!("every object in the bucket {bucket}"),
        Some((bucket, key)) => match key.strip_suffix('*') {
            Some(start) if !start.contains(['*', '?']) => {
                format!("the objects under {start} in the bucket {bucket}")
            }
            _ if key.contains(['*', '?']) => format!("the objects that fit {key} in the bucket {bucket}"),
            _ => format!("the object {key} in the bucket {bucket}"),
        },
    }
}

fn iam(account: &str, name: &str) -> String {
    let of = match account {
        "" => String::new(),
        "*" => " of any account".to_owned(),
        "aws" => " of AWS".to_owned(),
        account => format!(" of account {account}"),
    };
    match name.split_once('/') {
        Some((kind, "*")) => format!("every {kind}{of}"),
        Some((kind, name)) if name.contains(['*', '?']) => format!("every {kind} that fits {name}{of}"),
        Some((kind, name)) => format!("the {kind} {name}{of}"),
        None => format!("{name}{of}"),
    }
}

pub(super) fn principal(principal: &Principal) -> String {
    match principal {
        Principal::Everyone => "everybody".to_owned(),
        Principal::Account(account) => format!("account {account} (whom its own policies let)"),
        Principal::User(arn) | Principal::Role(arn) => {
            let account = arn.split(':').nth(4).unwrap_or_default();
            iam(account, arn.splitn(6, ':').nth(5).unwrap_or(arn))
        }
        Principal::RoleSession(arn) => format!("the session {arn}"),
        Principal::FederatedUser(arn) => format!("the federated user {arn}"),
        Principal::DeletedId(id) => format!("{id} (who was deleted: this names nobody)"),
        Principal::Service(name) => format!("the AWS service {name}"),
        Principal::Federated(provider) => format!("who comes from the identity provider {provider}"),
        Principal::CanonicalUser(id) => format!("the account with the canonical user ID {id}"),
    }
}
