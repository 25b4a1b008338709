//! How a role is reached: an identity, then one hop per AssumeRole.

mod anywhere;
mod process;

use serde::{Deserialize, Serialize};

use crate::arn::RoleArn;
use crate::identity_center::IdentityCenterRole;
use crate::saml::SamlRole;
use crate::sts_limits::{ExternalId, MfaSerial, SessionDuration, SessionName};
pub use anywhere::Anywhere;
pub use process::{HatAlias, NotSplit, ProcessCommand, split_words};

/// What a route starts from. It names where the credentials are; it never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Identity {
    /// Access keys in the shared files or in the vault.
    Keys {
        /// The profile that holds them.
        profile: String,
        /// Identifies the key; no secret.
        access_key_id: String,
        /// Whether a session token stands beside them: then they are temporary and expire.
        temporary: bool,
        /// Whether they are in the vault, and the profile says only so.
        in_vault: bool,
    },
    /// `credential_source = Environment`: the caller's `AWS_ACCESS_KEY_ID` and its companions.
    Environment,
    /// `credential_source = Ec2InstanceMetadata`: the instance profile's role, by IMDSv2.
    Ec2InstanceMetadata,
    /// `credential_source = EcsContainer`: the container's credentials endpoint.
    EcsContainer,
    /// An IAM Identity Center sign-in and the role it gives.
    IdentityCenter(IdentityCenterRole),
    /// AssumeRoleWithWebIdentity with a token from a file.
    WebIdentity {
        /// The role that the token is exchanged for.
        role_arn: RoleArn,
        /// The file that holds the token.
        token_file: String,
        /// The session name to send.
        session_name: Option<SessionName>,
    },
    /// AssumeRoleWithSAML with what a sign-in at an identity provider gave.
    Saml(Box<SamlRole>),
    /// CreateSession of IAM Roles Anywhere, with a certificate from a file.
    RolesAnywhere(Box<Anywhere>),
    /// A command that prints credentials. Listed, never executed by listing.
    CredentialProcess {
        /// The profile that names it.
        profile: String,
        /// The command line.
        command: ProcessCommand,
    },
    /// A console sign-in made by `aws login`.
    LoginSession {
        /// The ARN of the user or role that signed in.
        arn: String,
    },
}

impl Identity {
    /// Whether what it signs with is temporary: then the first AssumeRole is chained already.
    ///
    /// `None` where only the credentials themselves tell (Environment and `credential_process`: the presence of a
    /// session token decides).
    pub fn is_temporary(&self) -> Option<bool> {
        match self {
            Self::Keys { temporary, .. } => Some(*temporary),
            Self::Environment | Self::CredentialProcess { .. } => None,
            Self::Ec2InstanceMetadata
            | Self::EcsContainer
            | Self::IdentityCenter(_)
            | Self::WebIdentity { .. }
            | Self::Saml(_)
            | Self::RolesAnywhere(_)
            | Self::LoginSession { .. } => Some(true),
        }
    }

    /// Whether what it gives is a session already, so that a route without hops needs no call to STS.
    pub fn gives_sessions(&self) -> bool {
        match self {
            Self::IdentityCenter(_)
            | Self::WebIdentity { .. }
            | Self::Saml(_)
            | Self::RolesAnywhere(_)
            | Self::CredentialProcess { .. }
            | Self::LoginSession { .. } => true,
            Self::Keys { .. } | Self::Environment | Self::Ec2InstanceMetadata | Self::EcsContainer => false,
        }
    }

    /// The stable word for it on the wire (`IdentityView::kind`).
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Keys { .. } => "keys",
            Self::Environment => "environment",
            Self::Ec2InstanceMetadata => "ec2",
            Self::EcsContainer => "ecs",
            Self::IdentityCenter(_) => "identity_center",
            Self::WebIdentity { .. } => "web_identity",
            Self::Saml(_) => "saml",
            Self::RolesAnywhere(_) => "roles_anywhere",
            Self::CredentialProcess { .. } => "credential_process",
            Self::LoginSession { .. } => "login",
        }
    }

    /// Whether what it signs with is in the vault.
    pub fn is_in_vault(&self) -> bool {
        matches!(self, Self::Keys { in_vault: true, .. })
    }

    /// Where one signs in for it (`PortalView::name`), if that is at Identity Center or at a SAML provider.
    pub fn portal_name(&self) -> Option<&str> {
        match self {
            Self::IdentityCenter(role) => Some(role.portal.name()),
            Self::Saml(role) => Some(&role.provider),
            _ => None,
        }
    }

    /// What people call it.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Keys { temporary: false, .. } => "IAM user keys",
            Self::Keys { temporary: true, .. } => "Temporary keys",
            Self::Environment => "Environment",
            Self::Ec2InstanceMetadata => "EC2 instance metadata",
            Self::EcsContainer => "ECS container",
            Self::IdentityCenter(_) => "Identity Center",
            Self::WebIdentity { .. } => "Web identity",
            Self::Saml(_) => "SAML",
            Self::RolesAnywhere(_) => "Roles Anywhere",
            Self::CredentialProcess { .. } => "Credential process",
            Self::LoginSession { .. } => "Console sign-in",
        }
    }
}

/// One AssumeRole.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hop {
    /// The role to assume.
    pub role: RoleArn,
    /// Sent as `ExternalId`.
    pub external_id: Option<ExternalId>,
    /// The device whose code is sent, as `SerialNumber`. Counts only where a user's own long-term keys sign.
    pub mfa_serial: Option<MfaSerial>,
    /// Sent as `RoleSessionName`; where it is `None` the broker makes one up.
    pub session_name: Option<SessionName>,
    /// Sent as `DurationSeconds`.
    pub duration: Option<SessionDuration>,
    /// The profile that says all this; `None` for a role added in Hatrack.
    pub profile: Option<String>,
}

/// How a role is reached. Zero hops: the identity itself; for a profile with only keys, GetSessionToken.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Route {
    /// The start.
    pub identity: Identity,
    /// The profile that holds or names the start.
    pub identity_profile: String,
    /// The `mfa_serial` of the identity's own profile: a GetSessionToken for it takes a code of this device.
    pub identity_mfa_serial: Option<MfaSerial>,
    /// Every AssumeRole in order; the last is the role.
    pub hops: Vec<Hop>,
}

impl Route {
    /// The role's ARN; `None` when the route has no AssumeRole.
    pub fn role(&self) -> Option<&RoleArn> {
        match (self.hops.last(), &self.identity) {
            (Some(hop), _) => Some(&hop.role),
            (None, Identity::WebIdentity { role_arn, .. }) => Some(role_arn),
            (None, Identity::Saml(saml)) => Some(&saml.role),
            (None, Identity::RolesAnywhere(anywhere)) => Some(&anywhere.role),
            (None, _) => None,
        }
    }

    /// Whether the last AssumeRole is signed by temporary credentials, which caps it at one hour.
    ///
    /// `None` where the identity's credentials must be read to know. A route without a hop is not chained.
    pub fn is_chained(&self) -> Option<bool> {
        match self.hops.len() {
            0 => Some(false),
            1 => self.identity.is_temporary(),
            _ => Some(true),
        }
    }

    /// The device whose code the switch asks for: that of the first call, where a user's own keys may sign it.
    ///
    /// Later hops are signed by temporary credentials, with which STS takes no code.
    pub fn mfa_serial(&self) -> Option<&MfaSerial> {
        if self.identity.is_temporary() == Some(true) {
            return None;
        }
        match self.hops.first() {
            Some(hop) => hop.mfa_serial.as_ref(),
            None => self.identity_mfa_serial.as_ref(),
        }
    }
}
