//! SAML providers: naming them, and taking what they give.

use hatrack_core::caller::CallerContext;
use hatrack_core::saml::SamlProvider;
use hatrack_core::shared_config::inert;

use super::Service;
use crate::protocol::{AddSaml, ErrorCode, GiveAssertion, Reply, Request, Topic, WireError};
use crate::sign_in::SignInFailure;

impl Service {
    /// Requests about SAML providers; what is none is left to who else answers.
    pub(super) async fn about_saml(
        &self,
        caller: &CallerContext,
        request: Request,
    ) -> Result<Reply, WireError> {
        match request {
            Request::AddSaml(provider) => self.add_saml(caller, provider).await,
            Request::RemoveSaml { name } => self.remove_saml(caller, &name).await,
            Request::GiveAssertion(given) => self.give_assertion(caller, given).await,
            other => self.about_discovery(caller, other).await,
        }
    }

    async fn add_saml(&self, caller: &CallerContext, add: AddSaml) -> Result<Reply, WireError> {
        let invalid = |why: String| WireError::new(ErrorCode::Invalid, why);
        let provider = SamlProvider::new(&add.name, &add.start_url, add.region.as_deref())
            .map_err(|why| invalid(why.to_string()))?;
        if self.catalogs.of(caller).catalog.portal(&provider.name).is_some() {
            let name = &provider.name;
            return Err(invalid(format!(
                "\"{name}\" is a sign-in or a profile of the shared config already; choose another name"
            )));
        }
        let known = self.saml.provider(&provider.name);
        if let Some(before) = known.filter(|before| *before != provider && !add.replace) {
            let (name, url) = (inert(&before.name), before.start_url);
            let message = format!(
                "a provider called \"{name}\" is there already, at {url}; choose another name, or replace that one"
            );
            return Err(WireError::new(ErrorCode::AlreadyThere, message));
        }
        // The same name once more is the same provider, changed: what its old address gave is not the new one's.
        if let Some(before) = self
            .saml
            .provider(&provider.name)
            .filter(|before| *before != provider)
        {
            self.saml.sign_out(&before, caller.client).await?;
        }
        self.choose(&[Topic::Portals, Topic::Catalog], |stored| {
            stored.saml_providers.retain(|known| known.name != provider.name);
            stored.saml_providers.push(provider);
        })
    }

    async fn remove_saml(&self, caller: &CallerContext, name: &str) -> Result<Reply, WireError> {
        let provider = self.saml.provider(name);
        let provider = provider.ok_or_else(|| SignInFailure::Unknown(name.to_owned()))?;
        self.saml.sign_out(&provider, caller.client).await?;
        self.choose(&[Topic::Portals, Topic::Catalog], |stored| {
            stored.saml_providers.retain(|known| known.name != provider.name);
        })
    }

    async fn give_assertion(&self, caller: &CallerContext, given: GiveAssertion) -> Result<Reply, WireError> {
        match given {
            GiveAssertion::OfPage { id, response } => self.saml.hand_over(&id, &response).await?,
            GiveAssertion::Pasted { portal, response } => {
                let provider = self.saml.provider(&portal);
                let provider = provider.ok_or(SignInFailure::Unknown(portal))?;
                self.saml.paste(&provider, &response, caller.client).await?;
            }
        }
        Ok(Reply::Done)
    }
}
