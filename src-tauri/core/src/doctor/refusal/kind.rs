//! Codes and wordings, and the sort of refusal that each is.

use super::RefusalKind;

/// Of an error code. `None` for one that says nothing by itself.
pub(super) fn of_code(code: &str) -> Option<RefusalKind> {
    let bare = code
        .rsplit(['#', '.'])
        .next()
        .unwrap_or(code)
        .trim_start_matches("Client.");
    let bare = bare.strip_suffix("Exception").unwrap_or(bare);
    Some(match bare {
        "AccessDenied"
        | "AllAccessDisabled"
        | "UnauthorizedOperation"
        | "UnauthorizedAccess"
        | "AuthorizationError"
        | "NotAuthorized"
        | "AccessDeniedFault"
        | "AuthorizationFailed"
        | "AccountProblem" => RefusalKind::NotAuthorized,
        "Forbidden" | "403" => RefusalKind::BareForbidden,
        "ExpiredToken"
        | "RequestExpired"
        | "TokenRefreshRequired"
        | "ExpiredTokenFault"
        | "Expired"
        | "UnauthorizedSSOToken"
        | "SSOTokenLoad"
        | "InvalidGrant" => RefusalKind::Expired,
        "InvalidAccessKeyId"
        | "InvalidClientTokenId"
        | "UnrecognizedClient"
        | "InvalidToken"
        | "AuthFailure"
        | "InvalidSecurity" => RefusalKind::UnknownKey,
        "SignatureDoesNotMatch" | "InvalidSignature" | "IncompleteSignature" => RefusalKind::WrongSecret,
        "MissingAuthenticationToken"
        | "NoCredentials"
        | "NoCredentialProviders"
        | "CredentialsProviderError"
        | "NoCredentialsError"
        | "MissingSecurityHeader" => RefusalKind::NoCredentials,
        "RequestTimeTooSkewed" | "RequestInTheFuture" => RefusalKind::ClockSkew,
        "PermanentRedirect"
        | "TemporaryRedirect"
        | "AuthorizationHeaderMalformed"
        | "IllegalLocationConstraint"
        | "BucketRegionError"
        | "301"
        | "MovedPermanently" => RefusalKind::WrongRegion,
        "RegionDisabled" | "OptInRequired" | "SubscriptionRequired" => RefusalKind::RegionNotEnabled,
        "NoSuchBucket" => RefusalKind::NoSuchBucket,
        "NoSuchKey" | "NoSuchVersion" => RefusalKind::NoSuchKey,
        "NoSuchEntity" => RefusalKind::NoSuchEntity,
        "Throttling"
        | "Throttled"
        | "SlowDown"
        | "RequestLimitExceeded"
        | "TooManyRequests"
        | "RequestThrottled"
        | "BandwidthLimitExceeded"
        | "ProvisionedThroughputExceeded"
        | "LimitExceededFault" => RefusalKind::Throttled,
        "MalformedPolicyDocument" | "MalformedPolicy" | "PackedPolicyTooLarge" => RefusalKind::BadPolicy,
        _ => return None,
    })
}

/// Wordings that say more than the code that comes with them, or come without one. All small letters; the first that
/// is found counts.
const WORDINGS: &[(&str, RefusalKind)] = &[
    ("multifactorauthentication failed", RefusalKind::MfaNeeded),
    ("mfa one time pass code", RefusalKind::MfaNeeded),
    ("token must be mfa", RefusalKind::MfaNeeded),
    ("assumeroletokenprovidernotset", RefusalKind::MfaNeeded),
    ("assume role with mfa enabled, but", RefusalKind::MfaNeeded),
    ("exceeds the maxsessionduration", RefusalKind::TooLong),
    ("durationseconds exceeds", RefusalKind::TooLong),
    ("signature expired:", RefusalKind::ClockSkew),
    ("signature not yet current", RefusalKind::ClockSkew),
    (
        "difference between the request time and the",
        RefusalKind::ClockSkew,
    ),
    ("signature is too far in the past", RefusalKind::ClockSkew),
    (
        "sts is not activated in this region",
        RefusalKind::RegionNotEnabled,
    ),
    ("is not opted in", RefusalKind::RegionNotEnabled),
    ("token included in the request is expired", RefusalKind::Expired),
    ("provided token has expired", RefusalKind::Expired),
    ("token has expired", RefusalKind::Expired),
    ("token is expired", RefusalKind::Expired),
    ("request has expired", RefusalKind::Expired),
    (
        "the sso session associated with this profile has expired",
        RefusalKind::Expired,
    ),
    ("the sso session has expired", RefusalKind::Expired),
    ("session token not found or invalid", RefusalKind::Expired),
    ("error loading sso token", RefusalKind::Expired),
    ("cached sso token", RefusalKind::Expired),
    (
        "credentials were refreshed, but the refreshed credentials are still expired",
        RefusalKind::Expired,
    ),
    ("credentials have expired", RefusalKind::Expired),
    (
        "security token included in the request is invalid",
        RefusalKind::UnknownKey,
    ),
    (
        "access key id you provided does not exist",
        RefusalKind::UnknownKey,
    ),
    (
        "access key id does not exist in our records",
        RefusalKind::UnknownKey,
    ),
    ("provided token is malformed", RefusalKind::UnknownKey),
    (
        "not able to validate the provided access credentials",
        RefusalKind::UnknownKey,
    ),
    (
        "request signature we calculated does not match",
        RefusalKind::WrongSecret,
    ),
    ("unable to locate credentials", RefusalKind::NoCredentials),
    (
        "could not load credentials from any providers",
        RefusalKind::NoCredentials,
    ),
    ("no valid credential sources", RefusalKind::NoCredentials),
    ("nocredentialproviders", RefusalKind::NoCredentials),
    ("failed to refresh cached credentials", RefusalKind::NoCredentials),
    ("unable to load credentials", RefusalKind::NoCredentials),
    ("unable to load aws credentials", RefusalKind::NoCredentials),
    ("missing credentials in config", RefusalKind::NoCredentials),
    ("no credentials", RefusalKind::NoCredentials),
    (
        "must be addressed using the specified endpoint",
        RefusalKind::WrongRegion,
    ),
    ("is wrong; expecting '", RefusalKind::WrongRegion),
    (
        "is incompatible for the region specific endpoint",
        RefusalKind::WrongRegion,
    ),
    ("incorrect region, the bucket is not in", RefusalKind::WrongRegion),
    (
        "the bucket you are attempting to access",
        RefusalKind::WrongRegion,
    ),
    ("specified bucket does not exist", RefusalKind::NoSuchBucket),
    ("specified key does not exist", RefusalKind::NoSuchKey),
    ("cannot be found.", RefusalKind::NoSuchEntity),
    ("rate exceeded", RefusalKind::Throttled),
    ("reduce your request rate", RefusalKind::Throttled),
    ("access to kms is not allowed", RefusalKind::KeyNotAuthorized),
    (
        "refers to a customer master key that does not exist",
        RefusalKind::KeyNotAuthorized,
    ),
    (
        "does not exist or is not allowed to access",
        RefusalKind::KeyNotAuthorized,
    ),
    ("has prohibited field resource", RefusalKind::BadPolicy),
    ("invalid principal in policy", RefusalKind::BadPolicy),
    ("not authorized to perform", RefusalKind::NotAuthorized),
    ("not authorized to access", RefusalKind::NotAuthorized),
    ("you are not authorized", RefusalKind::NotAuthorized),
    ("you don't have permission", RefusalKind::NotAuthorized),
    ("you don't have permissions", RefusalKind::NotAuthorized),
    ("you do not have permission", RefusalKind::NotAuthorized),
    ("you do not have sufficient access", RefusalKind::NotAuthorized),
    ("you do not have the permission", RefusalKind::NotAuthorized),
    (
        "all access to this object has been disabled",
        RefusalKind::NotAuthorized,
    ),
    ("explicit deny in", RefusalKind::NotAuthorized),
    ("access denied", RefusalKind::NotAuthorized),
    ("accessdenied", RefusalKind::NotAuthorized),
    ("no access", RefusalKind::NotAuthorized),
    ("unauthorizedoperation", RefusalKind::NotAuthorized),
];

/// Of the words of a message.
pub(super) fn of_words(text: &str) -> Option<RefusalKind> {
    let lower = text.to_lowercase();
    WORDINGS
        .iter()
        .find(|(words, _)| lower.contains(words))
        .map(|(_, kind)| *kind)
}
