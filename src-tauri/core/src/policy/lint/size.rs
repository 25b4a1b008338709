//! How large a policy is, and what AWS takes.
//!
//! Sources: IAM User Guide, "IAM and AWS STS quotas" (white space does not count); Amazon S3 User Guide, "Bucket
//! policies" (20 KB); AWS KMS Developer Guide, "Resource quotas" (32 KB for a key policy).

use serde::Serialize;
use ts_rs::TS;

use super::view::Statement;
use super::{Check, Found};
use crate::policy::document::Kind;
use crate::policy::error::Position;

/// The size of a policy against its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct Measure {
    /// What counts: characters without white space; for a bucket policy, bytes with it.
    pub used: u32,
    /// What AWS takes.
    pub limit: u32,
    /// What AWS takes after a quota increase, where there is one.
    pub at_most: Option<u32>,
}

impl Measure {
    /// Whether AWS refuses it.
    pub fn too_large(&self) -> bool {
        self.used > self.limit
    }
}

const MANAGED: u32 = 6_144;
const TRUST: u32 = 2_048;
const TRUST_AT_MOST: u32 = 4_096;
const SESSION: u32 = 2_048;
const BUCKET: u32 = 20_480;
const KEY: u32 = 32_768;
/// The inline policies of one user, group or role, together.
const INLINE: [(&str, u32); 3] = [("user", 2_048), ("group", 5_120), ("role", 10_240)];

/// Counts as AWS does.
pub fn measure(text: &str, kind: Kind) -> Measure {
    let tight = text.chars().filter(|c| !c.is_whitespace()).count();
    let (used, limit, at_most) = match kind {
        Kind::Trust => (tight, TRUST, Some(TRUST_AT_MOST)),
        Kind::Resource => (text.len(), BUCKET, None),
        Kind::Session => (text.chars().count(), SESSION, None),
        _ => (tight, MANAGED, None),
    };
    Measure {
        used: u32::try_from(used).unwrap_or(u32::MAX),
        limit,
        at_most,
    }
}

/// As [`measure`], for a resource policy whose statements tell what it is attached to.
pub(super) fn of_resource(text: &str, statements: &[Statement]) -> Measure {
    let of_keys = |action: &str| action.to_lowercase().starts_with("kms:");
    let mut actions = statements.iter().flat_map(|s| &s.actions).peekable();
    let key = actions.peek().is_some() && actions.all(|action| of_keys(action.text));
    let measured = measure(text, Kind::Resource);
    Measure {
        limit: if key { KEY } else { measured.limit },
        ..measured
    }
}

/// Where it would be too long as an inline policy, though a managed one may be as long.
fn inline(size: &Measure, found: &mut Found) {
    let of: Vec<String> = INLINE
        .iter()
        .filter(|(_, room)| size.used > *room)
        .map(|(whose, room)| format!("a {whose} ({room})"))
        .collect();
    if !of.is_empty() {
        let what = format!(
            "The policy has {} characters: too many for an inline policy of {}.",
            size.used,
            of.join(" or ")
        );
        let advice = "As a managed policy it may have 6144.";
        found.note(Check::TooLarge, Position::START, what, advice);
    }
}

pub(super) fn look(size: &Measure, kind: Kind, found: &mut Found) {
    if !size.too_large() {
        if kind == Kind::Identity {
            inline(size, found);
        }
        return;
    }
    let what = format!("The policy has {} characters of {}.", size.used, size.limit);
    match size.at_most {
        Some(most) if size.used <= most => {
            let advice = format!("Shorten it, or ask AWS to raise the quota: it can be {most}.");
            found.warning(Check::TooLarge, Position::START, what, &advice);
        }
        _ => found.warning(
            Check::TooLarge,
            Position::START,
            what,
            "Split it, or name less one by one.",
        ),
    }
}
