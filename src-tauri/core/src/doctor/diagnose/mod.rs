//! A diagnosis of a question, a refusal and what could be seen.

mod case;
mod cures;
mod key;
mod limits;
mod names;
mod plain;
mod seen;
mod side;
mod weigh;
mod words;

use crate::account::AccountId;
use crate::policy::{Caller, Kind, ResourceRule};

use self::case::{Case, Stage, SwitchBy};
use self::side::{Side, of_many, of_one, own_as_told, resource_as_told, with_simulation};
use self::weigh::{Relation, Sides, State, weigh};
use super::question::Question;
use super::refusal::{Because, PolicySort, Refusal, RefusalKind};
use super::sight::{Seen, Sight};
use super::verdict::{Cause, Diagnosis, Elsewhere, Placed, Placement, Verdict};

/// Says which of the placements is missing, and how that is known.
///
/// Without a refusal it says what would happen, as far as the documents tell.
pub fn diagnose(question: &Question, refusal: Option<&Refusal>, sight: &Sight) -> Diagnosis {
    let decoded = refusal
        .zip(sight.decoded.known())
        .map(|(refusal, json)| refusal.with_decoded(json));
    let refusal = decoded.as_ref().or(refusal);
    let case = Case::of(question, refusal, sight);
    match refusal.filter(|refusal| !refusal.is_denial()) {
        Some(refusal) => plain::diagnose(&case, refusal),
        None => by_policies(&case),
    }
}

/// A pair of sides, weighed.
struct Hop {
    own: Side,
    resource: Side,
    own_verdict: Verdict,
    resource_verdict: Verdict,
    relation: Relation,
}

fn by_policies(case: &Case<'_>) -> Diagnosis {
    let elsewhere = limits::find(case);
    let blocked = elsewhere
        .iter()
        .any(|e| matches!(e.verdict, Verdict::Missing | Verdict::Denies));
    let switch = case.role.is_some().then(|| switch(case, blocked));
    let using = using(case, blocked);
    let mut placements = Vec::new();
    if let Some(hop) = &switch {
        placements.push(placed(
            case,
            Placement::AssumeRole,
            case.b,
            &hop.own,
            hop.own_verdict,
        ));
        placements.push(placed(
            case,
            Placement::Trust,
            case.a,
            &hop.resource,
            hop.resource_verdict,
        ));
    }
    let owner = if case.role.is_some() { case.a } else { case.b };
    placements.push(placed(
        case,
        Placement::Permissions,
        owner,
        &using.own,
        using.own_verdict,
    ));
    let bucket_owner = case.bucket_owner.or(case.a);
    placements.push(placed(
        case,
        Placement::BucketPolicy,
        bucket_owner,
        &using.resource,
        using.resource_verdict,
    ));
    words::explain(case, &mut placements, using.relation);
    let near = names::near(case, switch.as_ref().map(|hop| &hop.own), &using.own);
    cures::add(case, &mut placements, switch.as_ref(), &using, near.as_ref());
    words::conclude(case, placements, elsewhere, near)
}

fn placed(
    case: &Case<'_>,
    placement: Placement,
    account: Option<AccountId>,
    side: &Side,
    verdict: Verdict,
) -> Placed {
    Placed {
        placement,
        account,
        verdict,
        note: words::note(case, placement, verdict),
        evidence: side.evidence.clone(),
        cure: None,
    }
}

/// The AssumeRole: the caller's policies and the role's trust.
fn switch(case: &Case<'_>, blocked: bool) -> Hop {
    let sight = case.sight;
    let asking = case.switch();
    let because = case
        .refusal
        .filter(|_| case.stage == Stage::Switch)
        .and_then(|r| r.because.as_ref());
    let mut own = of_many(&sight.identity, &sight.some_identity, asking.as_ref());
    own = with_simulation(own, &sight.simulations, asking.as_ref());
    if asking
        .as_ref()
        .is_some_and(|a| matches!(a.request.caller, Caller::Root { .. }))
    {
        own = Side::allows("The root user needs no policy of its own.");
    }
    let by_token = case.by != SwitchBy::Credentials;
    if by_token {
        own = Side::allows(
            "The identity provider's token stands for the caller: no policy is asked but the trust.",
        );
    }
    own = own_as_told(own, because);
    let mut trust = of_one(
        Kind::Trust,
        &sight.trust,
        "The role has no trust policy.",
        asking.as_ref(),
    );
    trust = resource_as_told(trust, because);
    if case.switched {
        let proof = "The switch itself went through, so this allows it.";
        own = own.told(State::Allows, proof.to_owned());
        trust = trust.told(State::Allows, proof.to_owned());
    }
    let relation = match (case.b, case.role.as_ref().map(|r| r.account())) {
        (Some(b), Some(a)) if a == b => Relation::Same,
        (Some(_), Some(_)) => Relation::Across,
        _ => Relation::Unknown,
    };
    let (own_verdict, resource_verdict) = weigh(&Sides {
        own: own.state,
        resource: trust.state,
        naming: trust.naming,
        relation,
        rule: ResourceRule::MustAllow,
        refused: case.stage == Stage::Switch && !blocked && denies_by_nobody(because),
    });
    let resource_verdict = match (&sight.role, resource_verdict) {
        (Seen::Absent(_), Verdict::CantSee | Verdict::LikelyMissing) => Verdict::Missing,
        (_, verdict) => verdict,
    };
    let (own_verdict, resource_verdict) = match (case.switched, by_token) {
        (true, _) => (Verdict::Present, Verdict::Present),
        (false, true) => (Verdict::Optional, resource_verdict),
        (false, false) => (own_verdict, resource_verdict),
    };
    Hop {
        own,
        resource: trust,
        own_verdict,
        resource_verdict,
        relation,
    }
}

/// An explicit deny that AWS does not place accuses nobody.
fn denies_by_nobody(because: Option<&Because>) -> bool {
    !matches!(because, Some(Because::ExplicitDeny(..)))
}

/// What is wanted behind the switch, or without one: the permissions and the bucket's policy.
fn using(case: &Case<'_>, blocked: bool) -> Hop {
    let sight = case.sight;
    let asking = case.using();
    let refused_here = case.stage == Stage::Use;
    let because = case
        .refusal
        .filter(|_| refused_here)
        .and_then(|r| r.because.as_ref());
    let of_key = case
        .refusal
        .is_some_and(|r| refused_here && r.kind == RefusalKind::KeyNotAuthorized);
    let mut own = if case.role.is_some() {
        of_many(&sight.permissions, &[], asking.as_ref())
    } else {
        of_many(&sight.identity, &sight.some_identity, asking.as_ref())
    };
    own = with_simulation(own, &sight.simulations, asking.as_ref());
    own = own_as_told(own, because);
    let of_bucket = case.bucket.is_some() && !of_key;
    let mut bucket = match of_bucket {
        true => of_one(
            Kind::Resource,
            &sight.bucket_policy,
            "The bucket has no policy.",
            asking.as_ref(),
        ),
        false => Side::unknown(),
    };
    if of_bucket {
        bucket = resource_as_told(bucket, because);
    }
    let caller_account = asking.as_ref().and_then(|a| a.request.caller.account());
    let relation = relation(case, caller_account, of_bucket, because);
    if case.question.served == Some(true) {
        own.state = if own.state == State::Unknown {
            State::Allows
        } else {
            own.state
        };
    }
    let (own_verdict, resource_verdict) = weigh(&Sides {
        own: own.state,
        resource: bucket.state,
        naming: bucket.naming,
        relation,
        rule: ResourceRule::EitherSuffices,
        refused: refused_here && !blocked && !of_key && denies_by_nobody(because),
    });
    // AWS has answered: everything that has to allow it does.
    let (own_verdict, resource_verdict) = match (case.question.served, relation) {
        (Some(true), Relation::Across) => (Verdict::Present, Verdict::Present),
        (Some(true), Relation::Same | Relation::Unknown) => (Verdict::Present, Verdict::Optional),
        _ => (own_verdict, resource_verdict),
    };
    let later = |verdict| match verdict {
        Verdict::CantSee if case.stage == Stage::Switch => Verdict::NotReached,
        other => other,
    };
    let resource_verdict = match of_bucket {
        true => later(resource_verdict),
        false => Verdict::Optional,
    };
    Hop {
        own,
        resource: bucket,
        own_verdict: later(own_verdict),
        resource_verdict,
        relation,
    }
}

/// S3 gives a reason within an account and within an organization. Of the two, only across accounts is the bucket's policy
/// what is missing.
///
/// Source: Amazon S3 User Guide, "Troubleshoot access denied (403 Forbidden) errors in Amazon S3".
fn relation(
    case: &Case<'_>,
    caller: Option<AccountId>,
    of_bucket: bool,
    because: Option<&Because>,
) -> Relation {
    match (caller, case.bucket_owner) {
        _ if !of_bucket => Relation::Same,
        (Some(a), Some(b)) if a == b => Relation::Same,
        (Some(_), Some(_)) => Relation::Across,
        _ if matches!(because, Some(Because::NoneAllows(PolicySort::Resource))) => Relation::Across,
        _ => Relation::Unknown,
    }
}

/// Whether something is certainly, or most likely, in the way there.
fn is_culprit(verdict: Verdict) -> bool {
    matches!(
        verdict,
        Verdict::Missing | Verdict::LikelyMissing | Verdict::Denies
    )
}

/// A diagnosis with everything that is known before anything is judged.
fn blank(case: &Case<'_>, cause: Cause, headline: String) -> Diagnosis {
    let switching = case.stage == Stage::Switch
        || (case.stage == Stage::Nothing && case.role.is_some() && case.wanted.is_none());
    let (action, resource) = match (switching, &case.wanted) {
        (true, _) => (
            case.by.action().to_owned(),
            case.role.as_ref().map(ToString::to_string),
        ),
        (false, Some((action, resource))) => (action.clone(), Some(resource.clone())),
        (false, None) => (
            case.refusal.and_then(|r| r.action.clone()).unwrap_or_default(),
            case.refusal.and_then(|r| r.resource.clone()),
        ),
    };
    Diagnosis {
        cause,
        headline,
        advice: Vec::new(),
        refusal: case.refusal.cloned(),
        caller: case.caller.clone(),
        account_b: case.b,
        account_a: case.a,
        role: case.role.as_ref().map(ToString::to_string),
        bucket: case.bucket.as_ref().map(|b| b.name.clone()),
        action,
        resource,
        placements: Vec::new(),
        elsewhere: Vec::<Elsewhere>::new(),
        ruled_out: Vec::new(),
        unseen: Vec::new(),
    }
}
