//! The port to AWS STS: what is asked, what comes back, how it fails.
//!
//! Source: AWS STS API Reference.

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::account::AccountId;
use crate::arn::RoleArn;
use crate::saml::SamlProviderArn;
use crate::secret::{Credentials, Secret};
use crate::sts_limits::{
    ExternalId, MfaSerial, PolicyArn, SessionDuration, SessionName, SessionPolicy, SessionTags,
    SourceIdentity, TokenCode, UserSessionDuration,
};

/// Where a call goes and through what. Part of a session's key by `endpoint`; the rest only carries the bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reach {
    /// Signs for and, without `endpoint`, picks AWS's regional endpoint.
    pub region: String,
    /// An endpoint that is not AWS's own choice.
    pub endpoint: Option<String>,
    /// A file of certificates to trust instead of the system's (`AWS_CA_BUNDLE`).
    pub ca_bundle: Option<PathBuf>,
    /// `HTTPS_PROXY`, or `HTTP_PROXY` where the endpoint is plain HTTP: may carry a password.
    pub proxy: Option<ProxyUrl>,
    /// `NO_PROXY`.
    pub no_proxy: Option<String>,
}

/// A proxy's address, which may hold a password and so is never printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyUrl(pub Secret);

impl std::hash::Hash for ProxyUrl {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.expose().hash(state);
    }
}

/// One AssumeRole.
#[derive(Debug, Clone)]
pub struct AssumeRole {
    /// The role.
    pub role: RoleArn,
    /// `RoleSessionName`.
    pub session_name: SessionName,
    /// `DurationSeconds`.
    pub duration: SessionDuration,
    /// `ExternalId`.
    pub external_id: Option<ExternalId>,
    /// `SerialNumber` and `TokenCode`: always together.
    pub mfa: Option<(MfaSerial, TokenCode)>,
    /// `Policy`.
    pub policy: Option<SessionPolicy>,
    /// `PolicyArns`.
    pub policy_arns: Vec<PolicyArn>,
    /// `Tags` and `TransitiveTagKeys`.
    pub tags: SessionTags,
    /// `SourceIdentity`.
    pub source_identity: Option<SourceIdentity>,
}

/// One AssumeRoleWithWebIdentity.
#[derive(Debug, Clone)]
pub struct AssumeRoleWithWebIdentity {
    /// The role.
    pub role: RoleArn,
    /// `RoleSessionName`.
    pub session_name: SessionName,
    /// `DurationSeconds`.
    pub duration: SessionDuration,
    /// `WebIdentityToken`: what the identity provider issued. Stands in for a signature.
    pub token: Secret,
    /// `Policy`.
    pub policy: Option<SessionPolicy>,
    /// `PolicyArns`.
    pub policy_arns: Vec<PolicyArn>,
}

/// One AssumeRoleWithSAML. The assertion names the session.
#[derive(Debug, Clone)]
pub struct AssumeRoleWithSaml {
    /// The role.
    pub role: RoleArn,
    /// `PrincipalArn`: the identity provider in the role's account.
    pub provider: SamlProviderArn,
    /// `SAMLAssertion`: what the identity provider issued. Stands in for a signature.
    pub assertion: Secret,
    /// `DurationSeconds`.
    pub duration: SessionDuration,
    /// `Policy`.
    pub policy: Option<SessionPolicy>,
    /// `PolicyArns`.
    pub policy_arns: Vec<PolicyArn>,
}

/// One GetSessionToken.
#[derive(Debug, Clone)]
pub struct GetSessionToken {
    /// `DurationSeconds`.
    pub duration: UserSessionDuration,
    /// `SerialNumber` and `TokenCode`.
    pub mfa: Option<(MfaSerial, TokenCode)>,
}

/// What STS issued.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The temporary credentials; `expires_at` is set.
    pub credentials: Credentials,
    /// AWS's `Expiration`.
    pub expiration: Timestamp,
    /// The answer's `Date` header.
    pub aws_date: Option<Timestamp>,
    /// `AssumedRoleUser.Arn`; `None` for GetSessionToken.
    pub assumed_role_arn: Option<String>,
    /// `AssumedRoleUser.AssumedRoleId`.
    pub assumed_role_id: Option<String>,
    /// The answer's request ID.
    pub request_id: Option<String>,
    /// From request to answer.
    pub took: Duration,
}

/// Who the credentials are: GetCallerIdentity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerIdentity {
    /// The account.
    pub account: AccountId,
    /// The user's, role session's or root's ARN.
    pub arn: String,
    /// `AIDA…`, or `AROA…:name`.
    pub user_id: String,
}

/// AWS's refusal, unchanged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}{}", request_id.as_ref().map(|id| format!(" (request {id})")).unwrap_or_default())]
pub struct Refusal {
    /// `AccessDenied`, `ExpiredToken`, `ValidationError`, …
    pub code: String,
    /// AWS's message.
    pub message: String,
    /// AWS's request ID.
    pub request_id: Option<String>,
    /// The HTTP status.
    pub status: u16,
}

/// Why a call to AWS gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AwsFailure {
    /// AWS answered no.
    #[error("{0}")]
    Refused(Refusal),
    /// No answer came: no network, no name, TLS, proxy, timeout.
    #[error("could not reach {service} in {region}: {why}; check the network, the proxy or the endpoint")]
    Unreachable {
        /// `STS`, `S3`.
        service: &'static str,
        /// The region asked.
        region: String,
        /// What the connection said.
        why: String,
    },
    /// An answer came that is not AWS's: a captive portal, a truncated body.
    #[error(
        "{service} in {region} gave an answer that is not AWS's: {why}; a sign-in page of the network may be in the way"
    )]
    Garbled {
        /// `STS`, `S3`.
        service: &'static str,
        /// The region asked.
        region: String,
        /// What was wrong with it; never the body.
        why: String,
    },
    /// The network answered in AWS's place: it wants the person to sign in to it first.
    #[error(
        "this network asks for a sign-in first{}, so {service} in {region} was not reached; open a browser, sign in \
         to the network, and try again",
        portal.as_ref().map(|host| format!(" at {host}")).unwrap_or_default()
    )]
    CaptivePortal {
        /// `STS`, `S3`.
        service: &'static str,
        /// The region asked.
        region: String,
        /// The host that it leads to, where it said so.
        portal: Option<String>,
    },
    /// The proxy wants a name and a password, or others than it was given.
    #[error(
        "the proxy {proxy} asks for a name and a password; give them to Hatrack, or put them into HTTPS_PROXY as \
         http://name:password@host:port"
    )]
    ProxyPassword {
        /// `host:port`.
        proxy: String,
    },
    /// The request could not be made: a CA bundle that cannot be read, a proxy URL that is none.
    #[error("{0}")]
    Unusable(String),
}

impl AwsFailure {
    /// Whether AWS may have seen the request. Where not, a code that it carried is not spent.
    pub fn reached_aws(&self) -> bool {
        match self {
            Self::Refused(_) | Self::Garbled { .. } => true,
            Self::Unreachable { .. }
            | Self::CaptivePortal { .. }
            | Self::ProxyPassword { .. }
            | Self::Unusable(_) => false,
        }
    }
}

/// STS.
#[async_trait]
pub trait Sts: Send + Sync {
    /// AssumeRole, signed by `signer`.
    async fn assume_role(
        &self,
        reach: &Reach,
        signer: &Credentials,
        call: &AssumeRole,
    ) -> Result<Issued, AwsFailure>;

    /// AssumeRoleWithWebIdentity: unsigned, the token says who asks.
    async fn assume_role_with_web_identity(
        &self,
        reach: &Reach,
        call: &AssumeRoleWithWebIdentity,
    ) -> Result<Issued, AwsFailure>;

    /// AssumeRoleWithSAML: unsigned, the assertion says who asks.
    async fn assume_role_with_saml(
        &self,
        reach: &Reach,
        call: &AssumeRoleWithSaml,
    ) -> Result<Issued, AwsFailure>;

    /// GetSessionToken, signed by a user's long-term keys.
    async fn get_session_token(
        &self,
        reach: &Reach,
        signer: &Credentials,
        call: &GetSessionToken,
    ) -> Result<Issued, AwsFailure>;

    /// GetCallerIdentity: needs no permission.
    async fn get_caller_identity(
        &self,
        reach: &Reach,
        signer: &Credentials,
    ) -> Result<CallerIdentity, AwsFailure>;
}
