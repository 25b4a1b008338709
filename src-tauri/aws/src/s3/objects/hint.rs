//! S3's codes in plain words, where its own say little.

use hatrack_core::sts::AwsFailure;

use super::super::S3Failure;

impl S3Failure {
    /// What it means and what to do, by S3's code. Sources: API Reference, "Error responses"; KMS Developer Guide,
    /// "Key states of AWS KMS keys".
    pub fn hint(&self) -> Option<&'static str> {
        let code = match self {
            Self::Aws(AwsFailure::Refused(refusal)) => refusal.code.as_str(),
            _ => return None,
        };
        Some(match code {
            "KMS.DisabledException" => {
                "the KMS key that encrypts it is disabled; its owner has to enable it before anybody reads or writes"
            }
            "KMS.NotFoundException" => {
                "the KMS key that encrypts it does not exist in this region; name another key, or ask the bucket's owner"
            }
            "KMS.KMSInvalidStateException" | "KMS.InvalidStateException" | "KMSInvalidStateException" => {
                "the KMS key that encrypts it is being deleted or is unavailable; its owner can cancel the deletion"
            }
            "KMS.InvalidKeyUsageException" => {
                "the KMS key cannot encrypt objects: S3 takes symmetric keys for encryption only"
            }
            "KMS.AccessDeniedException" => {
                "the role may not use the KMS key: its key policy and the role's permissions must both allow it"
            }
            "KMS.ThrottlingException" => "KMS is asked too often at the moment; try again in a while",
            "RestoreAlreadyInProgress" => "it is being restored already; look again later",
            "GlacierExpeditedRetrievalNotAvailable" => {
                "S3 has no room for an expedited restore at the moment; try again later, or take the standard one"
            }
            "InvalidObjectState" => "it rests in an archive; restore it first",
            "ObjectLockConfigurationNotFoundError" => "the bucket has no object lock",
            "BadDigest" | "XAmzContentChecksumMismatch" => {
                "the bytes that arrived are not those that were sent; try again"
            }
            "EntityTooLarge" => "it is larger than S3 takes in one piece",
            "MethodNotAllowed" => {
                "that is a delete marker: there is nothing to read; delete the marker to bring the object back"
            }
            "InvalidTag" => {
                "S3 does not take such tags: ten at most, names of 128 and values of 256 characters, none twice, no \"aws:\""
            }
            "MetadataTooLarge" => "the metadata is too large: S3 keeps 2 kB of it",
            _ => return None,
        })
    }
}
