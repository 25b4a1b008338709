//! Signature Version 4 with a certificate's key.
//!
//! Source: IAM Roles Anywhere User Guide, "The IAM Roles Anywhere authentication signing process".

use jiff::Timestamp;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA256_ASN1, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
    VerificationAlgorithm,
};
use sha2::{Digest, Sha256};

use super::certificate::{Certificate, PublicKey};
use super::denied;
use crate::auth::{Refused, SignedRequest, canonical_request, check_time};
use crate::json_reply::JsonRefusal;

/// What each of the algorithms' names starts with.
pub(super) const PREFIX: &str = "AWS4-X509-";
const RSA: &str = "AWS4-X509-RSA-SHA256";
const ECDSA: &str = "AWS4-X509-ECDSA-SHA256";

/// Checks that the certificate's key signed the request.
pub(super) fn verify(
    request: &SignedRequest<'_>,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<(), JsonRefusal> {
    verified(request, certificate, now).map_err(|why| match why {
        Refused::Incomplete => denied("Missing Authentication Token"),
        Refused::Mismatch => denied("The request signature does not match the certificate"),
        Refused::Skewed { signed, now, .. } => {
            denied(format!("Signature expired: {signed} is too far from {now}"))
        }
    })
}

fn verified(request: &SignedRequest<'_>, certificate: &Certificate, now: Timestamp) -> Result<(), Refused> {
    let header = |name: &str| request.headers.get(name).and_then(|v| v.to_str().ok());
    let authorization = header("authorization").ok_or(Refused::Incomplete)?;
    let (algorithm, fields) = authorization.split_once(' ').ok_or(Refused::Incomplete)?;
    let field = |name: &str| {
        fields
            .split(',')
            .find_map(|f| f.trim().strip_prefix(name)?.strip_prefix('='))
            .ok_or(Refused::Incomplete)
    };
    let (credential, signed_headers, signature) =
        (field("Credential")?, field("SignedHeaders")?, field("Signature")?);
    let signed_at = header("x-amz-date").ok_or(Refused::Incomplete)?;
    check_time(signed_at, now)?;
    let (serial, scope) = credential.split_once('/').ok_or(Refused::Incomplete)?;
    let parts: Vec<&str> = scope.split('/').collect();
    let [date, _, "rolesanywhere", "aws4_request"] = parts[..] else {
        return Err(Refused::Mismatch);
    };
    let needed = ["host", "x-amz-date", "x-amz-x509"];
    let signs = |name: &str| signed_headers.split(';').any(|h| h == name);
    if serial != certificate.serial()
        || signed_at.get(..8) != Some(date)
        || !needed.into_iter().all(signs)
        || (header("x-amz-x509-chain").is_some() && !signs("x-amz-x509-chain"))
    {
        return Err(Refused::Mismatch);
    }
    let canonical = canonical_request(request, signed_headers)?;
    let to_sign = format!(
        "{algorithm}\n{signed_at}\n{scope}\n{}",
        hex::encode(Sha256::digest(canonical))
    );
    let signature = hex::decode(signature).map_err(|_| Refused::Mismatch)?;
    let (named, how, key): (&str, &'static dyn VerificationAlgorithm, &[u8]) = match certificate.public_key()
    {
        PublicKey::Rsa(key) => (RSA, &RSA_PKCS1_2048_8192_SHA256, key),
        PublicKey::P256(key) => (ECDSA, &ECDSA_P256_SHA256_ASN1, key),
        PublicKey::P384(key) => (ECDSA, &ECDSA_P384_SHA256_ASN1, key),
    };
    if algorithm != named {
        return Err(Refused::Mismatch);
    }
    UnparsedPublicKey::new(how, key)
        .verify(to_sign.as_bytes(), &signature)
        .map_err(|_| Refused::Mismatch)
}
