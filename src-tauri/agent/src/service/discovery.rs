//! Looking for roles, and reading about those that are switched to.

use std::collections::BTreeSet;
use std::sync::Arc;

use hatrack_core::account::AccountId;
use hatrack_core::arn::RoleArn;
use hatrack_core::broker::{EndpointRules, Plan, reach};
use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::{EntrySettings, Found};
use hatrack_core::session::Session;
use hatrack_core::sts::Reach;
use hatrack_core::view::NeedView;

use super::Service;
use super::catalog::find;
use crate::discovery::{DiscoveryFailure, Reaches, Search};
use crate::protocol::{
    DiscoverOutcome, DiscoverRequest, ErrorCode, HandOutOutcome, HandOutRequest, Reply, Request, RoleChoice,
    SessionRef, WireError,
};

impl From<DiscoveryFailure> for WireError {
    fn from(failure: DiscoveryFailure) -> Self {
        let code = match failure {
            DiscoveryFailure::Unknown(_) => ErrorCode::NoSuchRole,
            DiscoveryFailure::Kept(_) => ErrorCode::Store,
        };
        Self::new(code, failure.to_string())
    }
}

impl Service {
    /// Requests about looking for roles; what is none is left to who else answers.
    pub(super) async fn about_discovery(
        &self,
        caller: &CallerContext,
        request: Request,
    ) -> Result<Reply, WireError> {
        match request {
            Request::Discover(request) => Ok(Reply::Discover(self.discover(caller, request).await?)),
            Request::Discoveries => Ok(Reply::Discoveries(self.discoveries.views())),
            Request::AwaitDiscovery { start, seen } => {
                let view = self.discoveries.next(&start, seen).await?;
                Ok(Reply::Discovery(Box::new(view)))
            }
            Request::CancelDiscovery { start } => {
                self.discoveries.cancel(&start);
                Ok(Reply::Done)
            }
            Request::ForgetDiscovery { start } => {
                self.discoveries.forget(&start)?;
                Ok(Reply::Done)
            }
            Request::SetDiscoveryDaily { start, on } => {
                self.discoveries.set_daily(&start, on)?;
                Ok(Reply::Done)
            }
            other => self.change(caller, other).await,
        }
    }

    /// Gets the credentials that read, and begins.
    async fn discover(
        &self,
        caller: &CallerContext,
        request: DiscoverRequest,
    ) -> Result<DiscoverOutcome, WireError> {
        let rules = self.endpoint_rules(request.allow_endpoint);
        let loaded = self.catalogs.of(caller);
        let found = find(&loaded, caller, &request.start)?;
        let (start, settings) = (found.key().to_owned(), settings_of(found).clone());
        let accounts: BTreeSet<AccountId> = loaded.catalog.roles.iter().map(|role| role.account_id).collect();
        // A user's keys read as they are: IAM takes no session of a user's without a code (API Reference, "GetSessionToken").
        let hand_out = HandOutRequest {
            raw: request.mfa_code.is_none(),
            mfa_code: request.mfa_code,
            allow_endpoint: request.allow_endpoint,
            quiet: true,
            ..HandOutRequest::of(SessionRef::Role(RoleChoice::Key(start.clone())))
        };
        let given = match self.hand_out(caller, hand_out).await? {
            HandOutOutcome::Given(given) => *given,
            HandOutOutcome::Needs { need } => return Ok(DiscoverOutcome::Needs { need }),
            HandOutOutcome::Denied { denial } => return Ok(DiscoverOutcome::Denied { denial }),
        };
        let at = |service: &str| reach(&settings, caller, &given.region, service);
        let reaches = Reaches {
            sts: at("sts"),
            iam: at("iam"),
            organizations: at("organizations"),
        };
        for reach in [&reaches.sts, &reaches.iam, &reaches.organizations] {
            if let Err(endpoint) = rules.check(reach.endpoint.as_deref()) {
                let need = NeedView::EndpointConsent { endpoint };
                return Ok(DiscoverOutcome::Needs { need });
            }
        }
        let discovery = self.discoveries.begin(
            &start,
            Search {
                searched: request.searched,
                signer: given.credentials,
                reaches,
                accounts: accounts.into_iter().collect(),
                roles: loaded
                    .catalog
                    .roles
                    .iter()
                    .filter_map(|role| role.arn.clone())
                    .collect(),
            },
        );
        Ok(DiscoverOutcome::Started { discovery })
    }

    /// Reads anew, behind what is shown, what the person wants read daily. Nobody is asked for anything.
    pub(super) fn discover_due(self: &Arc<Self>, caller: &CallerContext) {
        for (start, searched) in self.discoveries.due() {
            let (service, caller) = (self.clone(), caller.clone());
            tokio::spawn(async move {
                let request = DiscoverRequest {
                    start: RoleChoice::Key(start.clone()),
                    searched,
                    mfa_code: None,
                    allow_endpoint: false,
                };
                let why = match service.discover(&caller, request).await {
                    Ok(DiscoverOutcome::Started { .. }) => return,
                    Ok(DiscoverOutcome::Needs { .. }) => {
                        "It was not read today: something only you have is needed first. Look again by hand."
                            .to_owned()
                    }
                    Ok(DiscoverOutcome::Denied { denial }) => denial.summary,
                    Err(why) => why.message,
                };
                service.discoveries.not_begun(&start, why);
            });
        }
    }

    /// Reads about the role of a session, with its own credentials, behind everything else.
    pub(super) fn read_about(&self, session: &Session, plan: &Plan, caller: &CallerContext) {
        let Some(hop) = session.key.hops.last() else {
            return;
        };
        let loaded = self.catalogs.of(caller);
        let found = loaded.catalog.by_key(&plan.order.role_key);
        let settings = found.map(|found| settings_of(found).clone()).unwrap_or_default();
        let rules = self.endpoint_rules(false);
        if let Some(iam) = own_iam(&settings, caller, &plan.order.reach, &rules) {
            let (role, signer) = (hop.role.clone(), session.credentials.clone());
            self.role_book.read(vec![role], signer, iam, false);
        }
    }

    /// Why no person can assume a role on the way, where that was read.
    pub(super) fn closed_on_the_way(&self, found: Found<'_>) -> Option<Box<hatrack_core::view::DenialView>> {
        let Found::Role(role) = found else { return None };
        let mut hops = role.route.hops.iter().map(|hop| &hop.role);
        hops.find_map(|role: &RoleArn| {
            let why = self.role_book.closed(role)?;
            Some(Box::new(hatrack_core::broker::denial_of_closed(role, &why)))
        })
    }
}

/// Where IAM is reached unasked: `None` where that could be another AWS than the one that gave the session.
fn own_iam(
    settings: &EntrySettings,
    caller: &CallerContext,
    sts: &Reach,
    rules: &EndpointRules,
) -> Option<Reach> {
    let iam = reach(settings, caller, &sts.region, "iam");
    let is_aws = |endpoint: Option<&str>| EndpointRules::default().check(endpoint).is_ok();
    let alike = is_aws(sts.endpoint.as_deref()) == is_aws(iam.endpoint.as_deref());
    (alike && rules.check(iam.endpoint.as_deref()).is_ok()).then_some(iam)
}

fn settings_of<'a>(found: Found<'a>) -> &'a EntrySettings {
    match found {
        Found::Role(role) => &role.settings,
        Found::Identity(identity) => &identity.settings,
    }
}
