//! Refusals that no policy made.

use super::super::near::almost;
use super::super::refusal::{Refusal, RefusalKind};
use super::super::verdict::{Cause, Diagnosis, Placed, Placement, Verdict};
use super::blank;
use super::case::{Case, Stage};
use super::words::note;

pub(super) fn diagnose(case: &Case<'_>, refusal: &Refusal) -> Diagnosis {
    let (cause, headline, advice) = words(case, refusal);
    let mut diagnosis = blank(case, cause, headline);
    diagnosis.advice = advice;
    let because = match refusal.kind {
        RefusalKind::NoSuchKey => {
            Some("S3 says that there is no such object, so it let the question through.")
        }
        _ => None,
    };
    let by_role = [Placement::AssumeRole, Placement::Trust];
    let last = [Placement::Permissions, Placement::BucketPolicy];
    let all = by_role.iter().filter(|_| case.role.is_some()).chain(&last);
    diagnosis.placements = all
        .map(|placement| {
            let of_switch = *placement <= Placement::Trust;
            let (verdict, evidence) = match (of_switch, because) {
                (true, _) if case.switched && case.stage == Stage::Use => (
                    Verdict::Present,
                    "The switch itself went through, so this allows it.".to_owned(),
                ),
                (false, Some(because)) if *placement == Placement::Permissions => {
                    (Verdict::Present, because.to_owned())
                }
                (false, Some(_)) => (
                    Verdict::Optional,
                    "Nothing is missing here: the object was looked for.".to_owned(),
                ),
                _ => (
                    Verdict::NotReached,
                    "AWS refused before it looked at any policy.".to_owned(),
                ),
            };
            Placed {
                placement: *placement,
                account: if *placement == Placement::AssumeRole
                    || case.role.is_none() && *placement == Placement::Permissions
                {
                    case.b
                } else {
                    case.a
                },
                verdict,
                note: note(case, *placement, verdict),
                evidence: vec![evidence],
                cure: None,
            }
        })
        .collect();
    let policies = "Missing permissions: AWS refused for another reason, before any policy";
    if !matches!(refusal.kind, RefusalKind::Unknown | RefusalKind::NoSuchKey) {
        diagnosis.ruled_out.push(policies.to_owned());
    }
    diagnosis
}

/// Cause, headline and what to do.
fn words(case: &Case<'_>, refusal: &Refusal) -> (Cause, String, Vec<String>) {
    let said = |cause, headline: &str, advice: &[&str]| {
        (
            cause,
            headline.to_owned(),
            advice.iter().map(|a| (*a).to_owned()).collect(),
        )
    };
    match refusal.kind {
        RefusalKind::Expired => said(
            Cause::Expired,
            "The credentials or the sign-in behind them have expired",
            &["Renew the session, or sign in again, and repeat the request."],
        ),
        RefusalKind::UnknownKey => said(
            Cause::Credentials,
            "AWS does not know the access key or the session token",
            &[
                "The key may be deleted or inactive, or belong to another partition.",
                "Temporary credentials need their session token too; in a region that has to be enabled, tokens of STS's \
                 global endpoint may not be valid.",
            ],
        ),
        RefusalKind::WrongSecret => said(
            Cause::Credentials,
            "The signature does not fit the access key",
            &["Check the secret access key for missing or added characters, and this computer's clock."],
        ),
        RefusalKind::NoCredentials => said(
            Cause::Credentials,
            "There were no credentials to sign the request with",
            &["Switch to a role, or name a profile that has credentials."],
        ),
        RefusalKind::ClockSkew => said(
            Cause::Clock,
            "This computer's clock is off by more than AWS accepts",
            &["Set the clock by the network, then repeat the request."],
        ),
        RefusalKind::WrongRegion => region(refusal),
        RefusalKind::RegionNotEnabled => said(
            Cause::Region,
            "The region is not enabled for this account",
            &["Take another region, or have it enabled in the account's settings."],
        ),
        RefusalKind::NoSuchBucket => bucket(case),
        RefusalKind::NoSuchKey => said(
            Cause::NotThere,
            "There is no such object; access is not the problem",
            &["Check the object's key, its case and slashes included."],
        ),
        RefusalKind::NoSuchEntity => said(
            Cause::NotThere,
            "IAM knows nothing of that name",
            &["Check the name, and that you are in the right account."],
        ),
        RefusalKind::MfaNeeded => said(
            Cause::Mfa,
            "An MFA code is needed, or the one given was not accepted",
            &[
                "Give a new code: AWS accepts each one once.",
                "Check that the serial is that of your own device.",
            ],
        ),
        RefusalKind::TooLong => said(
            Cause::Duration,
            "The session asked for is longer than the role or a chain allows",
            &["Ask for less; a role reached through another gives one hour at most."],
        ),
        RefusalKind::BadPolicy => said(
            Cause::BadPolicy,
            "AWS does not take the policy",
            &["Look at it with lint: it names the place."],
        ),
        RefusalKind::Throttled => said(
            Cause::Throttled,
            "AWS gets too many requests; nothing was denied",
            &["Try again in a minute."],
        ),
        RefusalKind::NotAuthorized
        | RefusalKind::KeyNotAuthorized
        | RefusalKind::BareForbidden
        | RefusalKind::Unknown => said(
            Cause::Unclear,
            "This is no refusal that Hatrack can read",
            &["Paste AWS's whole message, its code included."],
        ),
    }
}

fn region(refusal: &Refusal) -> (Cause, String, Vec<String>) {
    let headline = match &refusal.right_region {
        Some(region) => format!("The bucket is in {region}, and another region was asked"),
        None => "The bucket is in another region than the one asked".to_owned(),
    };
    let advice = match &refusal.right_region {
        Some(region) => format!("Ask again in {region}."),
        None => "Look up the bucket's region and ask there.".to_owned(),
    };
    (Cause::Region, headline, vec![advice])
}

fn bucket(case: &Case<'_>) -> (Cause, String, Vec<String>) {
    let Some(asked) = case.bucket.as_ref().map(|b| b.name.as_str()) else {
        return (
            Cause::NotThere,
            "There is no such bucket".to_owned(),
            vec!["Check the bucket's name.".to_owned()],
        );
    };
    let named = allowed_buckets(case);
    let known = case.question.known_buckets.iter().map(String::as_str);
    match almost(asked, named.iter().map(String::as_str).chain(known)) {
        Some(meant) => (
            Cause::BucketName,
            format!("There is no bucket {asked}; {meant} is probably meant"),
            vec![format!("Try the bucket {meant}.")],
        ),
        None => (
            Cause::NotThere,
            format!("There is no bucket {asked}"),
            vec!["Check the bucket's name.".to_owned()],
        ),
    }
}

/// The buckets that the policies seen name, whatever they allow there.
fn allowed_buckets(case: &Case<'_>) -> Vec<String> {
    use crate::policy::{Kind, Policy};
    let documents = case
        .sight
        .permissions
        .known()
        .into_iter()
        .chain(case.sight.identity.known())
        .flatten();
    documents
        .filter_map(|d| Policy::parse(Kind::Identity, &d.text).ok())
        .flat_map(|p| p.statements().to_vec())
        .filter_map(|s| s.resources)
        .flat_map(|r| {
            r.patterns()
                .iter()
                .map(|p| p.as_str().to_owned())
                .collect::<Vec<_>>()
        })
        .filter_map(|arn| {
            let path = arn.splitn(6, ':').nth(5)?.to_owned();
            let name = path.split('/').next()?.to_owned();
            (arn.contains(":s3:::") && !name.contains(['*', '$'])).then_some(name)
        })
        .collect()
}
