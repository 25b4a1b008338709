//! The starts of routes: keys from the caller's files, the caller's environment, this machine's metadata.

use std::sync::Arc;

use async_trait::async_trait;
use hatrack_core::broker::{IdentityFailure, IdentitySource};
use hatrack_core::caller::CallerContext;
use hatrack_core::route::{Identity, Route};
use hatrack_core::secret::Credentials;
use hatrack_core::sts::Reach;

use crate::catalogs::Catalogs;

/// Where routes start from, on this computer.
pub struct LocalIdentities {
    catalogs: Arc<Catalogs>,
}

impl LocalIdentities {
    /// With the callers' files.
    pub fn new(catalogs: Arc<Catalogs>) -> Self {
        Self { catalogs }
    }

    fn keys(&self, profile: &str, caller: &CallerContext) -> Result<Credentials, IdentityFailure> {
        let loaded = self.catalogs.of(caller);
        let keys = loaded.shared.profile(profile).and_then(|section| section.keys());
        keys.ok_or_else(|| {
            IdentityFailure::Missing(format!(
                "profile \"{profile}\" has no access key any more; add aws_access_key_id and aws_secret_access_key to it"
            ))
        })
    }
}

#[async_trait]
impl IdentitySource for LocalIdentities {
    async fn credentials(
        &self,
        route: &Route,
        caller: &CallerContext,
        _: &Reach,
    ) -> Result<Credentials, IdentityFailure> {
        match &route.identity {
            Identity::Keys { profile, .. } => self.keys(profile, caller),
            other => hatrack_aws::identities::credentials(other, caller).await,
        }
    }
}
