//! A refusal in AWS's words, and what they mean as far as it can be known.

use super::ports::IdentityRefusal;
use crate::account::is_opt_in_region;
use crate::arn::RoleArn;
use crate::role_kind::Closed;
use crate::secret::Credentials;
use crate::shared_config::inert;
use crate::sts::{AssumeRole, Refusal};
use crate::sts_limits::SessionDuration;
use crate::view::DenialView;

/// Stands where AWS's code stands, when Hatrack refused before a call.
const CHAINING_LIMIT: &str = "RoleChainingLimit";
/// The same, for a role that no person can assume.
const ROLE_CLOSED: &str = "RoleClosed";

/// Whether the credentials that signed have expired, or were revoked as if.
pub(super) fn is_expired_token(refusal: &Refusal) -> bool {
    matches!(refusal.code.as_str(), "ExpiredToken" | "ExpiredTokenException")
}

/// Whether a code was sent and AWS refused it.
///
/// AWS gives this the same error code as every other denial. The one word that tells it apart, the name of the
/// mechanism, is an identifier and no English; without it nothing could be offered but to type the code again blindly.
pub(super) fn sent_code_was_refused(refusal: &Refusal) -> bool {
    refusal.code == "AccessDenied" && refusal.message.contains("MultiFactorAuthentication")
}

/// Whether the duration was over the role's own maximum: AWS names the parameter, and the role's setting. (A chain's
/// hour is never gone over: who signs is known before the call.)
fn is_over_maximum(refusal: &Refusal) -> bool {
    let names = |word| refusal.message.contains(word);
    refusal.code == "ValidationError" && names("DurationSeconds") && names("MaxSessionDuration")
}

/// Where in the route the refused call stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    /// It is for the role asked for, whose longest known duration is this.
    Last(Option<SessionDuration>),
    /// It is for a role on the way, which this profile describes.
    OnTheWay(Option<&'a str>),
}

/// A refusal, told.
pub(super) struct Told {
    /// For people.
    pub view: DenialView,
    /// Whether the duration was over the maximum of the role asked for: only then is something learnt about it.
    pub over_maximum: bool,
}

impl Told {
    /// The same, of a call to STS in `region`: one that has to be enabled first knows neither the accounts that have
    /// not done so nor the tokens that the global endpoint gives by default.
    ///
    /// Source: IAM User Guide, "Managing AWS STS in an AWS Region".
    pub fn in_region(mut self, region: &str) -> Self {
        let unknown = matches!(
            self.view.code.as_str(),
            "InvalidClientTokenId"
                | "UnrecognizedClientException"
                | "AuthFailure"
                | "RegionDisabledException"
        );
        if unknown && is_opt_in_region(region) {
            self.view.summary.push_str(&format!(
                " {} has to be enabled for an account before it is used there, and temporary credentials of STS's \
                 global endpoint may not be valid in it: take another region, or have it enabled.",
                inert(region)
            ));
        }
        self
    }
}

/// The refusal of a role that no person can assume, made before any call.
pub fn closed(role: &RoleArn, why: &Closed) -> DenialView {
    DenialView {
        summary: format!(
            "{} cannot be assumed, and AWS was not asked: {}",
            role.role_name(),
            why.to_look_at_again(role.account())
        ),
        code: ROLE_CLOSED.into(),
        message: String::new(),
        request_id: None,
        action: "sts:AssumeRole".into(),
        resource: Some(role.to_string()),
        longest_duration: None,
    }
}

/// The refusal of a duration that a chain cannot have, made before any call.
pub(super) fn chained_too_long(role: &RoleArn, asked: SessionDuration, because: &str) -> DenialView {
    DenialView {
        summary: format!(
            "{asked} is too long: {because}, and AWS caps that at one hour. AWS was not asked; take one hour, or reach \
             the role directly with a user's own keys."
        ),
        code: CHAINING_LIMIT.into(),
        message: String::new(),
        request_id: None,
        action: "sts:AssumeRole".into(),
        resource: Some(role.to_string()),
        longest_duration: Some(SessionDuration::HOUR.seconds()),
    }
}

/// AWS's refusal of an AssumeRole.
pub(super) fn of_role(refusal: &Refusal, call: &AssumeRole, signer: &Credentials, place: Place<'_>) -> Told {
    let over = is_over_maximum(refusal);
    let offer = match (over, place) {
        (true, Place::Last(known)) => Some(longest_below(call.duration, known)),
        // What is asked for there is the profile's own; another duration for the last role would change nothing.
        (true, Place::OnTheWay(_)) | (false, _) => None,
    };
    let summary = match (over, place) {
        (true, Place::OnTheWay(profile)) => too_long_on_the_way(call, profile),
        (true, Place::Last(known)) => format!(
            "The role does not allow {}; the longest it is known to allow is {}.",
            call.duration,
            longest_below(call.duration, known)
        ),
        (false, place) => of_code(refusal, call, &signer.access_key_id, place),
    };
    Told {
        over_maximum: over && matches!(place, Place::Last(_)),
        view: view(
            refusal,
            summary,
            "sts:AssumeRole",
            Some(call.role.to_string()),
            offer.map(SessionDuration::seconds),
        ),
    }
}

/// Every role allows one hour.
fn longest_below(asked: SessionDuration, known: Option<SessionDuration>) -> SessionDuration {
    known
        .filter(|known| *known < asked)
        .unwrap_or(SessionDuration::HOUR)
        .max(SessionDuration::HOUR)
}

fn too_long_on_the_way(call: &AssumeRole, profile: Option<&str>) -> String {
    let place = match profile {
        Some(profile) => format!(" of the profile \"{}\"", inert(profile)),
        None => " of that step".into(),
    };
    format!(
        "The role {} on the way does not allow {}; lower duration_seconds{place}.",
        call.role.role_name(),
        call.duration
    )
}

fn of_code(refusal: &Refusal, call: &AssumeRole, signer: &str, place: Place<'_>) -> String {
    match refusal.code.as_str() {
        "AccessDenied" => access_denied(call, place),
        "RegionDisabledException" => {
            "STS is not activated for this account in this region; choose another region, or activate it in the \
             account's settings."
                .into()
        }
        "PackedPolicyTooLarge" => {
            "The session policy and the tags together are larger than AWS takes; shorten them.".into()
        }
        "MalformedPolicyDocument" => "AWS cannot read the session policy; correct its JSON.".into(),
        _ => of_signer(refusal, signer),
    }
}

/// A refusal of the call that gives an identity's credentials.
pub(super) fn of_identity(refused: &IdentityRefusal) -> Told {
    let known = refused.summary.clone();
    Told {
        view: view(
            &refused.refusal,
            known.unwrap_or_else(|| of_signer(&refused.refusal, "the sign-in")),
            refused.action,
            refused.resource.clone(),
            None,
        ),
        over_maximum: false,
    }
}

/// AWS's refusal of a GetSessionToken.
pub(super) fn of_user(refusal: &Refusal, signer: &str) -> Told {
    Told {
        view: view(
            refusal,
            of_signer(refusal, signer),
            "sts:GetSessionToken",
            None,
            None,
        ),
        over_maximum: false,
    }
}

fn view(
    refusal: &Refusal,
    summary: String,
    action: &str,
    resource: Option<String>,
    longest_duration: Option<u32>,
) -> DenialView {
    DenialView {
        summary,
        code: refusal.code.clone(),
        message: refusal.message.clone(),
        request_id: refusal.request_id.clone(),
        action: action.into(),
        resource,
        longest_duration,
    }
}

/// AWS answers a missing role, trust, external ID, MFA or permission alike: each that is possible here is to be
/// checked, and none is claimed.
fn access_denied(call: &AssumeRole, place: Place<'_>) -> String {
    let mut check = vec![
        "that the role exists",
        "that its trust policy names you",
        "that your policies allow sts:AssumeRole on it",
    ];
    check.push(match &call.external_id {
        Some(_) => "the external ID",
        None => "whether it asks for an external ID",
    });
    if call.mfa.is_none() {
        check.push("whether it asks for MFA");
    }
    if !call.tags.is_empty() {
        check.push("that its trust policy allows sts:TagSession");
    }
    if call.source_identity.is_some() {
        check.push("that its trust policy allows sts:SetSourceIdentity");
    }
    let which = match place {
        Place::Last(_) => "",
        Place::OnTheWay(_) => ", a role on the way",
    };
    format!(
        "AWS denied the switch to {}{which}. Check {}.",
        call.role.role_name(),
        check.join(", ")
    )
}

/// What the code says about who signed.
fn of_signer(refusal: &Refusal, signer: &str) -> String {
    match refusal.code.as_str() {
        "ExpiredToken" | "ExpiredTokenException" => format!(
            "The credentials that signed the request ({signer}) have expired; get fresh ones and switch again."
        ),
        "InvalidClientTokenId" => format!(
            "AWS does not know the credentials that signed the request ({signer}); the access key may be deleted or \
             inactive, or belong to another partition."
        ),
        "SignatureDoesNotMatch" => format!(
            "The secret access key does not belong to the access key ID ({signer}), or this computer's clock is wrong; \
             correct the key or the clock."
        ),
        "Throttling" | "ThrottlingException" | "RequestLimitExceeded" => {
            "AWS gets too many requests from this account; try again in a minute.".into()
        }
        _ if refusal.status >= 500 => "AWS could not answer; try again in a minute.".into(),
        code => format!("AWS refused with {code}; its message says why."),
    }
}
