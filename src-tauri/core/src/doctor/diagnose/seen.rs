//! What is ruled out, and what cannot be seen from here.

use super::super::sight::{Ownership, Seen};
use super::super::verdict::{Cause, Placed, Placement, Verdict};
use super::case::{Case, Stage};

/// What it is not, and how that is known.
pub(super) fn ruled_out(case: &Case<'_>, cause: Cause) -> Vec<String> {
    let mut out = Vec::new();
    let sent = &case.question.sent;
    if case.refusal.is_some_and(|r| r.caller.is_some()) {
        out.push("The credentials: AWS knows who asked".to_owned());
    }
    if case.switched {
        out.push("The switch: the role's session exists".to_owned());
    }
    if let Some(id) = &sent.external_id
        && cause != Cause::ExternalId
    {
        out.push(format!("External ID sent: {id}"));
    }
    if sent.mfa == Some(true) {
        out.push("MFA present".to_owned());
    }
    if matches!(case.sight.role, Seen::Known(..)) {
        out.push("The role's name: the role exists".to_owned());
    }
    if matches!(case.sight.boundary, Seen::Absent(_)) {
        out.push("A permissions boundary on you: there is none".to_owned());
    }
    if matches!(case.sight.role_boundary, Seen::Absent(_)) {
        out.push("A permissions boundary on the role: there is none".to_owned());
    }
    if let (Some(region), Stage::Use) = (case.sight.bucket_region.known(), case.stage)
        && case.question.region.as_ref() == Some(region)
    {
        out.push(format!("The region: the bucket is in {region}"));
    }
    out
}

/// What cannot be seen from here, and would matter.
pub(super) fn unseen(case: &Case<'_>, placements: &[Placed]) -> Vec<String> {
    let sight = case.sight;
    let a = case.a.map(|a| format!(" {a}")).unwrap_or_default();
    let b = case.b.map(|b| format!(" {b}")).unwrap_or_default();
    let mut out = Vec::new();
    let mut hidden = |seen_for: Placement, what: String, why: Option<&String>| {
        let decided = placements.iter().any(|p| {
            p.placement == seen_for
                && matches!(p.verdict, Verdict::Present | Verdict::Missing | Verdict::Denies)
        });
        let unneeded = placements.iter().all(|p| p.placement != seen_for);
        if !decided && !unneeded {
            out.push(match why {
                Some(why) => format!("{what}: {why}"),
                None => what,
            });
        }
    };
    fn why<T>(seen: &Seen<T>) -> Option<Option<&String>> {
        match seen {
            Seen::Known(..) | Seen::Absent(_) => None,
            Seen::Refused(why) => Some(Some(why)),
            Seen::NotAsked => Some(None),
        }
    }
    if let Some(why) = why(&sight.identity) {
        let of = if case.role.is_some() {
            Placement::AssumeRole
        } else {
            Placement::Permissions
        };
        hidden(of, format!("Your own policies in account{b}"), why);
    }
    if case.role.is_some() {
        if let Some(why) = why(&sight.trust) {
            hidden(
                Placement::Trust,
                format!("The role's trust policy in account{a}"),
                why,
            );
        }
        if let Some(why) = why(&sight.permissions) {
            hidden(
                Placement::Permissions,
                format!("The role's permissions in account{a}"),
                why,
            );
        }
    }
    if let (Some(why), true) = (why(&sight.bucket_policy), case.bucket.is_some()) {
        hidden(Placement::BucketPolicy, "The bucket's policy".to_owned(), why);
    }
    let of_object = case.bucket.as_ref().is_some_and(|bucket| bucket.key.is_some());
    if of_object && case.stage == Stage::Use && sight.ownership.known() == Some(&Ownership::ObjectWriter) {
        out.push(
            "Who owns the object: what another account uploaded, the bucket's policy does not reach"
                .to_owned(),
        );
    }
    if case.stage != Stage::Nothing {
        if !sight.caller_scps.is_certain() && !case.switched {
            out.push(format!("Service control policies over account{b}"));
        }
        if case.role.is_some() && case.a != case.b && !sight.role_scps.is_certain() {
            out.push(format!("Organization policies over account{a}"));
        }
    }
    out
}
