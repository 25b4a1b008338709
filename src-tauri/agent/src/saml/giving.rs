//! What a sign-in gives: an assertion and the roles in it. And signing out, which takes both away.

use hatrack_core::caller::Client;
use hatrack_core::history::event;
use hatrack_core::saml::{Assertion, NotUsable, SamlListing, SamlProvider};
use hatrack_core::secret::Secret;
use hatrack_store::saml::SamlListed;

use super::{SamlSignIns, locked};
use crate::protocol::Topic;
use crate::sign_in::SignInFailure;

impl SamlSignIns {
    /// Takes the assertion that the page of the sign-in `id` gave, and no second one: the sign-in ends, well or badly.
    pub async fn hand_over(&self, id: &str, response: &Secret) -> Result<(), SignInFailure> {
        let (provider, client) = {
            let desk = self.desk();
            let pending = desk.by_id(id).ok_or(SignInFailure::Gone)?;
            (pending.provider.clone(), pending.client)
        };
        match self.read(response) {
            Ok(assertion) => {
                self.take(&provider, assertion, client).await;
                Ok(())
            }
            Err(why) => {
                self.fail(id, why.clone().into());
                Err(why.into())
            }
        }
    }

    /// Takes an assertion that the person pasted. One that is of no use leaves a page that is open as it is.
    pub async fn paste(
        &self,
        provider: &SamlProvider,
        response: &Secret,
        client: Client,
    ) -> Result<(), SignInFailure> {
        let assertion = self.read(response)?;
        self.take(provider, assertion, client).await;
        Ok(())
    }

    fn read(&self, response: &Secret) -> Result<Assertion, NotUsable> {
        let assertion = Assertion::read(response.expose())?;
        if assertion.told.ends <= self.0.clock.now().wall {
            return Err(NotUsable::Ended(assertion.told.ends));
        }
        Ok(assertion)
    }

    /// One is signed in: what was given is held, its roles are listed and kept, and who waits is told.
    async fn take(&self, provider: &SamlProvider, assertion: Assertion, client: Client) {
        let listing = SamlListing {
            provider: provider.clone(),
            told: assertion.told.clone(),
        };
        let at = self.0.clock.now().wall;
        let ends = assertion.told.ends;
        locked(&self.0.held).insert(provider.clone(), assertion);
        self.clear_at_its_end(provider, ends);
        locked(&self.0.listed_at).insert(provider.clone(), at);
        self.0.catalogs.take_saml(listing.clone());
        let listings = self.0.listings.clone();
        let kept = SamlListed { at, listing };
        let written = tokio::task::spawn_blocking(move || listings.put(&kept)).await;
        if let Ok(Err(why)) = written {
            tracing::warn!(%why, "the roles of a sign-in were not kept; they show again after the next one");
        }
        self.write(event::SIGN_IN, provider, client.as_str(), None);
        // Only now: whoever waited finds the roles.
        let mut desk = self.desk();
        if let Some(id) = desk.of(provider).map(|pending| pending.id.clone()) {
            desk.end(&id, Ok(()));
        }
        drop(desk);
        self.changed(&[Topic::Portals, Topic::Catalog]);
    }

    /// Signs out: the assertion is cleared, and what it listed is not shown any more, nor kept.
    pub async fn sign_out(&self, provider: &SamlProvider, client: Client) -> Result<(), SignInFailure> {
        let under_way = self.desk().of(provider).map(|pending| pending.id.clone());
        if let Some(id) = under_way {
            self.cancel(&id);
        }
        locked(&self.0.held).remove(provider);
        locked(&self.0.listed_at).remove(provider);
        self.0.catalogs.forget_saml(&provider.name);
        let (listings, name) = (self.0.listings.clone(), provider.name.clone());
        let forgotten = tokio::task::spawn_blocking(move || listings.forget(&name)).await;
        let failed = match forgotten {
            Ok(Ok(())) => None,
            Ok(Err(why)) => Some(SignInFailure::Local(why.to_string())),
            Err(why) => Some(SignInFailure::Local(why.to_string())),
        };
        let error = failed.as_ref().map(ToString::to_string);
        self.write(event::SIGN_OUT, provider, client.as_str(), error);
        self.changed(&[Topic::Portals, Topic::Catalog]);
        failed.map_or(Ok(()), Err)
    }
}
