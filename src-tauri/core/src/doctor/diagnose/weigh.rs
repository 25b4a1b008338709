//! Two sides of a request, weighed by AWS's rules within an account and across accounts.
//!
//! Source: IAM User Guide, "Policy evaluation for requests within a single account" and "Cross-account policy evaluation
//! logic".

use crate::policy::{Naming, ResourceRule};

use super::super::verdict::Verdict;

/// What one side is known to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It allows.
    Allows,
    /// It was seen, or AWS said so: it does not allow.
    Silent,
    /// A statement denies.
    Denies,
    /// It is not known.
    Unknown,
}

/// Whether caller and resource belong to one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Same,
    Across,
    Unknown,
}

/// The two sides.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sides {
    /// The caller's own policies.
    pub own: State,
    /// The resource's policy.
    pub resource: State,
    /// How that names the caller.
    pub naming: Option<Naming>,
    pub relation: Relation,
    pub rule: ResourceRule,
    /// Whether AWS refused, and nothing else is known to be the cause: then the one unknown side is the likely one.
    pub refused: bool,
}

/// A verdict for the caller's side, and one for the resource's.
pub(super) fn weigh(sides: &Sides) -> (Verdict, Verdict) {
    let certain = |state| match state {
        State::Allows => Verdict::Present,
        State::Silent => Verdict::Missing,
        State::Denies => Verdict::Denies,
        State::Unknown => Verdict::CantSee,
    };
    let likely_if = |likely: bool| {
        if likely {
            Verdict::LikelyMissing
        } else {
            Verdict::CantSee
        }
    };
    let (own, resource) = (sides.own, sides.resource);
    let denied = own == State::Denies || resource == State::Denies;
    let refused = sides.refused && !denied;
    let itself = resource == State::Allows && sides.naming > Some(Naming::Account);
    let needless = |state| match state {
        State::Allows => Verdict::Present,
        State::Denies => Verdict::Denies,
        State::Silent | State::Unknown => Verdict::Optional,
    };
    match (sides.relation, sides.rule) {
        (Relation::Same, ResourceRule::MustAllow) => {
            let own_verdict = match own {
                // A trust that names the caller itself is enough; the cure of a missing one names it so.
                State::Silent | State::Unknown if itself || resource == State::Silent => Verdict::Optional,
                State::Unknown => likely_if(refused && resource == State::Allows),
                other => certain(other),
            };
            let resource_verdict = match resource {
                State::Unknown => likely_if(refused && own == State::Allows),
                other => certain(other),
            };
            (own_verdict, resource_verdict)
        }
        (Relation::Same, ResourceRule::EitherSuffices) => {
            let own_verdict = match own {
                State::Silent | State::Unknown if itself => Verdict::Optional,
                // A bucket policy that was not seen might deny it.
                State::Unknown => likely_if(refused && resource != State::Unknown),
                other => certain(other),
            };
            (own_verdict, needless(resource))
        }
        (Relation::Across, _) | (Relation::Unknown, ResourceRule::MustAllow) => {
            let one = |this, other| match this {
                State::Unknown => likely_if(refused && other == State::Allows),
                known => certain(known),
            };
            (one(own, resource), one(resource, own))
        }
        (Relation::Unknown, ResourceRule::EitherSuffices) => {
            let own_verdict = match own {
                State::Unknown => likely_if(refused && resource == State::Allows),
                other => certain(other),
            };
            let resource_verdict = match resource {
                // Needed only if the bucket is another account's; that the caller's side allows and AWS refuses all the
                // same speaks for it.
                State::Silent | State::Unknown => likely_if(refused && own == State::Allows),
                other => certain(other),
            };
            (own_verdict, resource_verdict)
        }
    }
}
