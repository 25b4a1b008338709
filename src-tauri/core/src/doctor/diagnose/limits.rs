//! What can stand in the way outside the four placements: boundaries, session policies, organizations, endpoints, keys.

use crate::account::AccountId;
use crate::policy::{Caller, Effect, Kind, Naming, Policy, Principal, Principals};

use super::super::cure::Cure;
use super::super::refusal::{Because, PolicySort, RefusalKind};
use super::super::sight::{Document, How, Seen};
use super::super::stance::{Asking, stance};
use super::super::verdict::{Elsewhere, OtherPlace, Verdict};
use super::case::{Case, Stage};
use super::key::key;
use super::side::denied_by;

pub(super) fn find(case: &Case<'_>) -> Vec<Elsewhere> {
    let mut found = Vec::new();
    by_documents(case, &mut found);
    found.extend(public_access(case));
    if let Some(refusal) = case.refusal {
        if let Some(because) = &refusal.because {
            by_words(case, because, &mut found);
        }
        if refusal.kind == RefusalKind::KeyNotAuthorized {
            found.extend(key(case));
        }
    }
    found
}

/// Where AWS itself names one of these.
fn by_words(case: &Case<'_>, because: &Because, found: &mut Vec<Elsewhere>) {
    let (sort, denies, arn) = match because {
        Because::NoneAllows(sort) => (*sort, false, None),
        Because::ExplicitDeny(Some(sort), arn) => (*sort, true, arn.as_deref()),
        Because::ExplicitDeny(None, _) | Because::KeyHidden => return,
    };
    let own = match case.stage {
        Stage::Use if case.role.is_some() => case.a,
        _ => case.b,
    };
    let (place, what, account) = match sort {
        PolicySort::Identity | PolicySort::Resource | PolicySort::Trust => return,
        PolicySort::Session => (OtherPlace::SessionPolicy, "a session policy", own),
        PolicySort::Boundary => (OtherPlace::Boundary, "a permissions boundary", own),
        PolicySort::ServiceControl => (OtherPlace::ServiceControlPolicy, "a service control policy", own),
        PolicySort::ResourceControl => (
            OtherPlace::ResourceControlPolicy,
            "a resource control policy",
            case.a.or(own),
        ),
        PolicySort::Endpoint => (OtherPlace::EndpointPolicy, "a VPC endpoint policy", own),
    };
    let evidence = match denies {
        true => denied_by(what, arn),
        false => format!("AWS says that no {} allows it.", &what[2..]),
    };
    found.retain(|e| e.place != place);
    found.push(Elsewhere {
        place,
        account,
        verdict: if denies { Verdict::Denies } else { Verdict::Missing },
        evidence: vec![evidence],
        cure: Some(to_change(place, account, denies)),
    });
}

/// What an administrator does about one of these. No Allow that we could write helps against a limit.
fn to_change(place: OtherPlace, account: Option<AccountId>, denies: bool) -> Cure {
    let (title, whose) = match (place, denies) {
        (OtherPlace::SessionPolicy, _) => (
            "Switch without the session policy, or with one that allows this",
            "The session policy is sent along with the switch; a renewed session can have another.",
        ),
        (OtherPlace::Boundary, false) => (
            "Have this allowed by the permissions boundary",
            "IAM, Permissions boundary. Needs an admin of the account.",
        ),
        (OtherPlace::Boundary, true) => (
            "Have the statement of the permissions boundary changed that denies this",
            "IAM, Permissions boundary. Needs an admin of the account.",
        ),
        (OtherPlace::ServiceControlPolicy, false) => (
            "Have this allowed by the service control policies of each level",
            "AWS Organizations, Policies. Needs an admin of the organization.",
        ),
        (OtherPlace::ServiceControlPolicy, true) => (
            "Have the statement of the service control policy changed that denies this",
            "AWS Organizations, Policies. Needs an admin of the organization.",
        ),
        (OtherPlace::ResourceControlPolicy, _) => (
            "Have an exception made in the resource control policy",
            "AWS Organizations, Policies. Needs an admin of the organization that owns the resource.",
        ),
        (OtherPlace::EndpointPolicy, _) => (
            "Have the VPC endpoint's policy allow this, or take another network",
            "VPC, Endpoints, Policy. Needs an admin of the network's account.",
        ),
        (OtherPlace::KeyPolicy | OtherPlace::PublicAccessBlock, _) => {
            ("Have this allowed", "Needs an admin of the account.")
        }
    };
    Cure::to_do(title, whose, account)
}

/// What the organizations of who asks and of the resource leave out.
fn organizations(
    found: &mut Vec<Elsewhere>,
    case: &Case<'_>,
    account: Option<AccountId>,
    scps: &Seen<Vec<Vec<Document>>>,
    asking: &Asking,
) {
    levels(
        found,
        OtherPlace::ServiceControlPolicy,
        account,
        Kind::Identity,
        scps,
        asking,
    );
    levels(
        found,
        OtherPlace::ResourceControlPolicy,
        case.a,
        Kind::Resource,
        &case.sight.rcps,
        asking,
    );
}

/// Where documents of these were seen.
fn by_documents(case: &Case<'_>, found: &mut Vec<Elsewhere>) {
    let (switch, using) = (case.switch(), case.using());
    let sight = case.sight;
    if case.role.is_some() {
        if let Some(asking) = switch.as_ref().filter(|_| !case.switched) {
            if !named_itself(case, asking) {
                limit(
                    found,
                    OtherPlace::Boundary,
                    case.b,
                    Kind::Boundary,
                    listed(&sight.boundary),
                    asking,
                );
            }
            organizations(found, case, case.b, &sight.caller_scps, asking);
        }
        if let Some(asking) = &using {
            limit(
                found,
                OtherPlace::Boundary,
                case.a,
                Kind::Boundary,
                listed(&sight.role_boundary),
                asking,
            );
            if let Some(policies) = sight.session.known().filter(|p| !p.is_empty()) {
                limit(
                    found,
                    OtherPlace::SessionPolicy,
                    case.b,
                    Kind::Session,
                    policies.iter().collect(),
                    asking,
                );
            }
            organizations(found, case, case.a, &sight.role_scps, asking);
        }
    } else if let Some(asking) = &using {
        limit(
            found,
            OtherPlace::Boundary,
            case.b,
            Kind::Boundary,
            listed(&sight.boundary),
            asking,
        );
        organizations(found, case, case.b, &sight.caller_scps, asking);
    }
    found.dedup();
}

/// A bucket whose policy makes it public serves its own account only, where that is blocked.
///
/// Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage" (`RestrictPublicBuckets`).
fn public_access(case: &Case<'_>) -> Option<Elsewhere> {
    let block = case.sight.public_access.known()?;
    let asking = case.using()?;
    let policy = case.sight.bucket_policy.known()?;
    let foreign = case.bucket_owner.is_some() && asking.request.caller.account() != case.bucket_owner;
    let served = case.question.served == Some(true);
    (block.restrict_public_buckets && foreign && !served && is_public(policy)).then(|| Elsewhere {
        place: OtherPlace::PublicAccessBlock,
        account: case.bucket_owner,
        verdict: Verdict::Denies,
        evidence: vec![
            "The bucket's policy allows everyone, and RestrictPublicBuckets keeps such a bucket to its own account.".to_owned(),
        ],
        cure: Some(Cure::to_do(
            "Have the bucket's policy name this principal instead of everyone",
            "S3, Permissions, Bucket policy. Needs an admin of the account that owns the bucket.",
            case.bucket_owner,
        )),
    })
}

/// Whether a bucket's policy makes it public for certain. With a condition it may or may not be: nobody is accused by it.
///
/// Source: Amazon S3 User Guide, "The meaning of 'public'".
fn is_public(document: &Document) -> bool {
    let Ok(policy) = Policy::parse(Kind::Resource, &document.text) else {
        return false;
    };
    policy.statements().iter().any(|statement| {
        let everyone =
            matches!(&statement.principals, Some(Principals::Are(all)) if all.contains(&Principal::Everyone));
        statement.effect == Effect::Allow
            && everyone
            && statement.conditions.is_empty()
            && statement.unknown.is_empty()
    })
}

/// Within an account a trust that names the user itself goes past its boundary.
fn named_itself(case: &Case<'_>, asking: &Asking) -> bool {
    let same = asking.request.caller.account() == asking.request.resource_account;
    let user = matches!(asking.request.caller, Caller::User { .. } | Caller::Root { .. });
    let trust = case.sight.trust.known().map(|d| stance(Kind::Trust, [d], asking));
    same && user && trust.is_some_and(|t| t.naming > Some(Naming::Account))
}

fn listed(seen: &Seen<Document>) -> Vec<&Document> {
    seen.known().into_iter().collect()
}

fn limit(
    found: &mut Vec<Elsewhere>,
    place: OtherPlace,
    account: Option<AccountId>,
    kind: Kind,
    documents: Vec<&Document>,
    asking: &Asking,
) {
    if documents.is_empty() {
        return;
    }
    let action = &asking.request.action;
    let said = stance(kind, documents, asking);
    let (verdict, evidence) = if let Some(by) = said.denies.first() {
        (
            Verdict::Denies,
            format!("{} denies {action}.", super::side::capital(by)),
        )
    } else if said.allows.is_empty() && !said.perhaps_allows() {
        (
            Verdict::Missing,
            format!("It does not allow {action} on {}.", asking.request.resource),
        )
    } else {
        return;
    };
    found.push(Elsewhere {
        place,
        account,
        verdict,
        evidence: vec![evidence],
        cure: Some(to_change(place, account, verdict == Verdict::Denies)),
    });
}

/// Each level of an organization must allow.
fn levels(
    found: &mut Vec<Elsewhere>,
    place: OtherPlace,
    account: Option<AccountId>,
    kind: Kind,
    seen: &Seen<Vec<Vec<Document>>>,
    asking: &Asking,
) {
    if let Seen::Known(given, How::Pasted(_)) = seen {
        return given_limits(found, place, account, kind, given, asking);
    }
    for level in seen.known().into_iter().flatten() {
        let before = found.len();
        limit(found, place, account, kind, level.iter().collect(), asking);
        if found.len() > before {
            return;
        }
    }
}

/// What was given as files does not say at which level each is attached: each may deny, and only one that allows something
/// else, with no other beside it, makes it likely that nothing at its level allows this.
fn given_limits(
    found: &mut Vec<Elsewhere>,
    place: OtherPlace,
    account: Option<AccountId>,
    kind: Kind,
    given: &[Vec<Document>],
    asking: &Asking,
) {
    let all: Vec<&Document> = given.iter().flatten().collect();
    let sole = matches!(all[..], [one] if has_allow(kind, one));
    let mut said = Vec::new();
    limit(&mut said, place, account, kind, all, asking);
    for mut one in said {
        if one.verdict == Verdict::Missing {
            if !sole {
                continue;
            }
            one.verdict = Verdict::LikelyMissing;
            one.evidence
                .push("Another policy at the same level may allow it.".to_owned());
        }
        found.push(one);
    }
}

fn has_allow(kind: Kind, document: &Document) -> bool {
    Policy::parse(kind, &document.text)
        .is_ok_and(|policy| policy.statements().iter().any(|s| s.effect == Effect::Allow))
}
