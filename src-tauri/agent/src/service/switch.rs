//! Switch and renew.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hatrack_core::broker::{BrokerError, EndpointRules, NotPlanned, Order, Plan, plan};
use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::Found;
use hatrack_core::history::{event, outcome};
use hatrack_core::history_view::HistoryRow;
use hatrack_core::route::Identity;
use hatrack_core::session::{Session, SessionId, SwitchOptions};
use hatrack_core::view::{DenialView, NeedView, SwitchOutcome};

use super::catalog::find;
use super::{Service, no_such_session};
use crate::catalogs::Catalogs;
use crate::choices::Choices;
use crate::protocol::{ErrorCode, RenewRequest, RoleChoice, SwitchRequest, WireError};
use crate::proxies::Proxies;
use crate::sessions::{Fare, Renewals, Served};

/// A request that can be carried out, or what stands in its way.
pub(super) enum Ready {
    /// Its calls.
    Planned(Arc<Plan>),
    /// Something only the person has is needed first.
    Needs(NeedView),
    /// It is refused without asking AWS.
    Refused(Box<DenialView>),
}

pub(super) fn wire(error: &BrokerError) -> WireError {
    let code = match error {
        BrokerError::Identity(_) | BrokerError::AlreadyTemporary { .. } => ErrorCode::Identity,
        BrokerError::NotTaken { .. } => ErrorCode::Invalid,
        BrokerError::SwitchedBack => ErrorCode::NoSuchSession,
        BrokerError::Aws(_) | BrokerError::AlreadyExpired(_) => ErrorCode::Aws,
    };
    WireError::new(code, error.to_string())
}

/// What is asked of the broker, with what the person has chosen.
pub(super) fn order(
    choices: &Choices,
    found: Found<'_>,
    caller: &CallerContext,
    options: SwitchOptions,
) -> Order {
    Order {
        codes: choices.now().codes,
        ..Order::of(found, caller, options)
    }
}

impl Service {
    /// What has been decided about endpoints.
    pub(super) fn endpoint_rules(&self, allow_this: bool) -> EndpointRules {
        EndpointRules {
            sandbox: self.about.sandbox,
            consented: self.choices.now().consented_endpoints.clone(),
            allow_this,
        }
    }

    /// Plans a switch to `found`.
    pub(super) fn ready(
        &self,
        found: Found<'_>,
        caller: &CallerContext,
        options: SwitchOptions,
        rules: &EndpointRules,
    ) -> Result<Ready, WireError> {
        if let Some(denial) = self.closed_on_the_way(found) {
            self.mailbox.write(self.row_of_refusal(found, caller, &denial));
            return Ok(Ready::Refused(denial));
        }
        let plan = match plan(order(&self.choices, found, caller, options)) {
            Ok(plan) => plan,
            Err(NotPlanned::Refused(denial)) => {
                self.mailbox.write(self.row_of_refusal(found, caller, &denial));
                return Ok(Ready::Refused(denial));
            }
            Err(NotPlanned::Impossible(error)) => return Err(wire(&error)),
        };
        match rules.check(plan.reach.endpoint.as_deref()) {
            Ok(()) => Ok(Ready::Planned(Arc::new(plan))),
            Err(endpoint) => Ok(Ready::Needs(NeedView::EndpointConsent { endpoint })),
        }
    }

    /// What history says of a switch that AWS was not asked for.
    fn row_of_refusal(&self, found: Found<'_>, caller: &CallerContext, denial: &DenialView) -> HistoryRow {
        let role = match found {
            Found::Role(role) => Some(role),
            Found::Identity(_) => None,
        };
        HistoryRow {
            id: 0,
            at: self.clock.now().wall,
            event: event::SWITCH.to_owned(),
            outcome: outcome::DENIED.to_owned(),
            account_id: role.map(|role| role.account_id),
            account_name: role.map(|role| role.account_name.clone()),
            role_name: role.map(|role| role.role_name.clone()),
            arn: denial.resource.clone(),
            profile: role.and_then(|role| role.profile.clone()),
            session_id: None,
            duration_s: None,
            call_ms: None,
            request_id: None,
            error: Some(denial.code.clone()),
            client: caller.client.as_str().to_owned(),
            detail: Some(denial.summary.clone()),
        }
    }

    /// A session of a role.
    pub(super) async fn switch(
        &self,
        caller: &CallerContext,
        request: SwitchRequest,
    ) -> Result<SwitchOutcome, WireError> {
        let rules = self.endpoint_rules(request.allow_endpoint);
        let loaded = self.catalogs.of(caller);
        let found = find(&loaded, caller, &request.role)?;
        let region = request.options.region.clone();
        let plan = match self.ready(found, caller, request.options, &rules)? {
            Ready::Planned(plan) => plan,
            Ready::Needs(need) => return Ok(SwitchOutcome::Needs { need }),
            Ready::Refused(denial) => return Ok(SwitchOutcome::Denied { denial: *denial }),
        };
        let fare = Fare {
            plan: plan.clone(),
            caller: caller.clone(),
            code: request.mfa_code,
            min_life: None,
            renews: None,
        };
        let given = fare.code.is_some();
        let served = self.mailbox.serve(fare).await?;
        if let Served::Session { session, .. } = &served {
            self.read_about(session, &plan, caller);
        }
        let mut outcome = told(served, &plan, given, self.clocks.note())?;
        if let SwitchOutcome::Denied { denial } = &mut outcome
            && let Some(before) = self.closed_before(found)
        {
            denial.summary = format!("{} {before}", denial.summary);
        }
        if let SwitchOutcome::Switched { notes, .. } = &mut outcome {
            notes.extend(self.vault_note(caller));
        }
        Ok(with_region(outcome, region))
    }

    /// Gets a session again.
    pub(super) async fn renew(
        &self,
        caller: &CallerContext,
        request: RenewRequest,
    ) -> Result<SwitchOutcome, WireError> {
        let id = self.session_of(caller, &request.session).await?;
        let rules = self.endpoint_rules(request.allow_endpoint);
        let fare = match self.renewal(caller, &id, request.duration, &rules).await? {
            Renewal::Fare(fare) => fare,
            Renewal::Needs(need) => return Ok(SwitchOutcome::Needs { need }),
            Renewal::Refused(denial) => return Ok(SwitchOutcome::Denied { denial: *denial }),
        };
        let fare = Fare {
            code: request.mfa_code,
            ..*fare
        };
        let (plan, given) = (fare.plan.clone(), fare.code.is_some());
        told(self.mailbox.serve(fare).await?, &plan, given, self.clocks.note())
    }

    /// What it takes to renew the session `id`.
    pub(super) async fn renewal(
        &self,
        caller: &CallerContext,
        id: &str,
        duration: Option<hatrack_core::sts_limits::SessionDuration>,
        rules: &EndpointRules,
    ) -> Result<Renewal, WireError> {
        let id = SessionId(id.to_owned());
        let found = self.mailbox.find(id.clone()).await?;
        let (session, own) = found.ok_or_else(|| no_such_session(&id.0))?;
        let own = self.proxies.prepared(own).await;
        let own = self.caller_for_renewal(&session, own, caller);
        let mut options = session.origin.options.clone();
        options.duration = duration.or(options.duration);
        let loaded = self.catalogs.of(&own);
        let entry = find(&loaded, &own, &RoleChoice::Key(role_key(&session)?))?;
        let rules = rules_for(&session, rules);
        Ok(match self.ready(entry, &own, options, &rules)? {
            Ready::Planned(plan) => Renewal::Fare(Box::new(Fare {
                plan,
                caller: own,
                code: None,
                min_life: None,
                renews: Some(id),
            })),
            Ready::Needs(need) => Renewal::Needs(need),
            Ready::Refused(denial) => Renewal::Refused(denial),
        })
    }

    /// The caller whose files and variables a renewal starts from: the session's own, whoever asks. Only where it
    /// started from the environment, and whoever asks has keys there, are theirs the fresh ones.
    fn caller_for_renewal(
        &self,
        session: &Session,
        own: CallerContext,
        asks: &CallerContext,
    ) -> CallerContext {
        let fresh = |found: Found<'_>| match found {
            Found::Role(role) => role.route.identity == Identity::Environment,
            Found::Identity(_) => false,
        };
        let key = session.origin.role_key.as_deref().unwrap_or_default();
        let theirs = asks.var("AWS_ACCESS_KEY_ID").is_some()
            && self.catalogs.of(asks).catalog.by_key(key).is_some_and(fresh);
        let mut chosen = if theirs { asks.clone() } else { own };
        chosen.client = asks.client;
        chosen
    }
}

/// What it takes to renew a session.
pub(super) enum Renewal {
    /// A request for it.
    Fare(Box<Fare>),
    /// Something only the person has is needed first.
    Needs(NeedView),
    /// It is refused without asking AWS.
    Refused(Box<DenialView>),
}

fn role_key(session: &Session) -> Result<String, WireError> {
    session.origin.role_key.clone().ok_or_else(|| {
        let message = "this session was a step to another role; switch to the role itself";
        WireError::new(ErrorCode::NoSuchRole, message)
    })
}

/// A session's endpoint was let through when it was switched to.
fn rules_for(session: &Session, rules: &EndpointRules) -> EndpointRules {
    let mut rules = rules.clone();
    let endpoint = session.key.endpoint.as_deref();
    let known = endpoint.and_then(hatrack_core::broker::Endpoint::parse);
    rules
        .consented
        .extend(known.map(|endpoint| endpoint.origin().to_owned()));
    rules
}

/// What a client is told of what the keeper served. `code_given`: whether the person gave a code for it.
fn told(
    served: Served,
    plan: &Plan,
    code_given: bool,
    clock: Option<String>,
) -> Result<SwitchOutcome, WireError> {
    match served {
        Served::Session { session, view } => {
            let of_code = plan.note_of_code(&session).filter(|_| code_given);
            let notes = plan
                .notes_of(&session)
                .into_iter()
                .chain(of_code)
                .chain(clock)
                .collect();
            Ok(SwitchOutcome::Switched { session: view, notes })
        }
        Served::Needs(need) => Ok(SwitchOutcome::Needs { need }),
        Served::Denied(denial) => Ok(SwitchOutcome::Denied { denial: *denial }),
        Served::Failed(error) => Err(wire(&error)),
    }
}

/// The region is no part of what makes a session: whoever asks for another gets the same session with theirs.
fn with_region(mut outcome: SwitchOutcome, region: Option<String>) -> SwitchOutcome {
    if let (SwitchOutcome::Switched { session, .. }, Some(region)) = (&mut outcome, region) {
        session.region = region;
    }
    outcome
}

/// Plans renewals that nobody asked for, by the catalog of the session's own caller.
pub struct CatalogRenewals {
    /// The catalogs.
    pub catalogs: Arc<Catalogs>,
    /// The settings.
    pub choices: Arc<Choices>,
    /// The proxies.
    pub proxies: Arc<Proxies>,
    /// Whether the home is a sandbox's.
    pub sandbox: bool,
}

#[async_trait]
impl Renewals for CatalogRenewals {
    async fn prepared(&self, caller: CallerContext) -> CallerContext {
        self.proxies.prepared(caller).await
    }

    async fn plan(&self, session: &Session, caller: &CallerContext) -> Result<Plan, String> {
        let loaded = self.catalogs.of(caller);
        let key = role_key(session).map_err(|error| error.message)?;
        let found = find(&loaded, caller, &RoleChoice::Key(key)).map_err(|error| error.message)?;
        let order = order(&self.choices, found, caller, session.origin.options.clone());
        let plan = plan(order).map_err(|why| match why {
            NotPlanned::Refused(denial) => denial.summary.clone(),
            NotPlanned::Impossible(error) => error.to_string(),
        })?;
        let rules = EndpointRules {
            sandbox: self.sandbox,
            consented: self.choices.now().consented_endpoints.clone(),
            allow_this: false,
        };
        match rules_for(session, &rules).check(plan.reach.endpoint.as_deref()) {
            Ok(()) => Ok(plan),
            Err(endpoint) => Err(format!(
                "its endpoint is now {endpoint}, which was not consented to; renew it by hand"
            )),
        }
    }
}

pub(super) fn as_duration(seconds: u32) -> Duration {
    Duration::from_secs(seconds.into())
}
