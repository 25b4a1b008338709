//! A refusal in AWS's words, and what they mean as far as it can be known.

use crate::arn::RoleArn;
use crate::sts::{AssumeRole, Refusal};
use crate::sts_limits::SessionDuration;
use crate::view::DenialView;

/// Stands where AWS's code stands, when Hatrack refused before a call.
const CHAINING_LIMIT: &str = "RoleChainingLimit";

/// Whether the credentials that signed have expired, or were revoked as if.
pub fn is_expired_token(refusal: &Refusal) -> bool {
    matches!(refusal.code.as_str(), "ExpiredToken" | "ExpiredTokenException")
}

/// Whether a code was sent and AWS refused it.
///
/// AWS gives this the same error code as every other denial. The one word that tells it apart, the name of the
/// mechanism, is an identifier and no English; without it nothing could be offered but to type the code again blindly.
pub fn sent_code_was_refused(refusal: &Refusal) -> bool {
    refusal.code == "AccessDenied" && refusal.message.contains("MultiFactorAuthentication")
}

/// Whether the duration asked was over the role's maximum: the parameter's and the setting's names tell.
pub fn was_over_the_maximum(refusal: &Refusal) -> bool {
    refusal.code == "ValidationError"
        && refusal.message.contains("DurationSeconds")
        && (refusal.message.contains("MaxSessionDuration") || refusal.message.contains("chaining"))
}

/// The refusal of a duration that a chain cannot have, made before any call.
pub(super) fn chained_too_long(role: &RoleArn, asked: SessionDuration, because: &str) -> DenialView {
    DenialView {
        summary: format!(
            "{asked} cannot be had: {because}, and AWS caps that at one hour whatever the role allows. AWS was not \
             asked; take one hour, or reach the role directly with a user's own keys."
        ),
        code: CHAINING_LIMIT.into(),
        message: String::new(),
        request_id: None,
        action: "sts:AssumeRole".into(),
        resource: Some(role.to_string()),
        longest_duration: Some(SessionDuration::HOUR.seconds()),
    }
}

/// AWS's refusal of an AssumeRole. `longest` is the longest duration this role is known to give.
pub(super) fn of_role(
    refusal: &Refusal,
    call: &AssumeRole,
    signer: &str,
    longest: Option<SessionDuration>,
) -> DenialView {
    let over = was_over_the_maximum(refusal);
    let longest = longest
        .filter(|known| *known < call.duration)
        .unwrap_or(SessionDuration::HOUR)
        .max(SessionDuration::HOUR);
    let summary = match refusal.code.as_str() {
        _ if over => format!(
            "The role does not allow {}; the longest that it is known to allow is {longest}.",
            call.duration
        ),
        "AccessDenied" => access_denied(call),
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
    };
    view(
        refusal,
        summary,
        "sts:AssumeRole",
        Some(call.role.to_string()),
        over.then(|| longest.seconds()),
    )
}

/// AWS's refusal of a GetSessionToken.
pub(super) fn of_user(refusal: &Refusal, signer: &str) -> DenialView {
    view(
        refusal,
        of_signer(refusal, signer),
        "sts:GetSessionToken",
        None,
        None,
    )
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

/// AWS answers a missing role, trust, external ID, MFA or permission alike: each that is possible here is named, and
/// none is claimed.
fn access_denied(call: &AssumeRole) -> String {
    let mut may = vec![
        "the role may not exist",
        "its trust policy may not name you",
        "your own policies may not allow sts:AssumeRole on it",
    ];
    may.push(match &call.external_id {
        Some(_) => "the external ID may be wrong",
        None => "it may ask for an external ID",
    });
    if call.mfa.is_none() {
        may.push("it may ask for MFA");
    }
    if !call.tags.is_empty() {
        may.push("its trust policy may not allow sts:TagSession");
    }
    if call.source_identity.is_some() {
        may.push("its trust policy may not allow sts:SetSourceIdentity");
    }
    format!(
        "AWS denied the switch to {}. AWS does not say why: {}.",
        call.role.role_name(),
        may.join(", ")
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
