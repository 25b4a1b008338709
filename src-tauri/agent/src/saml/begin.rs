//! Beginning a sign-in, waiting for it, giving it up.

use std::time::Duration;

use hatrack_core::broker::EndpointRules;
use hatrack_core::caller::CallerContext;
use hatrack_core::expiry::BootTime;
use hatrack_core::history::event;
use hatrack_core::portal_view::SignInOutcome;
use hatrack_core::saml::SamlProvider;
use hatrack_core::view::NeedView;
use tokio::sync::watch;

use super::SamlSignIns;
use super::pending::Pending;
use crate::protocol::Topic;
use crate::sign_in::SignInFailure;

/// How long the person has on the provider's page.
const PERSON_WITHIN: Duration = Duration::from_secs(5 * 60);

/// By this the names of these sign-ins are told from others.
const ID: &str = "saml-";

/// Whether `id` names a sign-in at a SAML provider.
pub(crate) fn is_ours(id: &str) -> bool {
    id.starts_with(ID)
}

impl SamlSignIns {
    /// Begins to sign in, or joins the sign-in under way. A page that is not encrypted needs the person's leave.
    pub fn begin(
        &self,
        provider: &SamlProvider,
        anew: bool,
        caller: &CallerContext,
        rules: &EndpointRules,
    ) -> SignInOutcome {
        // An identity provider is no host of AWS, and need not be: over `https` the person's own word for it is enough.
        let plain = !provider.start_url.starts_with("https://");
        if plain && let Err(endpoint) = rules.check(Some(&provider.start_url)) {
            let need = NeedView::EndpointConsent { endpoint };
            return SignInOutcome::Needs { need };
        }
        if !anew && self.good_until(provider).is_some() {
            return SignInOutcome::SignedIn;
        }
        let now = self.0.clock.now().boot;
        let mut desk = self.desk();
        if let Some(pending) = desk.of(provider) {
            let sign_in = pending.view(now, false);
            return SignInOutcome::Waiting { sign_in };
        }
        let mut pending = Pending {
            id: self.new_id(),
            provider: provider.clone(),
            ends: BootTime(now.0 + PERSON_WITHIN),
            client: caller.client,
            end: watch::Sender::new(None),
            timer: None,
        };
        let (id, sign_ins) = (pending.id.clone(), self.clone());
        let timer = tokio::spawn(async move {
            tokio::time::sleep(PERSON_WITHIN).await;
            sign_ins.fail(&id, SignInFailure::TooLate);
        });
        pending.timer = Some(timer.abort_handle());
        let sign_in = pending.view(now, true);
        desk.put(pending);
        drop(desk);
        self.changed(&[Topic::Portals]);
        SignInOutcome::Waiting { sign_in }
    }

    /// Waits until a sign-in has ended.
    pub async fn wait(&self, id: &str) -> Result<(), SignInFailure> {
        let mut watch = self.desk().watch(id).ok_or(SignInFailure::Gone)?;
        let ended = watch.wait_for(Option::is_some).await.map(|end| end.clone());
        match ended {
            Ok(Some(result)) => result,
            Ok(None) | Err(_) => Err(SignInFailure::Gone),
        }
    }

    /// Gives a sign-in up.
    pub fn cancel(&self, id: &str) {
        if self.desk().end(id, Err(SignInFailure::Cancelled)).is_some() {
            self.changed(&[Topic::Portals]);
        }
    }

    /// The sign-in `id` has come to nothing, which history keeps.
    pub(super) fn fail(&self, id: &str, why: SignInFailure) {
        let error = why.to_string();
        let ended = self.desk().end(id, Err(why));
        if let Some(pending) = ended {
            let client = pending.client.as_str();
            self.write(event::SIGN_IN, &pending.provider, client, Some(error));
            self.changed(&[Topic::Portals]);
        }
    }

    fn new_id(&self) -> String {
        let mut bytes = [0; 8];
        self.0.random.fill(&mut bytes);
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{ID}{digits}")
    }
}
