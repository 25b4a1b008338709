//! Hand-outs.

use hatrack_core::account::{AccountId, Partition};
use hatrack_core::broker::{Base, EndpointRules, IdentityAsk, IdentityFailure, partition_of, reach, region};
use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::{EntrySettings, Found, IdentityEntry};
use hatrack_core::route::Route;
use hatrack_core::secret::Credentials;
use hatrack_core::session::{SessionId, SwitchOptions};
use hatrack_core::sts::ProxyUrl;
use hatrack_core::view::{NeedView, SessionView};
use hatrack_store::aws_files::Locations;

use super::Service;
use super::catalog::find;
use super::switch::{Ready, Renewal, as_duration, wire};
use crate::protocol::{
    ErrorCode, HandOut, HandOutOutcome, HandOutRequest, ProfileEndpoints, RoleChoice, S3Reach, SessionRef,
    UseKind, WireError,
};
use crate::sessions::{Fare, Served, Step, Use};

/// Where a hand-out's region and S3 endpoint come from.
struct Setting {
    role_key: String,
    settings: EntrySettings,
    caller: CallerContext,
    /// The region where nothing else names one.
    partition_region: &'static str,
    /// The account, where a session does not tell it.
    account: Option<AccountId>,
}

/// Whether a profile holds temporary keys: they have no session behind them that could be renewed.
pub(super) fn is_as_it_stands(identity: &IdentityEntry, caller: &CallerContext) -> bool {
    !identity.route.identity.gives_sessions() && Base::of(&identity.route, caller).temporary == Some(true)
}

impl Service {
    /// Credentials for a client.
    pub(super) async fn hand_out(
        &self,
        caller: &CallerContext,
        request: HandOutRequest,
    ) -> Result<HandOutOutcome, WireError> {
        match self.session_meant(&request.of).await? {
            Some(id) => self.of_session(caller, &id, request).await,
            None => self.of_role(caller, request).await,
        }
    }

    /// The session's ID, if the request names a session and not a role.
    async fn session_meant(&self, of: &SessionRef) -> Result<Option<String>, WireError> {
        match of {
            SessionRef::Id(id) => Ok(Some(id.clone())),
            SessionRef::Role(_) => Ok(None),
            SessionRef::Typed(text) => {
                let sessions = self.mailbox.sessions().await?;
                let known = sessions.iter().any(|session| session.id == *text);
                Ok(known.then(|| text.clone()))
            }
        }
    }

    async fn of_session(
        &self,
        caller: &CallerContext,
        id: &str,
        request: HandOutRequest,
    ) -> Result<HandOutOutcome, WireError> {
        let rules = self.endpoint_rules(request.allow_endpoint);
        let session = self.mailbox.find(SessionId(id.to_owned())).await?;
        let (session, own) = session.ok_or_else(|| super::no_such_session(id))?;
        let own = self.proxies.prepared(own).await;
        // Its world is the one it was switched to in, whoever uses it now.
        let setting = Setting {
            role_key: session.origin.role_key.clone().unwrap_or_default(),
            settings: self.settings_of(&own, session.origin.role_key.as_deref()),
            caller: own,
            partition_region: Partition::of_region(&session.region).default_region(),
            account: session.account,
        };
        let needed = request
            .min_life
            .map_or_else(|| session.expiry.renew_below(), as_duration);
        let left = session.expiry.left(self.clock.now().boot);
        let is_revoked = self.revoking.book.cover(&session);
        if !left.is_zero() && left >= needed && !is_revoked {
            let sessions = self.mailbox.sessions().await?;
            let view = sessions.into_iter().find(|view| view.id == id);
            let given = (session.credentials.clone(), view);
            return self.given(caller, given, Vec::new(), &setting, &request, &rules);
        }
        match self.renewal(caller, id, request.options.duration, &rules).await? {
            Renewal::Fare(fare) => {
                let fare = Fare {
                    code: request.mfa_code.clone(),
                    min_life: Some(needed),
                    ..*fare
                };
                self.serve(caller, fare, &setting, &request, &rules).await
            }
            Renewal::Needs(need) => Ok(HandOutOutcome::Needs { need }),
            Renewal::Refused(denial) => Ok(HandOutOutcome::Denied { denial: *denial }),
        }
    }

    async fn of_role(
        &self,
        caller: &CallerContext,
        request: HandOutRequest,
    ) -> Result<HandOutOutcome, WireError> {
        let choice = match &request.of {
            SessionRef::Role(choice) => choice.clone(),
            SessionRef::Typed(text) | SessionRef::Id(text) => RoleChoice::Typed(text.clone()),
        };
        let rules = self.endpoint_rules(request.allow_endpoint);
        let loaded = self.catalogs.of(caller);
        let found = find(&loaded, caller, &choice)?;
        if request.purpose == Some(UseKind::Process) {
            self.refuse_left(found.key(), caller).await?;
        }
        let setting = Setting {
            role_key: found.key().to_owned(),
            settings: settings_of(found).clone(),
            caller: caller.clone(),
            partition_region: partition_of(route_of(found)).default_region(),
            account: match found {
                Found::Role(role) => Some(role.account_id),
                Found::Identity(identity) => identity.account_id,
            },
        };
        if let Found::Identity(identity) = found
            && (request.raw || is_as_it_stands(identity, caller))
        {
            return match self.keys_of(identity, caller).await {
                Ok(keys) => self.given(caller, (keys, None), Vec::new(), &setting, &request, &rules),
                Err(IdentityFailure::Needs(need)) => Ok(HandOutOutcome::Needs { need: *need }),
                Err(why) => Err(wire(&why.into())),
            };
        }
        let plan = match self.ready(found, caller, request.options.clone(), &rules)? {
            Ready::Planned(plan) => plan,
            Ready::Needs(need) => return Ok(HandOutOutcome::Needs { need }),
            Ready::Refused(denial) => return Ok(HandOutOutcome::Denied { denial: *denial }),
        };
        let fare = Fare {
            plan,
            caller: caller.clone(),
            code: request.mfa_code.clone(),
            min_life: request.min_life.map(as_duration),
            renews: None,
        };
        self.serve(caller, fare, &setting, &request, &rules).await
    }

    /// A program that goes on asking does not switch to the role that the person has just switched back from.
    async fn refuse_left(&self, role_key: &str, caller: &CallerContext) -> Result<(), WireError> {
        let config = Locations::of_caller(caller).config.path;
        if self.mailbox.was_left(role_key.to_owned(), config).await? {
            let message =
                format!("{role_key} was switched back just now; `hat switch {role_key}` gets it again");
            return Err(WireError::new(ErrorCode::NoSuchSession, message));
        }
        Ok(())
    }

    /// A profile's own credentials, as they are.
    pub(super) async fn keys_of(
        &self,
        identity: &IdentityEntry,
        caller: &CallerContext,
    ) -> Result<Credentials, IdentityFailure> {
        let region = partition_of(&identity.route).default_region();
        let reach = reach(&identity.settings, caller, region, "sts");
        let ask = IdentityAsk {
            route: &identity.route,
            caller,
            reach: &reach,
            options: &SwitchOptions::default(),
        };
        Ok(self.identities.credentials(ask).await?.credentials)
    }

    async fn serve(
        &self,
        caller: &CallerContext,
        fare: Fare,
        setting: &Setting,
        request: &HandOutRequest,
        rules: &EndpointRules,
    ) -> Result<HandOutOutcome, WireError> {
        let plan = fare.plan.clone();
        let mut served = self.mailbox.serve(fare.clone()).await?;
        if let Served::Needs(need) = &served
            && request.wait > 0
        {
            // Any live session will do, the person having got a fresh one.
            let fare = Fare { renews: None, ..fare };
            let waits = as_duration(request.wait);
            if let Some(given) = self.mailbox.wait_for(fare, need.clone(), waits).await? {
                served = given;
            }
        }
        match served {
            Served::Session { session, view } => {
                self.read_about(&session, &plan, caller);
                let notes = plan
                    .notes_of(&session)
                    .into_iter()
                    .chain(self.clocks.note())
                    .collect();
                let given = (session.credentials.clone(), Some(*view));
                self.given(caller, given, notes, setting, request, rules)
            }
            Served::Needs(need) => Ok(HandOutOutcome::Needs { need }),
            Served::Denied(denial) => Ok(HandOutOutcome::Denied { denial: *denial }),
            Served::Failed(error) => Err(wire(&error)),
        }
    }

    fn given(
        &self,
        caller: &CallerContext,
        (credentials, session): (Credentials, Option<SessionView>),
        notes: Vec<String>,
        setting: &Setting,
        request: &HandOutRequest,
        rules: &EndpointRules,
    ) -> Result<HandOutOutcome, WireError> {
        let asked = request.options.region.as_deref();
        let of_session = session.as_ref().map(|session| session.region.clone());
        let region = match (asked, of_session) {
            (Some(asked), _) => asked.to_owned(),
            (None, Some(region)) => region,
            (None, None) => region(&setting.settings, &setting.caller, None, setting.partition_region),
        };
        let s3 = reach(&setting.settings, &setting.caller, &region, "s3");
        if request.for_s3
            && let Err(endpoint) = rules.check(s3.endpoint.as_deref())
        {
            let need = NeedView::EndpointConsent { endpoint };
            return Ok(HandOutOutcome::Needs { need });
        }
        if let Some(session) = session.as_ref().filter(|_| !request.quiet) {
            let id = SessionId(session.id.clone());
            self.mailbox.handed_out(id, caller.client, request.detail.clone());
        }
        if let (Some(session), Some(kind)) = (&session, request.purpose) {
            let id = SessionId(session.id.clone());
            self.mailbox.used(id, Use::of(kind), Step::Happens);
        }
        let account = session.as_ref().and_then(|session| session.account_id);
        Ok(HandOutOutcome::Given(Box::new(HandOut {
            production: self.production(account.or(setting.account)),
            session,
            credentials,
            region,
            s3: S3Reach {
                endpoint: s3.endpoint,
                path_style: setting.settings.s3_path_style,
                ca_bundle: s3.ca_bundle.map(|path| path.to_string_lossy().into_owned()),
                proxy: s3.proxy.map(|ProxyUrl(url)| url),
                no_proxy: s3.no_proxy,
            },
            endpoints: endpoints_of(&setting.settings),
            role_key: setting.role_key.clone(),
            notes,
        })))
    }

    /// What the account is called, where the person or a team has marked it as production.
    fn production(&self, account: Option<AccountId>) -> Option<String> {
        let account = account?;
        let marked = self.catalogs.accounts().get(&account)?.production;
        let name = self.catalogs.account_name(account);
        marked.then(|| name.unwrap_or_else(|| account.to_string()))
    }

    fn settings_of(&self, caller: &CallerContext, role_key: Option<&str>) -> EntrySettings {
        let loaded = self.catalogs.of(caller);
        let found = role_key.and_then(|key| loaded.catalog.by_key(key));
        found.map(|found| settings_of(found).clone()).unwrap_or_default()
    }
}

pub(super) fn settings_of<'a>(found: Found<'a>) -> &'a EntrySettings {
    match found {
        Found::Role(role) => &role.settings,
        Found::Identity(identity) => &identity.settings,
    }
}

pub(super) fn route_of<'a>(found: Found<'a>) -> &'a Route {
    match found {
        Found::Role(role) => &role.route,
        Found::Identity(identity) => &identity.route,
    }
}

fn endpoints_of(settings: &EntrySettings) -> ProfileEndpoints {
    let endpoints = &settings.endpoints;
    if endpoints.ignore {
        return ProfileEndpoints::default();
    }
    ProfileEndpoints {
        global: endpoints.global.clone(),
        by_service: endpoints.by_service.clone(),
    }
}
