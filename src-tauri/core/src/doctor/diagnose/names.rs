//! Names that are almost one that the policies allow.

use super::super::near::almost;
use super::super::stance::Near as NearStatement;
use super::case::Case;
use super::side::Side;
use crate::policy::Miss;

/// A name that was asked for, and the one that was probably meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NearName {
    Role {
        asked: String,
        meant: String,
        /// Where the other name stands.
        known_from: String,
    },
    Bucket {
        asked: String,
        meant: String,
        known_from: String,
    },
}

const POLICY: &str = "a policy of yours names";
const CATALOG: &str = "the catalog has";

pub(super) fn near(case: &Case<'_>, switch: Option<&Side>, using: &Side) -> Option<NearName> {
    switch
        .filter(|_| !case.switched)
        .and_then(|own| role(case, own))
        .or_else(|| bucket(case, using))
}

/// The resources of those statements that allow the action on something else.
fn allowed(statements: &[NearStatement]) -> impl Iterator<Item = &str> {
    statements
        .iter()
        .filter(|near| near.miss == Miss::Resource)
        .flat_map(|near| near.resources.iter().map(String::as_str))
}

fn role(case: &Case<'_>, own: &Side) -> Option<NearName> {
    let role = case.role.as_ref()?;
    let start = format!("arn:{}:iam::{}:role/", role.partition(), role.account());
    let last = |arn: &'_ str| arn.rsplit('/').next().map(str::to_owned);
    let by_policy: Vec<String> = allowed(&own.near)
        .filter(|arn| arn.starts_with(&start))
        .filter_map(last)
        .collect();
    let asked = role.role_name();
    let found = |meant: &str, from: &str| NearName::Role {
        asked: asked.to_owned(),
        meant: meant.to_owned(),
        known_from: from.to_owned(),
    };
    if let Some(meant) = almost(asked, by_policy.iter().map(String::as_str)) {
        return Some(found(meant, POLICY));
    }
    let known = &case.question.known_roles;
    let there = known.iter().filter(|known| known.account() == role.account());
    almost(asked, there.map(|known| known.role_name())).map(|meant| found(meant, CATALOG))
}

fn bucket(case: &Case<'_>, using: &Side) -> Option<NearName> {
    let asked = &case.bucket.as_ref()?.name;
    let name = |arn: &'_ str| {
        let path = arn.splitn(6, ':').nth(5)?;
        let name = path.split('/').next()?;
        (arn.contains(":s3:::") && !name.contains('*')).then(|| name.to_owned())
    };
    let by_policy: Vec<String> = allowed(&using.near).filter_map(name).collect();
    let found = |meant: &str, from: &str| NearName::Bucket {
        asked: asked.clone(),
        meant: meant.to_owned(),
        known_from: from.to_owned(),
    };
    if let Some(meant) = almost(asked, by_policy.iter().map(String::as_str)) {
        return Some(found(meant, "the policies name"));
    }
    let known = case.question.known_buckets.iter().map(String::as_str);
    almost(asked, known).map(|meant| found(meant, "you have used"))
}
