//! What is said of it all: notes, evidence that goes without a document, the headline, what is ruled out and unseen.

use super::super::near::almost;
use super::super::refusal::{Because, RefusalKind};
use super::super::sight::Seen;
use super::super::verdict::{Cause, Diagnosis, Elsewhere, OtherPlace, Placed, Placement, Verdict};
use super::case::{Case, Stage, SwitchBy};
use super::names::NearName;
use super::seen::{ruled_out, unseen};
use super::weigh::Relation;
use super::{blank, is_culprit};

/// A placement in one line.
pub(super) fn note(case: &Case<'_>, placement: Placement, verdict: Verdict) -> String {
    let who = case
        .caller
        .as_deref()
        .and_then(|arn| arn.rsplit('/').next())
        .unwrap_or("who asks");
    let role = case.role.as_ref().map_or("the role", |role| role.role_name());
    match (placement, verdict) {
        (Placement::AssumeRole, _) if case.by != SwitchBy::Credentials => {
            "Not asked where an identity provider's token stands for the caller".to_owned()
        }
        (Placement::AssumeRole, Verdict::Optional) => {
            "Same account as the role, and its trust policy can name the caller itself".to_owned()
        }
        (Placement::AssumeRole, _) => format!("Lets {who} call sts:AssumeRole"),
        (Placement::Trust, _) => format!("Says who may become {role}"),
        (Placement::Permissions, Verdict::Optional) => {
            "The bucket's policy names the caller itself, so it is enough".to_owned()
        }
        (Placement::Permissions, _) if case.role.is_none() => format!("Says what {who} may do"),
        (Placement::Permissions, _) => "Says what the role may do after the switch".to_owned(),
        (Placement::BucketPolicy, Verdict::Optional) if case.bucket.is_none() => {
            "Not asked of a bucket".to_owned()
        }
        (Placement::BucketPolicy, Verdict::Optional) => "Same account, so permissions are enough".to_owned(),
        (Placement::BucketPolicy, _) => "Needed where the bucket belongs to another account".to_owned(),
    }
}

/// Evidence that comes of the order of things rather than of a document.
pub(super) fn explain(case: &Case<'_>, placements: &mut [Placed], relation: Relation) {
    let others_present = |placements: &[Placed], but: usize| {
        placements
            .iter()
            .enumerate()
            .any(|(i, p)| i != but && p.verdict == Verdict::Present)
    };
    for at in 0..placements.len() {
        let has_present = others_present(placements, at);
        let placed = &mut placements[at];
        match (placed.verdict, placed.placement) {
            (Verdict::NotReached, _) => {
                placed
                    .evidence
                    .push("sts:AssumeRole itself was refused, so this was never read.".to_owned());
            }
            (Verdict::LikelyMissing, Placement::Trust) if case.by != SwitchBy::Credentials => {
                placed.evidence.push(
                    "AWS refused the token: the trust policy does not accept it, or the role does not exist."
                        .to_owned(),
                );
            }
            (Verdict::LikelyMissing, Placement::Trust) => {
                placed.evidence.push(
                    "Your own side allows the switch and AWS refused it all the same: the trust policy does not accept it, \
                     or the role does not exist."
                        .to_owned(),
                );
                if case.question.sent.known && case.question.sent.external_id.is_none() {
                    placed
                        .evidence
                        .push("No external ID was sent; the trust policy may ask for one.".to_owned());
                }
            }
            (Verdict::LikelyMissing, Placement::BucketPolicy) => {
                let if_other = if relation == Relation::Unknown {
                    ", if the bucket belongs to another account"
                } else {
                    ""
                };
                placed.evidence.push(format!(
                    "The permissions allow it and S3 refused it all the same{if_other}: then the bucket's policy must \
                     allow it too."
                ));
            }
            (Verdict::LikelyMissing, _) if has_present => {
                placed
                    .evidence
                    .push("Everything else that can be seen allows it.".to_owned());
            }
            (Verdict::LikelyMissing, _) => {
                placed
                    .evidence
                    .push("Within an account this alone is needed, and AWS refused.".to_owned());
            }
            (Verdict::CantSee, _) if placed.evidence.is_empty() => {
                placed
                    .evidence
                    .push("Nothing that can be seen from here says whether it allows this.".to_owned());
            }
            _ => {}
        }
        if placed.placement == Placement::Permissions && is_culprit(placed.verdict) && case.role.is_some() {
            placed.evidence.push(
                "After a switch only the role's permissions count, not those you had before.".to_owned(),
            );
        }
        let plain_action = case.wanted.as_ref().map(|(action, _)| action.as_str());
        if placed.placement == Placement::Permissions
            && case.stage == Stage::Use
            && placed.verdict != Verdict::Present
            && plain_action == Some("s3:GetObject")
            && case.refusal.is_some_and(|r| r.because.is_none())
        {
            placed.evidence.push(
                "An object that does not exist looks the same to who may not list the bucket (s3:ListBucket).".to_owned(),
            );
        }
    }
    if matches!(case.sight.role, Seen::Absent(_))
        && let Some(trust) = placements.iter_mut().find(|p| p.placement == Placement::Trust)
    {
        trust
            .evidence
            .insert(0, "IAM says that there is no such role.".to_owned());
    }
}

pub(super) fn conclude(
    case: &Case<'_>,
    placements: Vec<Placed>,
    elsewhere: Vec<Elsewhere>,
    near: Option<NearName>,
) -> Diagnosis {
    let (cause, headline) = headline(case, &placements, &elsewhere, near.as_ref());
    let mut diagnosis = blank(case, cause, headline);
    let trust_unseen = placements.iter().any(|p| {
        p.placement == Placement::Trust && matches!(p.verdict, Verdict::LikelyMissing | Verdict::CantSee)
    });
    diagnosis.advice = advice(case, near.as_ref(), trust_unseen && cause != Cause::Limit);
    diagnosis.unseen = unseen(case, &placements);
    diagnosis.ruled_out = ruled_out(case, cause);
    diagnosis.placements = placements;
    diagnosis.elsewhere = elsewhere;
    diagnosis
}

fn headline(
    case: &Case<'_>,
    placements: &[Placed],
    elsewhere: &[Elsewhere],
    near: Option<&NearName>,
) -> (Cause, String) {
    if matches!(case.sight.role, Seen::Absent(_)) && case.stage != Stage::Use {
        let name = case.role.as_ref().map_or("", |r| r.role_name());
        return (Cause::RoleName, format!("The role {name} does not exist"));
    }
    if let Some(denying) = placements.iter().find(|p| p.verdict == Verdict::Denies) {
        return (
            Cause::ExplicitDeny,
            format!("A statement in {} denies it", of(case, denying.placement)),
        );
    }
    if let Some(other) = elsewhere.iter().find(|e| is_culprit(e.verdict)) {
        let cause = if other.place == OtherPlace::KeyPolicy {
            Cause::Key
        } else {
            Cause::Limit
        };
        let verb = match other.verdict {
            Verdict::Denies => "denies it",
            Verdict::LikelyMissing => "most likely does not allow it",
            _ => "does not allow it",
        };
        return (cause, format!("The {} {verb}", in_sentence(other.place)));
    }
    if let Some(Because::ExplicitDeny(None, _)) = case.refusal.and_then(|r| r.because.as_ref()) {
        return (
            Cause::ExplicitDeny,
            "A statement denies it; AWS does not say in which policy".to_owned(),
        );
    }
    match near {
        Some(NearName::Role {
            asked,
            meant,
            known_from,
        }) => {
            return (
                Cause::RoleName,
                format!("The role {asked} may not exist; {known_from} {meant}"),
            );
        }
        Some(NearName::Bucket {
            asked,
            meant,
            known_from,
        }) => {
            return (
                Cause::BucketName,
                format!("The bucket {asked} may not be the one meant; {known_from} {meant}"),
            );
        }
        None => {}
    }
    let culprits: Vec<&Placed> = placements.iter().filter(|p| is_culprit(p.verdict)).collect();
    match &culprits[..] {
        [] => without_culprit(case, placements),
        [one] => (cause_of(one), one_missing(case, one)),
        many => {
            let names: Vec<String> = many.iter().map(|p| of(case, p.placement)).collect();
            (
                Cause::MissingPlacement,
                format!("{} do not allow it", listed(&names)),
            )
        }
    }
}

fn in_sentence(place: OtherPlace) -> String {
    let title = place.title();
    match place {
        OtherPlace::KeyPolicy | OtherPlace::EndpointPolicy | OtherPlace::PublicAccessBlock => {
            title.to_owned()
        }
        _ => title.to_lowercase(),
    }
}

fn listed(names: &[String]) -> String {
    let text = match names {
        [head @ .., last] if !head.is_empty() => format!("{} and {last}", head.join(", ")),
        all => all.join(""),
    };
    let mut chars = text.chars();
    chars
        .next()
        .map(|c| c.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

fn of(case: &Case<'_>, placement: Placement) -> String {
    match placement {
        Placement::AssumeRole => "your policies in B".to_owned(),
        Placement::Trust => "the role's trust policy".to_owned(),
        Placement::Permissions if case.role.is_some() => "the role's permissions".to_owned(),
        Placement::Permissions => "your own permissions".to_owned(),
        Placement::BucketPolicy => "the bucket's policy".to_owned(),
    }
}

/// The condition that a trust asks for and the switch did not have, where that is what decides.
fn cause_of(placed: &Placed) -> Cause {
    let title = placed
        .cure
        .as_ref()
        .filter(|c| c.document.is_none())
        .map(|c| c.title.as_str());
    let asks = |word: &str| {
        placed
            .evidence
            .iter()
            .any(|e| e.contains(" asks for ") && e.to_ascii_lowercase().contains(word))
    };
    match (placed.placement, title) {
        (Placement::Trust, Some(_)) if asks("sts:externalid") => Cause::ExternalId,
        (Placement::Trust, Some(_)) if asks("aws:multifactorauth") => Cause::Mfa,
        _ if asks(" asks for ") => Cause::Condition,
        _ => Cause::MissingPlacement,
    }
}

fn one_missing(case: &Case<'_>, placed: &Placed) -> String {
    let likely = placed.verdict == Verdict::LikelyMissing;
    let most = if likely { "most likely " } else { "" };
    let action = case.wanted.as_ref().map_or("this", |(action, _)| action.as_str());
    match (cause_of(placed), placed.placement) {
        (Cause::ExternalId, _) => {
            let sent = if case.question.sent.external_id.is_some() {
                "another one"
            } else {
                "none"
            };
            format!("The role asks for an external ID, and {sent} was sent")
        }
        (Cause::Mfa, _) => "The role asks for MFA".to_owned(),
        (_, Placement::AssumeRole) => {
            format!("Your policies in B {most}do not allow sts:AssumeRole on this role")
        }
        (_, Placement::Trust)
            if likely && case.question.sent.known && case.question.sent.external_id.is_some() =>
        {
            "The role's trust policy most likely does not name you, or asks for another external ID"
                .to_owned()
        }
        (_, Placement::Trust) if case.by != SwitchBy::Credentials => {
            format!("The role's trust policy {most}does not accept the identity provider's token")
        }
        (_, Placement::Trust) => format!("The role's trust policy {most}does not name you"),
        (_, Placement::Permissions) if case.role.is_some() => {
            format!("The role's permissions {most}do not allow {action}")
        }
        (_, Placement::Permissions) => format!("Your own permissions {most}do not allow {action}"),
        (_, Placement::BucketPolicy) => format!("The bucket's policy {most}does not allow {action}"),
    }
}

fn without_culprit(case: &Case<'_>, placements: &[Placed]) -> (Cause, String) {
    let all = placements
        .iter()
        .all(|p| matches!(p.verdict, Verdict::Present | Verdict::Optional));
    match (all, case.stage) {
        (true, Stage::Nothing) => (
            Cause::NothingFound,
            "Everything that is needed is there".to_owned(),
        ),
        (true, _) => (
            Cause::NothingFound,
            "All that can be seen allows it; what refuses it is out of sight from here".to_owned(),
        ),
        (false, Stage::Switch) => (
            Cause::Unclear,
            "AWS refused the switch without saying why: your policies or the role's trust policy".to_owned(),
        ),
        (false, Stage::Use)
            if case
                .refusal
                .is_some_and(|r| r.kind == RefusalKind::KeyNotAuthorized) =>
        {
            (Cause::Key, "The KMS key may not be used".to_owned())
        }
        (false, Stage::Use) => (
            Cause::Unclear,
            "AWS refused it without saying why: the permissions or the bucket's policy".to_owned(),
        ),
        (false, Stage::Nothing) => (
            Cause::Unclear,
            "It cannot be told from here whether all of it is there".to_owned(),
        ),
    }
}

fn advice(case: &Case<'_>, near: Option<&NearName>, trust_unseen: bool) -> Vec<String> {
    let mut advice = Vec::new();
    match near {
        Some(NearName::Role { meant, .. }) => advice.push(format!("Try the role {meant}.")),
        Some(NearName::Bucket { meant, .. }) => advice.push(format!("Try the bucket {meant}.")),
        None => {}
    }
    let sent = &case.question.sent;
    if case.stage == Stage::Switch && trust_unseen && case.by == SwitchBy::Credentials {
        if sent.known && sent.external_id.is_none() {
            advice.push("If the role belongs to another company, ask whether it wants an external ID: AWS does not tell.".to_owned());
        }
        if sent.mfa == Some(false) || (sent.known && sent.mfa.is_none()) {
            advice.push("If its trust policy asks for MFA, switch with a code.".to_owned());
        }
        let asked = case.role.as_ref().map(|r| r.role_name());
        let known = case.question.known_roles.iter().map(|r| r.role_name());
        if near.is_none() && asked.is_some_and(|asked| almost(asked, known).is_none()) {
            advice.push(
                "Check the role's name: AWS answers for one that does not exist in the same words."
                    .to_owned(),
            );
        }
    }
    if case.refusal.is_some_and(|r| r.encoded.is_some()) && case.sight.decoded.known().is_none() {
        advice.push(
            "The message holds an encoded part; who is allowed sts:DecodeAuthorizationMessage can read it."
                .to_owned(),
        );
    }
    advice
}
