//! What `sandbox.json` tells about the stories that start from no keys: a sign-in, a machine, a token.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The story of Identity Center.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignInStory {
    /// `SSO`.
    pub id: String,
    /// In words.
    pub title: String,
    /// The organisations; the first has an `[sso-session …]`, the second the older form of profile.
    pub portals: Vec<Portal>,
    /// The profile of the right way: an account and permission set of the first organisation.
    pub profile: String,
    /// The account of that profile.
    pub account_id: String,
    /// Its permission set.
    pub role_name: String,
    /// The bucket that it reads.
    pub bucket: String,
    /// Keys in the bucket.
    pub keys: Vec<String>,
    /// The bucket's region.
    pub region: String,
    /// A role that is reached by a hop from there.
    pub hop: Hop,
    /// A profile whose account and permission set are not assigned: GetRoleCredentials is forbidden.
    pub forbidden_profile: String,
}

/// A role one hop from an Identity Center role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Hop {
    /// Its profile.
    pub profile: String,
    /// The role.
    pub role_arn: String,
    /// The bucket that only it reads.
    pub bucket: String,
    /// Keys in the bucket.
    pub keys: Vec<String>,
    /// A profile that starts from another Identity Center role, which the hop's role does not trust.
    pub refused_profile: String,
}

/// An organisation's access portal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Portal {
    /// The organisation's name.
    pub organisation: String,
    /// The name of its `[sso-session …]`; `None` where its profiles hold the start URL themselves.
    pub session: Option<String>,
    /// The start URL.
    pub start_url: String,
    /// The region.
    pub region: String,
    /// Its users; the sign-in pages offer the first one first.
    pub users: Vec<PortalUser>,
    /// The profiles that start there.
    pub profiles: Vec<String>,
}

/// A user and what the portal lists for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PortalUser {
    /// The name.
    pub name: String,
    /// The accounts and permission sets.
    pub roles: Vec<PortalRole>,
}

/// A permission set in an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalRole {
    /// The account.
    pub account_id: String,
    /// The account's name.
    pub account_name: String,
    /// The permission set's name.
    pub role_name: String,
    /// The role behind it.
    pub role_arn: String,
}

/// S3: a machine as identity.
#[derive(Clone, Serialize, Deserialize)]
pub struct MachineStory {
    /// `S3`.
    pub id: String,
    /// In words.
    pub title: String,
    /// `AWS_EC2_METADATA_SERVICE_ENDPOINT`.
    pub metadata_endpoint: String,
    /// The instance's own role.
    pub instance_role_arn: String,
    /// `AWS_CONTAINER_CREDENTIALS_FULL_URI`.
    pub container_uri: String,
    /// `AWS_CONTAINER_AUTHORIZATION_TOKEN`.
    pub container_token: String,
    /// The container's own role.
    pub container_role_arn: String,
    /// The profile with `credential_source = Ec2InstanceMetadata`.
    pub instance_profile: String,
    /// The profile with `credential_source = EcsContainer`.
    pub container_profile: String,
    /// The role that both profiles assume.
    pub role_arn: String,
    /// A profile whose role does not trust the machine.
    pub refused_profile: String,
    /// The bucket that the role reads.
    pub bucket: String,
    /// Keys in the bucket.
    pub keys: Vec<String>,
    /// The bucket's region.
    pub region: String,
}

/// S8: kinds of role, told apart by their trust policies.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KindsStory {
    /// `S8`.
    pub id: String,
    /// In words.
    pub title: String,
    /// The profile with the keys of the user who tries them.
    pub identity: String,
    /// The roles.
    pub roles: Vec<RoleOfKind>,
    /// The profile that shows a token.
    pub web_identity_profile: String,
    /// The file with the token.
    pub web_identity_token_file: std::path::PathBuf,
    /// Where a fresh token is given: `?subject=…&audience=…&seconds=…`.
    pub token_url: String,
    /// The token's subject, as the role's trust policy wants it.
    pub subject: String,
    /// The token's audience.
    pub audience: String,
    /// The page of the company's directory where a SAML sign-in starts; with `?auto=USER` it asks nobody.
    pub saml_start_url: String,
    /// The users who can sign in there. The first has two roles, the second one.
    pub saml_users: Vec<String>,
    /// The role that every one of them has, for an hour at most.
    pub saml_role_arn: String,
    /// The first one's other role, which gives four hours.
    pub saml_long_role_arn: String,
    /// The bucket that the roles of this story read.
    pub bucket: String,
    /// Keys in the bucket.
    pub keys: Vec<String>,
    /// The bucket's region.
    pub region: String,
}

/// S12: Roles Anywhere. Each profile's certificate and key are `PROFILE.crt` and `PROFILE.key` in the folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AnywhereStory {
    /// `S12`.
    pub id: String,
    /// In words.
    pub title: String,
    /// The folder of the certificates and keys, in PEM.
    pub folder: std::path::PathBuf,
    /// The profile of the right way, with an EC key.
    pub profile: String,
    /// The same with an RSA key.
    pub rsa_profile: String,
    /// The same with a certificate between its own and the anchor's: `shop-floor.pem`.
    pub chain_profile: String,
    /// A profile whose certificate has expired.
    pub expired_profile: String,
    /// A profile whose certificate another authority issued.
    pub untrusted_profile: String,
    /// A profile whose certificate is good, and of a machine that the role does not trust.
    pub other_profile: String,
    /// The trust anchor.
    pub trust_anchor_arn: String,
    /// Roles Anywhere's own profile.
    pub profile_arn: String,
    /// The role.
    pub role_arn: String,
    /// The bucket that the role reads.
    pub bucket: String,
    /// Keys in the bucket.
    pub keys: Vec<String>,
    /// The bucket's region.
    pub region: String,
}

/// A role and what kind it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleOfKind {
    /// The role.
    pub role_arn: String,
    /// Its kind.
    pub kind: RoleKind,
    /// The profile by which a user tries to assume it with keys; only a custom role lets itself be assumed so.
    pub profile: String,
}

/// What a role's trust policy makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoleKind {
    /// A service assumes it.
    Service,
    /// A service made it for itself.
    ServiceLinked,
    /// Tokens of an OpenID Connect provider.
    WebIdentity,
    /// Assertions of a SAML provider.
    Saml,
    /// Users and roles.
    Custom,
}

impl fmt::Debug for MachineStory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MachineStory")
            .field("instance_role_arn", &self.instance_role_arn)
            .field("container_role_arn", &self.container_role_arn)
            .field("bucket", &self.bucket)
            .finish_non_exhaustive()
    }
}
