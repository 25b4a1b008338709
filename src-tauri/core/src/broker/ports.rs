//! The broker's ports.

use async_trait::async_trait;

use crate::caller::CallerContext;
use crate::route::{Route, UnsupportedIdentity};
use crate::secret::Credentials;
use crate::sts::Reach;

/// Why a route's start gave no credentials.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityFailure {
    /// This version cannot start from it.
    #[error(transparent)]
    Unsupported(#[from] UnsupportedIdentity),
    /// They are not where they should be.
    #[error("{0}")]
    Missing(String),
    /// The machine's credentials service does not answer.
    #[error("{0}")]
    Unreachable(String),
}

/// The credentials that a route starts from. Read afresh each time: nobody has to tell Hatrack that a key was
/// rotated.
#[async_trait]
pub trait IdentitySource: Send + Sync {
    /// The credentials of `route.identity`, as `caller` has them.
    async fn credentials(
        &self,
        route: &Route,
        caller: &CallerContext,
        reach: &Reach,
    ) -> Result<Credentials, IdentityFailure>;
}

/// The port for randomness.
pub trait Random: Send + Sync {
    /// Fills `bytes` with random ones.
    fn fill(&self, bytes: &mut [u8]);
}
