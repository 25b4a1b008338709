//! Credentials of a route's start that no file holds: EC2 and ECS metadata, and the caller's environment.
//!
//! Everything is read from the caller's variables, never from this process's.

mod document;
mod ec2;
mod ecs;
mod fetch;

use aws_credential_types::Credentials as SdkCredentials;
use hatrack_core::broker::IdentityFailure;
use hatrack_core::caller::CallerContext;
use hatrack_core::route::{Identity, UnsupportedIdentity};
use hatrack_core::secret::{Credentials, Secret};

/// The credentials of a machine identity or of the caller's environment. Keys that a file holds are not read here.
pub async fn credentials(
    identity: &Identity,
    caller: &CallerContext,
) -> Result<Credentials, IdentityFailure> {
    match identity {
        Identity::Environment => environment(caller),
        Identity::Ec2InstanceMetadata => ec2::credentials(caller).await,
        Identity::EcsContainer => ecs::credentials(caller).await,
        other => Err(UnsupportedIdentity { label: other.label() }.into()),
    }
}

/// `credential_source = Environment`.
fn environment(caller: &CallerContext) -> Result<Credentials, IdentityFailure> {
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
