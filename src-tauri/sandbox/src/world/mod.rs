//! The miniature: accounts, who lives in them, and what they own.

mod access_point;
mod account;
mod anywhere;
mod authorize;
mod bucket;
mod checksum;
mod content;
mod directory;
mod key_maker;
mod kms;
mod machine;
mod mfa;
mod object;
mod objects;
mod organisation;
mod session;
mod versions;

use std::collections::{BTreeMap, HashMap};

use hatrack_core::account::AccountId;
use hatrack_core::policy::{Kind, PolicyError};
use jiff::Timestamp;

pub use access_point::AccessPoint;
pub use account::{Document, Group, IdentityProvider, NamedPolicy, Role, User};
pub use anywhere::AnywhereProfile;
pub use authorize::{Asked, Signer, Simulated, denied_because};
pub use bucket::{Bucket, CorsRule, Ownership};
pub use checksum::{Algorithm, Checksum, Kind as ChecksumKind};
pub use content::{Content, generated};
pub use directory::{Directory, DirectoryUser};
pub use key_maker::KeyMaker;
pub use kms::KmsKey;
pub use machine::{Container, Machine};
pub use mfa::{MfaDevice, totp};
pub use object::{BINARY, Encryption, Headers, Object, PartOf, Restore, STANDARD, md5_hex, md5_of};
pub use organisation::{Assignment, Organisation, PortalUser, reserved_role_name};
pub use session::{AccessKey, FederatedUser, RoleSession, Session, SessionOf};
pub use versions::{Deleted, Found, Marker, Version, Versioning};

/// Everything there is.
#[derive(Debug, Default)]
pub struct World {
    /// Account names by ID.
    pub accounts: BTreeMap<AccountId, String>,
    /// Users by ARN.
    pub users: HashMap<String, User>,
    /// Groups by ARN.
    pub groups: HashMap<String, Group>,
    /// Roles by ARN.
    pub roles: HashMap<String, Role>,
    /// Managed policies by ARN, read as session policies.
    pub managed: BTreeMap<String, Document>,
    /// Long-term keys by ID.
    pub access_keys: HashMap<String, AccessKey>,
    /// Sessions by their access key ID.
    pub sessions: HashMap<String, Session>,
    /// Buckets by name.
    pub buckets: BTreeMap<String, Bucket>,
    /// S3's access points by ARN.
    pub access_points: BTreeMap<String, AccessPoint>,
    /// Keys of KMS by ARN.
    pub kms_keys: BTreeMap<String, KmsKey>,
    /// The organisations that have an access portal.
    pub organisations: Vec<Organisation>,
    /// What each identity provider issues tokens for, by the provider's ARN in each account that trusts it.
    pub identity_providers: HashMap<String, IdentityProvider>,
    /// The company's directory, which signs people in by SAML.
    pub directory: Directory,
    /// Roles Anywhere's trust anchors by ARN: the certificate of each, in DER.
    pub trust_anchors: HashMap<String, Vec<u8>>,
    /// Roles Anywhere's profiles by ARN.
    pub anywhere_profiles: HashMap<String, AnywhereProfile>,
    /// The EC2 instance whose metadata service the sandbox serves.
    pub instance: Option<Machine>,
    /// The container whose credentials endpoint the sandbox serves.
    pub container: Option<Container>,
}

impl World {
    /// Finds who holds an access key, as of now.
    pub fn signer(&self, access_key_id: &str) -> Option<Signer> {
        if let Some(key) = self.access_keys.get(access_key_id) {
            if !key.active || key.unknown_for > 0 {
                return None;
            }
            let user = self.users.get(&key.user_arn)?;
            return Some(Signer::user(user, &key.secret));
        }
        let session = self.sessions.get(access_key_id)?;
        match &session.of {
            SessionOf::User { arn } => Some(Signer::user_session(self.users.get(arn)?, session)),
            SessionOf::Federated(of) => Some(Signer::federated(self.users.get(&of.user_arn)?, of, session)),
            SessionOf::Role(of) => Some(Signer::role_session(self.roles.get(&of.role_arn)?, of, session)),
        }
    }

    /// A new key becomes known.
    pub fn has_been_asked_for(&mut self, access_key_id: &str) {
        if let Some(key) = self.access_keys.get_mut(access_key_id) {
            key.unknown_for = key.unknown_for.saturating_sub(1);
        }
    }

    /// A key has signed.
    pub fn has_been_used(&mut self, access_key_id: &str, now: Timestamp, service: &str) {
        if let Some(key) = self.access_keys.get_mut(access_key_id) {
            key.last_used = Some((now, service.to_owned()));
        }
    }

    /// Ends every session of a role that was issued before `before`, as the console's "Revoke active sessions"
    /// does: by a Deny on older tokens.
    ///
    /// # Errors
    /// The policy cannot be read; it is our own, so this does not happen.
    pub fn revoke_sessions(&mut self, role_arn: &str, before: Timestamp) -> Result<bool, PolicyError> {
        let Some(role) = self.roles.get_mut(role_arn) else {
            return Ok(false);
        };
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Deny", "Action": ["*"], "Resource": ["*"],
            "Condition": {{"DateLessThan": {{"aws:TokenIssueTime": "{before}"}}}}}}]}}"#
        );
        let document = Document::read(Kind::Identity, &text)?;
        role.policies.retain(|p| p.name != REVOKING);
        role.policies.push(NamedPolicy::embedded(REVOKING, document));
        Ok(true)
    }
}

/// The name that the console gives the policy (IAM User Guide, "Revoke IAM role temporary security credentials").
const REVOKING: &str = "AWSRevokeOlderSessions";
