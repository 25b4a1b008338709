//! Looking for roles, and reading about those that are switched to.

use std::collections::BTreeSet;
use std::sync::Arc;

use hatrack_core::account::AccountId;
use hatrack_core::arn::RoleArn;
use hatrack_core::broker::{EndpointRules, Plan, reach};
use hatrack_core::caller::{CallerContext, Client};
use hatrack_core::catalog::{EntrySettings, Found};
use hatrack_core::session::Session;
use hatrack_core::sts::Reach;
use hatrack_core::view::{DenialView, NeedView};
use hatrack_store::aws_files::{Loaded, Locations};

use super::Service;
use super::catalog::find;
use crate::discovery::{DiscoveryFailure, KnownAccount, Reaches, Search};
use crate::protocol::{
    DiscoverOutcome, DiscoverRequest, ErrorCode, HandOutOutcome, HandOutRequest, Reply, Request, RoleChoice,
    SessionRef, WireError,
};
use crate::role_facts::Reading;

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
            Request::Discover(request) => {
                let outcome = self.discover(caller, request, caller.client).await?;
                Ok(Reply::Discover(outcome))
            }
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

    /// Gets the credentials that read, and begins. `client`: who wants it.
    async fn discover(
        &self,
        caller: &CallerContext,
        request: DiscoverRequest,
        client: Client,
    ) -> Result<DiscoverOutcome, WireError> {
        let rules = self.endpoint_rules(request.allow_endpoint);
        let loaded = self.catalogs.of(caller);
        let found = find(&loaded, caller, &request.start)?;
        let (start, settings) = (found.key().to_owned(), settings_of(found).clone());
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
                accounts: self.known_accounts(&loaded),
                roles: loaded
                    .catalog
                    .roles
                    .iter()
                    .filter_map(|role| role.arn.clone())
                    .collect(),
                files: shared_files(caller),
                client,
            },
        );
        Ok(DiscoverOutcome::Started { discovery })
    }

    /// The accounts that the catalog has roles in.
    fn known_accounts(&self, loaded: &Loaded) -> Vec<KnownAccount> {
        let ids: BTreeSet<AccountId> = loaded.catalog.roles.iter().map(|role| role.account_id).collect();
        let known = |id| KnownAccount {
            id,
            name: self.catalogs.account_name(id),
        };
        ids.into_iter().map(known).collect()
    }

    /// Reads anew, behind what is shown, what the person wants read daily. Nobody is asked for anything.
    pub(super) fn discover_due(self: &Arc<Self>, caller: &CallerContext, loaded: &Loaded) {
        let is_there = |start: &str| loaded.catalog.by_key(start).is_some();
        for (start, searched) in self.discoveries.due(&shared_files(caller), is_there) {
            let (service, caller) = (self.clone(), caller.clone());
            tokio::spawn(async move {
                let request = DiscoverRequest {
                    start: RoleChoice::Key(start.clone()),
                    searched,
                    mfa_code: None,
                    allow_endpoint: false,
                };
                let why = match service.discover(&caller, request, Client::Agent).await {
                    Ok(DiscoverOutcome::Started { .. }) => return,
                    Ok(DiscoverOutcome::Needs { .. }) => {
                        "It was not read today: something only you have is needed first. Look again by hand."
                            .to_owned()
                    }
                    Ok(DiscoverOutcome::Denied { denial }) => denial.summary,
                    // It has gone from the files since; what it found is listed no more until it is back.
                    Err(why) if why.code == ErrorCode::NoSuchRole => return,
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
            // A session of a role that is said to let nobody in proves that it has changed.
            let anew = self.role_book.closed(&role).is_some();
            self.role_book.read(vec![role], signer, iam, anew);
        }
    }

    /// Why no person can assume a role on the way, where that was read lately.
    pub(super) fn closed_on_the_way(&self, found: Found<'_>) -> Option<Box<DenialView>> {
        hops(found).find_map(|role| match self.role_book.closed(role)? {
            Reading::Lately(why) => Some(Box::new(hatrack_core::broker::denial_of_closed(role, &why))),
            Reading::LongAgo(_) => None,
        })
    }

    /// The same where it was read too long ago to count, for who was refused all the same.
    pub(super) fn closed_before(&self, found: Found<'_>) -> Option<String> {
        hops(found).find_map(|role| match self.role_book.closed(role)? {
            Reading::Lately(_) => None,
            Reading::LongAgo(why) => Some(format!("When {} was last read, {why}.", role.role_name())),
        })
    }
}

fn hops<'a>(found: Found<'a>) -> impl Iterator<Item = &'a RoleArn> {
    let hops = match found {
        Found::Role(role) => role.route.hops.as_slice(),
        Found::Identity(_) => &[],
    };
    hops.iter().map(|hop| &hop.role)
}

/// The shared files of a caller, config before credentials.
fn shared_files(caller: &CallerContext) -> [String; 2] {
    let locations = Locations::of_caller(caller);
    locations
        .both()
        .map(|file| file.path.to_string_lossy().into_owned())
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
