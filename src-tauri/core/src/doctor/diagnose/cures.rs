//! The cure for each placement that is, or may be, missing.

use sha2::{Digest as _, Sha256};

use crate::policy::Miss;

use super::super::cure::{
    Ask, Cure, CureTarget, CureWay, Json, allow_action, allow_assume, allow_in_bucket, change, fresh,
    message, renderings, trust_caller, trusted_principal,
};
use super::super::sight::{Document, How, Seen};
use super::super::verdict::{Placed, Placement, Verdict};
use super::case::{Case, Stage, SwitchBy};
use super::names::NearName;
use super::side::Side;
use super::{Hop, is_culprit};
use crate::doctor::cure::{assume_actions, sid_of};

/// What a cure is made of.
struct Made {
    target: CureTarget,
    statement: Json,
    /// The document that is there, where the cure is a change to it.
    there: Option<String>,
    /// Whether there may be one that was not seen.
    unseen: bool,
    title: String,
    place: String,
    /// For the message.
    called: String,
    warnings: Vec<String>,
}

pub(super) fn add(
    case: &Case<'_>,
    placements: &mut [Placed],
    switch: Option<&Hop>,
    using: &Hop,
    near: Option<&NearName>,
) {
    let known_culprit = placements
        .iter()
        .any(|p| is_culprit(p.verdict) && in_stage(case, p.placement));
    for placed in placements {
        let side = match (placed.placement, switch) {
            (Placement::AssumeRole, Some(hop)) => &hop.own,
            (Placement::Trust, Some(hop)) => &hop.resource,
            (Placement::BucketPolicy, _) => &using.resource,
            _ => &using.own,
        };
        // Where it cannot be seen, and nothing else is known to be the cause, it may be this one.
        let perhaps =
            placed.verdict == Verdict::CantSee && !known_culprit && in_stage(case, placed.placement);
        placed.cure = match placed.verdict {
            Verdict::Denies => Some(against_deny(placed, side)),
            Verdict::Missing | Verdict::LikelyMissing => cure(case, placed, side, near),
            _ if perhaps => cure(case, placed, side, near),
            _ => None,
        };
    }
}

/// Whether a placement belongs to the call that was refused.
fn in_stage(case: &Case<'_>, placement: Placement) -> bool {
    let of_switch = matches!(placement, Placement::AssumeRole | Placement::Trust);
    match case.stage {
        Stage::Switch => of_switch,
        Stage::Use => !of_switch,
        Stage::Nothing => false,
    }
}

/// No Allow helps against a Deny.
fn against_deny(placed: &Placed, side: &Side) -> Cure {
    let which = match &side.denies[..] {
        [] => "the statement that denies this".to_owned(),
        some => some.join(" and "),
    };
    let place = "A Deny wins over each Allow. Make an exception for this principal in it, or take it away; an admin of the \
                 account decides.";
    Cure::to_do(format!("Change {which}"), place, placed.account)
}

fn cure(case: &Case<'_>, placed: &Placed, side: &Side, near: Option<&NearName>) -> Option<Cure> {
    if placed.placement == Placement::Trust {
        // There is nothing to be added to a role that does not exist.
        if matches!(case.sight.role, Seen::Absent(_)) {
            return None;
        }
        if let Some(cure) = by_token(case).or_else(|| by_condition(case, side)) {
            return Some(cure);
        }
    }
    let mut made = match placed.placement {
        Placement::AssumeRole => assume(case)?,
        Placement::Trust => trust(case)?,
        Placement::Permissions => permissions(case)?,
        Placement::BucketPolicy => bucket(case)?,
    };
    match near {
        Some(NearName::Role { asked, meant, .. }) if placed.placement <= Placement::Trust => {
            made.warnings.insert(
                0,
                format!("Check the name first: {asked} may not exist, and {meant} may be meant."),
            );
        }
        Some(NearName::Bucket { asked, meant, .. }) if placed.placement >= Placement::Permissions => {
            made.warnings.insert(
                0,
                format!("Check the name first: {asked} may not exist, and {meant} may be meant."),
            );
        }
        _ => {}
    }
    Some(finish(case, placed, made))
}

/// A trust in an identity provider. Which provider it is, and what its token holds, AWS's answer does not say: there is
/// nothing exact to paste.
///
/// Source: IAM User Guide, "Create a role for OpenID Connect federation" and "Create a role for SAML 2.0 federation".
fn by_token(case: &Case<'_>) -> Option<Cure> {
    let (provider, token) = match case.by {
        SwitchBy::Credentials => return None,
        SwitchBy::WebIdentity => (
            "the web identity provider",
            "its conditions the token's audience and subject",
        ),
        SwitchBy::Saml => ("the SAML provider", "its condition on SAML:aud the assertion's"),
    };
    let role = case.role.as_ref()?;
    Some(Cure::to_do(
        format!("Have the trust policy allow {} to {provider}", case.by.action()),
        format!(
            "IAM, Roles, {}, Trust relationships. Its Principal names {provider} under Federated, and {token}. Needs an \
             admin of account {}.",
            role.role_name(),
            role.account()
        ),
        Some(role.account()),
    ))
}

/// A trust that would do if the switch were made otherwise: nothing is to be added to it.
fn by_condition(case: &Case<'_>, side: &Side) -> Option<Cure> {
    side.near.iter().find_map(|near| match &near.miss {
        Miss::Condition { key, wanted, .. } if key.eq_ignore_ascii_case("sts:ExternalId") => {
            let title = match &wanted[..] {
                [one] if !one.contains(['*', '$']) => format!("Send the external ID {one} with the switch"),
                _ => "Send the external ID that the role's owner gave you".to_owned(),
            };
            Some(Cure::to_do(title, "The role's settings in Hatrack, or external_id in its profile.", case.b))
        }
        Miss::Condition { key, .. } if key.to_ascii_lowercase().starts_with("aws:multifactorauth") => Some(Cure::to_do(
            "Switch with an MFA code",
            "The role's settings in Hatrack, or mfa_serial in its profile. AssumeRole takes MFA from a user's own keys only.",
            case.b,
        )),
        _ => None,
    })
}

/// The embedded policy that a statement belongs into: one that AWS gave and that is the caller's own, not a group's.
fn embedded<'a>(seen: &'a Seen<Vec<Document>>, about: &str) -> Option<&'a Document> {
    let Seen::Known(documents, How::Read) = seen else {
        return None;
    };
    let mut own = documents.iter().filter(|d| d.arn.is_none() && d.group.is_none());
    own.find(|d| d.text.contains(about))
}

fn assume(case: &Case<'_>) -> Option<Made> {
    let role = case.role.as_ref()?;
    let statement = allow_assume(role, &assume_actions(&case.question.sent));
    let there = embedded(&case.sight.identity, "sts:");
    let fresh = format!("Assume{}", sid_of(role.role_name()));
    own(case, statement, there, &fresh)
}

fn permissions(case: &Case<'_>) -> Option<Made> {
    let (action, resource) = case.wanted.clone()?;
    let service = action.split(':').next().unwrap_or_default().to_owned() + ":";
    let name = action.split(':').nth(1).unwrap_or("Access");
    let sid = format!("Allow{}", sid_of(name));
    let statement = allow_action(&sid, std::slice::from_ref(&action), &resource);
    let policy = match &case.bucket {
        Some(bucket) => format!("{sid}{}", sid_of(&bucket.name)),
        None => sid,
    };
    let mut made = match &case.role {
        None => own(case, statement, embedded(&case.sight.identity, &service), &policy)?,
        Some(role) => {
            let there = embedded(&case.sight.permissions, &service);
            let name = role.role_name().to_owned();
            let unseen = !case.sight.permissions.is_certain();
            of_set(of_principal(
                statement,
                there,
                unseen,
                &policy,
                CureWho::Role(name),
            ))
        }
    };
    if resource == "*" && !takes_no_resource(&action) {
        made.warnings.push(
            "AWS did not name the resource, so this allows the action on each. Narrow it if you can."
                .to_owned(),
        );
    }
    Some(made)
}

/// S3 actions that have no resource to name.
fn takes_no_resource(action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    action == "s3:listallmybuckets"
        || action.starts_with("iam:list")
        || action.starts_with("sts:getcalleridentity")
}

enum CureWho {
    User(String),
    Role(String),
}

/// A statement for who asks first.
fn own(case: &Case<'_>, statement: Json, there: Option<&Document>, policy: &str) -> Option<Made> {
    let caller = case.caller.as_deref()?;
    let resource = caller.splitn(6, ':').nth(5)?;
    let (kind, rest) = resource.split_once('/')?;
    let who = match kind {
        "user" => CureWho::User(rest.rsplit('/').next()?.to_owned()),
        "assumed-role" => CureWho::Role(rest.split('/').next()?.to_owned()),
        _ => return None,
    };
    let unseen = !case.sight.identity.is_certain();
    Some(of_set(of_principal(statement, there, unseen, policy, who)))
}

/// A permission set's role is IAM Identity Center's: it is changed there.
fn of_set(mut made: Made) -> Made {
    let of_set = matches!(&made.target, CureTarget::Role { name, .. } if name.starts_with("AWSReservedSSO_"));
    if of_set {
        "IAM Identity Center, Permission sets, Inline policy. The role itself is not to be changed."
            .clone_into(&mut made.place);
        made.warnings.push(
            "Roles of Identity Center are changed through their permission set; the commands for IAM do not work on them."
                .to_owned(),
        );
    }
    made
}

/// IAM takes names of 128 characters.
const LONGEST_ABOUT: usize = 100;

/// The name of a new embedded policy. Writing one replaces another of its name, so it is told apart by what it allows.
fn policy_name(about: &str, statement: &Json) -> String {
    let mark = hex::encode(Sha256::digest(statement.compact()));
    let about: String = about.chars().take(LONGEST_ABOUT).collect();
    format!("{about}{}", &mark[..8])
}

fn of_principal(statement: Json, there: Option<&Document>, unseen: bool, policy: &str, who: CureWho) -> Made {
    let policy = there.map_or_else(|| policy_name(policy, &statement), |d| d.name.clone());
    let (target, shown) = match who {
        CureWho::User(name) => {
            let shown = format!("Users, {name}");
            (CureTarget::User { name, policy }, shown)
        }
        CureWho::Role(name) => {
            let shown = format!("Roles, {name}");
            (CureTarget::Role { name, policy }, shown)
        }
    };
    let called = match &target {
        CureTarget::User { name, .. } => format!("the permissions of the user {name}"),
        CureTarget::Role { name, .. } => format!("the permissions of the role {name}"),
        _ => String::new(),
    };
    Made {
        title: match there {
            Some(document) => format!("Change the policy {}", document.name),
            None => format!("Add this to {called}"),
        },
        target,
        statement,
        there: there.map(|d| d.text.clone()),
        unseen,
        place: format!("IAM, {shown}, Permissions. Needs an admin of the account."),
        called,
        warnings: Vec::new(),
    }
}

fn trust(case: &Case<'_>) -> Option<Made> {
    let role = case.role.as_ref()?;
    let trusted = trusted_principal(case.caller.as_deref()?, case.caller_role.as_ref())?;
    let who = trusted.principal.rsplit(['/', ':']).next().unwrap_or_default();
    let statement = trust_caller(&format!("Trust{}", sid_of(who)), &trusted, &case.question.sent);
    Some(Made {
        target: CureTarget::Trust {
            role: role.role_name().to_owned(),
        },
        statement,
        there: case.sight.trust.known().map(|d| d.text.clone()),
        unseen: !case.sight.trust.is_certain(),
        title: "Add this to the trust policy".to_owned(),
        place: format!(
            "IAM, Roles, {}, Trust relationships. Needs an admin of account {}.",
            role.role_name(),
            role.account()
        ),
        called: format!("the trust policy of the role {}", role.role_name()),
        warnings: trusted.warning.into_iter().collect(),
    })
}

fn bucket(case: &Case<'_>) -> Option<Made> {
    let bucket = case.bucket.as_ref()?;
    let (action, resource) = case.wanted.clone()?;
    let trusted = case.user()?;
    let who = trusted.principal.rsplit(['/', ':']).next().unwrap_or_default();
    let statement = allow_in_bucket(&format!("Allow{}", sid_of(who)), &trusted, &action, &resource);
    let mut warnings: Vec<String> = trusted.warning.into_iter().collect();
    if resource == "*" {
        warnings.push("This action has no bucket policy.".to_owned());
    }
    Some(Made {
        target: CureTarget::Bucket {
            name: bucket.name.clone(),
        },
        statement,
        there: case.sight.bucket_policy.known().map(|d| d.text.clone()),
        unseen: !case.sight.bucket_policy.is_certain(),
        title: "Add this to the bucket policy".to_owned(),
        place: format!(
            "S3, {}, Permissions, Bucket policy. Needs an admin of the account that owns the bucket.",
            bucket.name
        ),
        called: format!("the policy of the bucket {}", bucket.name),
        warnings,
    })
}

fn finish(case: &Case<'_>, placed: &Placed, made: Made) -> Cure {
    let there = made
        .there
        .as_deref()
        .and_then(|text| change(text, &made.statement));
    // An embedded policy is one of its own; the other places hold one policy, and it may be there already.
    let embedded = matches!(made.target, CureTarget::User { .. } | CureTarget::Role { .. });
    let way = match (&there, made.unseen && !embedded, made.there.is_some()) {
        (Some(_), ..) => CureWay::Change,
        (None, true, _) | (None, _, true) => CureWay::AddStatement,
        (None, false, false) => CureWay::Add,
    };
    let changed = there.unwrap_or_else(|| fresh(&made.statement));
    let code = renderings(&made.target, &changed.document, way, made.unseen);
    let (action, resource) = match (placed.placement <= Placement::Trust, &case.wanted) {
        (false, Some((action, resource))) => (action.clone(), Some(resource.clone())),
        _ => (
            "sts:AssumeRole".to_owned(),
            case.role.as_ref().map(ToString::to_string),
        ),
    };
    let caller = match placed.placement {
        Placement::BucketPolicy | Placement::Permissions => case.user_arn(),
        Placement::AssumeRole | Placement::Trust => case.caller.clone(),
    };
    let message = message(&Ask {
        account: placed.account,
        place: &made.called,
        caller: caller.as_deref(),
        action: &action,
        resource: resource.as_deref(),
        statement: &changed.statement,
        request_id: case.refusal.and_then(|r| r.request_id.as_deref()),
        verdict: placed.verdict,
    });
    Cure {
        title: made.title,
        place: made.place,
        account: placed.account,
        way,
        target: Some(made.target),
        document: Some(changed.document),
        added: Some(changed.added),
        statement: Some(changed.statement),
        cli: Some(code.cli),
        terraform: Some(code.terraform),
        cloudformation: Some(code.cloudformation),
        message: Some(message),
        warnings: made.warnings,
    }
}
