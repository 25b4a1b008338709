//! SAML providers.

use hatrack_core::secret::Secret;

use super::{Agent, AgentError};
use crate::protocol::{AddSaml, GiveAssertion, Request};

impl Agent {
    /// Names a provider, or changes the one of that name.
    pub async fn add_saml(&self, provider: AddSaml) -> Result<(), AgentError> {
        self.done(Request::AddSaml(provider)).await
    }

    /// Signs out of a provider and forgets it.
    pub async fn remove_saml(&self, name: &str) -> Result<(), AgentError> {
        let name = name.to_owned();
        self.done(Request::RemoveSaml { name }).await
    }

    /// Hands over what the page of the sign-in `id` gave. The sign-in ends by it, well or badly.
    pub async fn hand_over_assertion(&self, id: &str, response: Secret) -> Result<(), AgentError> {
        let id = id.to_owned();
        let given = GiveAssertion::OfPage { id, response };
        self.done(Request::GiveAssertion(given)).await
    }

    /// Signs in with what the person pasted.
    pub async fn paste_assertion(&self, portal: &str, response: Secret) -> Result<(), AgentError> {
        let portal = portal.to_owned();
        let given = GiveAssertion::Pasted { portal, response };
        self.done(Request::GiveAssertion(given)).await
    }
}
