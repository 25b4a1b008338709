//! Credentials of a route's start that no file holds: EC2 and ECS metadata, the caller's environment, and the renewal
//! of a console sign-in.
//!
//! Everything is read from the caller's variables, never from this process's.

mod document;
mod ec2;
mod ecs;
mod fetch;
mod proof;
mod sign_in;

use aws_credential_types::Credentials as SdkCredentials;
use hatrack_core::broker::IdentityFailure;
use hatrack_core::caller::CallerContext;
use hatrack_core::secret::{Credentials, Secret};

pub use ec2::credentials as instance;
pub use ecs::credentials as container;
pub use proof::ProofKey;
pub use sign_in::{Refresh, Refreshed, refresh};

/// `credential_source = Environment`.
pub fn environment(caller: &CallerContext) -> Result<Credentials, IdentityFailure> {
    let missing = |name: &str| {
        IdentityFailure::Missing(format!(
            "{name} is not set; a profile with credential_source = Environment takes AWS_ACCESS_KEY_ID, \
             AWS_SECRET_ACCESS_KEY and, for temporary keys, AWS_SESSION_TOKEN"
        ))
    };
    let var = |name: &str| caller.var(name).ok_or_else(|| missing(name));
    Ok(Credentials {
        access_key_id: var("AWS_ACCESS_KEY_ID")?.to_owned(),
        secret_access_key: Secret::new(var("AWS_SECRET_ACCESS_KEY")?),
        // AWS_SECURITY_TOKEN is the older name, which the SDKs still read.
        session_token: caller
            .var("AWS_SESSION_TOKEN")
            .or_else(|| caller.var("AWS_SECURITY_TOKEN"))
            .map(Secret::new),
        expires_at: None,
    })
}

/// Names the provider in the SDK's own messages.
const PROVIDER: &str = "hatrack";

/// The same credentials as the SDK takes them.
pub(crate) fn sdk_credentials(credentials: &Credentials) -> SdkCredentials {
    SdkCredentials::new(
        credentials.access_key_id.clone(),
        credentials.secret_access_key.expose(),
        credentials
            .session_token
            .as_ref()
            .map(|token| token.expose().to_owned()),
        credentials.expires_at.map(std::time::SystemTime::from),
        PROVIDER,
    )
}
