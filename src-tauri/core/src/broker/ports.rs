//! The broker's ports.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::names::given_session_name;
use super::order::user;
use crate::caller::CallerContext;
use crate::route::Route;
use crate::secret::Credentials;
use crate::session::SwitchOptions;
use crate::sts::{AwsFailure, Reach, Refusal};
use crate::sts_limits::SessionName;
use crate::view::NeedView;

/// Why a route's start gave no credentials.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityFailure {
    /// They are not where they should be.
    #[error("{0}")]
    Missing(String),
    /// The machine's credentials service does not answer.
    #[error("{0}")]
    Unreachable(String),
    /// Something only the person has is needed: a sign-in, or consent.
    #[error("something only you have is needed first")]
    Needs(Box<NeedView>),
    /// The service that gives them refused.
    #[error("{}", .0.refusal)]
    Refused(Box<IdentityRefusal>),
    /// That service could not be reached, or what answered was not it.
    #[error(transparent)]
    Aws(AwsFailure),
}

/// A refusal of the call that gives an identity's credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityRefusal {
    /// In AWS's words.
    pub refusal: Refusal,
    /// What was asked, as IAM names it: `sso:GetRoleCredentials`.
    pub action: &'static str,
    /// On what, where it has a name.
    pub resource: Option<String>,
    /// What it means for the person and what to do, if that is known.
    pub summary: Option<String>,
}

/// Whose credentials are asked for.
#[derive(Debug, Clone, Copy)]
pub struct IdentityAsk<'a> {
    /// The route whose start they are.
    pub route: &'a Route,
    /// Who asks.
    pub caller: &'a CallerContext,
    /// Where STS is reached.
    pub reach: &'a Reach,
    /// What the session is to have, where they are the session itself; else nothing.
    pub options: &'a SwitchOptions,
}

impl IdentityAsk<'_> {
    /// `RoleSessionName` of a call that exchanges something for a role's session; the same as in the session's key.
    pub fn session_name(&self) -> SessionName {
        given_session_name(&self.route.identity, self.options, user(self.caller).as_deref())
    }
}

/// What a route starts from.
#[derive(Debug, Clone)]
pub struct Given {
    /// The credentials. Temporary ones without an end are used for a quarter of an hour.
    pub credentials: Credentials,
    /// The `Date` of the answer they came in, if it was one of AWS's.
    pub aws_date: Option<Timestamp>,
    /// Who holds them, where the answer says so.
    pub assumed_role_arn: Option<String>,
    /// `AROA…:session-name`, where the answer says so.
    pub assumed_role_id: Option<String>,
    /// AWS's request ID.
    pub request_id: Option<String>,
    /// How long the answer took; `None` where nobody was asked.
    pub took: Option<Duration>,
}

impl From<Credentials> for Given {
    fn from(credentials: Credentials) -> Self {
        Self {
            credentials,
            aws_date: None,
            assumed_role_arn: None,
            assumed_role_id: None,
            request_id: None,
            took: None,
        }
    }
}

/// The credentials that a route starts from. Read afresh each time: nobody has to tell Hatrack that a key was
/// rotated.
#[async_trait]
pub trait IdentitySource: Send + Sync {
    /// The credentials of `ask.route.identity`, as the caller has them.
    async fn credentials(&self, ask: IdentityAsk<'_>) -> Result<Given, IdentityFailure>;
}

/// The port for randomness.
pub trait Random: Send + Sync {
    /// Fills `bytes` with random ones.
    fn fill(&self, bytes: &mut [u8]);
}
