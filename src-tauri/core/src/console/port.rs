//! The port to AWS's sign-in, as a broker uses it.

use async_trait::async_trait;

use super::SignInToken;
use crate::account::Partition;
use crate::secret::{Credentials, Secret};
use crate::sts::{AwsFailure, Issued, Reach};
use crate::sts_limits::{SessionDuration, SessionName, SessionPolicy};

/// One GetFederationToken.
#[derive(Debug, Clone)]
pub struct GetFederationToken {
    /// `Name`: AWS takes 2 to 32 characters.
    pub name: SessionName,
    /// `DurationSeconds`.
    pub duration: SessionDuration,
    /// `Policy`. Without one, the token has no permissions at all.
    pub policy: SessionPolicy,
}

/// AWS's sign-in.
#[async_trait]
pub trait ConsoleSignIn: Send + Sync {
    /// getSigninToken, for the credentials in `session`. `reach` is that of the sign-in.
    async fn sign_in_token(
        &self,
        reach: &Reach,
        partition: Partition,
        session: &Secret,
        stay: Option<SessionDuration>,
    ) -> Result<SignInToken, AwsFailure>;

    /// GetFederationToken, signed by a user's long-term keys. `reach` is that of STS.
    async fn federation_token(
        &self,
        reach: &Reach,
        signer: &Credentials,
        call: &GetFederationToken,
    ) -> Result<Issued, AwsFailure>;
}
