//! Who else is here that may see something: sessions and keys of the role's account.

use hatrack_core::broker::{EndpointRules, reach, region};
use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::{EntrySettings, Found, IdentityEntry};
use hatrack_core::doctor::{Question, Viewer};
use hatrack_core::route::Identity;
use hatrack_core::secret::Credentials;
use hatrack_core::session::SessionId;
use hatrack_core::sts::Reach;

use super::Service;
use super::trial::Trial;
use crate::service::hand_out::settings_of;

/// Each is several calls.
const MOST: usize = 4;
/// A session with less life than this, in seconds, may end before all is seen.
const LEAST_LIFE: u32 = 30;

impl Service {
    /// Credentials that look, where requests may be signed for those endpoints.
    pub(super) fn viewer(
        &self,
        caller: &CallerContext,
        found: Found<'_>,
        credentials: Credentials,
        allow_endpoint: bool,
    ) -> Option<Viewer> {
        let settings = settings_of(found);
        self.viewer_with(caller, settings, None, credentials, allow_endpoint)
    }

    fn viewer_with(
        &self,
        caller: &CallerContext,
        settings: &EntrySettings,
        at: Option<&str>,
        credentials: Credentials,
        allow_endpoint: bool,
    ) -> Option<Viewer> {
        let rules = self.endpoint_rules(allow_endpoint);
        let usual = region(settings, caller, None, "us-east-1");
        let region = at.unwrap_or(&usual);
        let viewer = Viewer {
            credentials,
            sts: reach(settings, caller, region, "sts"),
            iam: reach(settings, caller, region, "iam"),
            s3: reach(settings, caller, region, "s3"),
            s3_path_style: settings.s3_path_style,
        };
        is_one_aws(&rules, [&viewer.sts, &viewer.iam, &viewer.s3]).then_some(viewer)
    }

    /// Sessions that live and keys that are known to be of the role's account.
    pub(super) async fn others(
        &self,
        caller: &CallerContext,
        question: &Question,
        trial: &Trial,
        allow_endpoint: bool,
    ) -> Vec<Viewer> {
        let Some(account) = question.role.as_ref().map(|role| role.account()) else {
            return Vec::new();
        };
        let has = |viewers: &[Viewer], id: &str| viewers.iter().any(|v| v.credentials.access_key_id == id);
        let mut viewers: Vec<Viewer> = Vec::new();
        for view in self.mailbox.sessions().await.unwrap_or_default() {
            let here = view.account_id == Some(account) && !view.revoked && view.seconds_left >= LEAST_LIFE;
            // A session of the role itself sees no more than the one just made.
            let same = trial.holder.is_some()
                && view.arn.as_deref() == question.role.as_ref().map(|r| r.to_string()).as_deref();
            if !here || same {
                continue;
            }
            let Ok(Some((session, own))) = self.mailbox.find(SessionId(view.id)).await else {
                continue;
            };
            let own = self.proxies.prepared(own).await;
            let loaded = self.catalogs.of(&own);
            let key = session.origin.role_key.as_deref();
            // Where its credentials may go is known of roles that are listed.
            let Some(settings) = key.and_then(|key| loaded.catalog.by_key(key)).map(settings_of) else {
                continue;
            };
            let credentials = session.credentials.clone();
            let at = Some(session.region.as_str());
            viewers.extend(self.viewer_with(&own, settings, at, credentials, allow_endpoint));
        }
        let loaded = self.catalogs.of(caller);
        let of_account = |entry: &&IdentityEntry| {
            entry.account_id == Some(account) && matches!(entry.route.identity, Identity::Keys { .. })
        };
        for entry in loaded.catalog.identities.iter().filter(of_account) {
            if let Ok(keys) = self.keys_of(entry, caller).await
                && !has(&viewers, &keys.access_key_id)
            {
                viewers.extend(self.viewer_with(caller, &entry.settings, None, keys, allow_endpoint));
            }
        }
        viewers.truncate(MOST);
        viewers
    }
}

/// Nothing is sent where nobody has consented, nor to AWS what another service gave or the other way round.
fn is_one_aws(rules: &EndpointRules, all: [&Reach; 3]) -> bool {
    let is_aws = |reach: &Reach| EndpointRules::default().check(reach.endpoint.as_deref()).is_ok();
    let first = is_aws(all[0]);
    all.into_iter()
        .all(|reach| rules.check(reach.endpoint.as_deref()).is_ok() && is_aws(reach) == first)
}
