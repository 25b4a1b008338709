//! The starts of routes: keys from the caller's files, the caller's environment, this machine's metadata, and what is
//! exchanged for a session: a token, a certificate, a command's answer, a sign-in.

mod anywhere;
mod login;
mod process;
mod web_identity;

use std::sync::Arc;

use async_trait::async_trait;
use hatrack_aws::http::HttpClients;
use hatrack_aws::identities::{container, environment, instance};
use hatrack_core::broker::{
    EndpointRules, Given, IdentityAsk, IdentityFailure, IdentitySource, Random, reach,
};
use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::{EntrySettings, Found};
use hatrack_core::expiry::Clock;
use hatrack_core::route::Identity;
use hatrack_core::secret::Credentials;
use hatrack_core::sts::{Reach, Sts};
use hatrack_core::view::NeedView;

use crate::catalogs::Catalogs;
use crate::choices::Choices;
use crate::keys::Keys;
use crate::saml::SamlSignIns;
use crate::sign_in::SignIns;
pub(crate) use anywhere::shown_until;
use login::Refreshing;

/// What the starts of routes are read with.
pub struct Sources {
    /// Keys in the vault.
    pub keys: Arc<Keys>,
    /// The callers' files.
    pub catalogs: Arc<Catalogs>,
    /// What the person has allowed.
    pub choices: Arc<Choices>,
    /// Exchanges tokens.
    pub sts: Arc<dyn Sts>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Names requests.
    pub random: Arc<dyn Random>,
    /// Identity Center sign-ins.
    pub sign_ins: SignIns,
    /// Sign-ins at SAML providers.
    pub saml: SamlSignIns,
    /// What the calls go through that no client of the SDK makes.
    pub http: Arc<HttpClients>,
    /// Whether the home is a sandbox's.
    pub sandbox: bool,
}

/// Reads what is on this machine.
pub struct LocalIdentities {
    sources: Sources,
    refreshing: Refreshing,
}

impl LocalIdentities {
    /// Each through its port.
    pub fn new(sources: Sources) -> Self {
        Self {
            sources,
            refreshing: Refreshing::default(),
        }
    }

    fn keys(&self, profile: &str, caller: &CallerContext) -> Result<Credentials, IdentityFailure> {
        let loaded = self.sources.catalogs.of(caller);
        let keys = loaded.shared.profile(profile).and_then(|section| section.keys());
        keys.ok_or_else(|| {
            IdentityFailure::Missing(format!(
                "profile \"{profile}\" has no access key any more; add aws_access_key_id and aws_secret_access_key to it"
            ))
        })
    }

    /// Where `service` is reached: by the settings of the profile that names the identity.
    fn reach_by_profile(&self, ask: IdentityAsk<'_>, region: &str, service: &str) -> Reach {
        let loaded = self.sources.catalogs.of(ask.caller);
        let settings = match loaded.catalog.by_key(&ask.route.identity_profile) {
            Some(Found::Identity(entry)) => entry.settings.clone(),
            Some(Found::Role(entry)) => entry.settings.clone(),
            None => EntrySettings::default(),
        };
        reach(&settings, ask.caller, region, service)
    }

    /// `reach`, unless it leads to an endpoint that is not AWS's and that the person has not allowed.
    fn with_consent(&self, reach: Reach) -> Result<Reach, IdentityFailure> {
        let rules = EndpointRules {
            sandbox: self.sources.sandbox,
            consented: self.sources.choices.now().consented_endpoints.clone(),
            allow_this: false,
        };
        match rules.check(reach.endpoint.as_deref()) {
            Ok(()) => Ok(reach),
            Err(endpoint) => Err(IdentityFailure::Needs(Box::new(NeedView::EndpointConsent {
                endpoint,
            }))),
        }
    }
}

#[async_trait]
impl IdentitySource for LocalIdentities {
    async fn credentials(&self, ask: IdentityAsk<'_>) -> Result<Given, IdentityFailure> {
        let caller = ask.caller;
        match &ask.route.identity {
            Identity::Keys {
                profile,
                in_vault: true,
                ..
            } => {
                let keys = self.sources.keys.credentials(profile).await;
                keys.map(Given::from)
                    .map_err(|why| IdentityFailure::Missing(why.to_string()))
            }
            Identity::Keys { profile, .. } => self.keys(profile, caller).map(Given::from),
            Identity::Environment => environment(caller).map(Given::from),
            Identity::Ec2InstanceMetadata => instance(caller).await.map(Given::from),
            Identity::EcsContainer => container(caller).await.map(Given::from),
            Identity::WebIdentity {
                role_arn, token_file, ..
            } => self.exchanged(role_arn, token_file, ask).await,
            Identity::Saml(role) => {
                let Sources { saml, sts, .. } = &self.sources;
                saml.exchanged(role, ask, &**sts).await
            }
            Identity::RolesAnywhere(anywhere) => self.certified(anywhere, ask).await,
            Identity::CredentialProcess { profile, command } => self.printed(profile, command, caller).await,
            Identity::LoginSession { arn } => self.signed_in(arn, ask).await,
            Identity::IdentityCenter(role) => self.sources.sign_ins.credentials(role, caller).await,
        }
    }
}
