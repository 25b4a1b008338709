//! A guest of a user whose keys do not sign in.

use hatrack_core::broker::{EndpointRules, reach, user};
use hatrack_core::caller::CallerContext;
use hatrack_core::console::{GetFederationToken, Rights};
use hatrack_core::sts_limits::{SessionDuration, SessionPolicy};
use hatrack_core::view::NeedView;

use super::{Asked, invalid, not_let_in};
use crate::protocol::{ConsoleOutcome, ConsoleRequest, HandOutOutcome, HandOutRequest, WireError};
use crate::service::Service;

/// GetFederationToken takes shorter names than AssumeRole.
const LONGEST_NAME: usize = 32;

const NO_USER: &str = "GetFederationToken is signed by a user's long-term keys, and these credentials are temporary; \
     leave --federate out, or name the profile that has the keys";

impl Service {
    /// A user's keys, by GetFederationToken.
    pub(super) async fn federated(
        &self,
        caller: &CallerContext,
        request: &ConsoleRequest,
        policy: &SessionPolicy,
        rules: &EndpointRules,
    ) -> Result<Asked, WireError> {
        let mut hand_out = HandOutRequest::of(request.of.clone());
        hand_out.options.region = request.options.region.clone();
        hand_out.allow_endpoint = request.allow_endpoint;
        hand_out.raw = true;
        hand_out.quiet = true;
        let given = match self.hand_out(caller, hand_out).await? {
            HandOutOutcome::Given(given) => *given,
            HandOutOutcome::Needs { need } => return Ok(Asked::Else(ConsoleOutcome::Needs { need })),
            HandOutOutcome::Denied { denial } => return Ok(Asked::Else(ConsoleOutcome::Denied { denial })),
        };
        if given.credentials.is_temporary() {
            return Err(invalid(NO_USER));
        }
        let mut guest = self.as_it_stands(caller, given);
        let reach = reach(&guest.settings, caller, &guest.region, "sts");
        if let Err(endpoint) = rules.check(reach.endpoint.as_deref()) {
            let need = NeedView::EndpointConsent { endpoint };
            return Ok(Asked::Else(ConsoleOutcome::Needs { need }));
        }
        let named = user(caller).filter(|name| name.len() <= LONGEST_NAME);
        let call = GetFederationToken {
            name: named
                .and_then(|name| name.parse().ok())
                .map_or_else(|| "hatrack".parse().map_err(invalid), Ok)?,
            duration: request.stay.unwrap_or(SessionDuration::HOUR),
            policy: policy.clone(),
        };
        match self
            .console
            .federation_token(&reach, &guest.credentials, &call)
            .await
        {
            Ok(issued) => {
                guest.rights = Rights::Federated;
                guest.life = call.duration.seconds();
                guest.credentials = issued.credentials;
                Ok(Asked::Guest(Box::new(guest)))
            }
            Err(failure) => {
                let summary = "AWS gave no federation token; the user's own policies have to allow sts:GetFederationToken.";
                Ok(Asked::Else(not_let_in(
                    failure,
                    "sts:GetFederationToken",
                    summary,
                )?))
            }
        }
    }
}
