//! The client: what the window and `hat` use of the agent.

mod browser;
mod connection;
mod console;
mod discovery;
mod doctor;
mod endpoint;
mod error;
mod events;
mod history_pages;
mod in_use;
mod keys;
mod mfa;
mod page;
mod places;
mod profiles;
mod revoke;
mod said;
mod saml;
mod start;
mod teams;
mod terminal;
mod yubikey;

use std::sync::Arc;

use hatrack_core::caller::CallerContext;
use hatrack_core::history_sums::{DayStarts, HistoryDay, RoleUse, RoleUseQuery};
use hatrack_core::history_view::{HistoryPage, HistoryQuery};
use hatrack_core::portal_view::PortalStateView;
use hatrack_core::view::{CatalogView, RoleView, SessionView, SwitchOutcome};
use hatrack_store::home::Home;
use tokio::sync::Mutex;

use crate::protocol::{
    AddRole, ChangeSettings, EndRequest, GiveProxyLogin, HandOutOutcome, HandOutRequest, RecordRequest,
    RenewRequest, Reply, Request, RoleChoice, SessionRef, SetAccount, SetFlag, Settings, SignInOutcome,
    SignInRequest, Status, SwitchRequest,
};
use connection::Connection;

pub use browser::{Browser, Family, NotOpened, open_secret};
pub use error::AgentError;
pub use events::Events;
pub use history_pages::HistoryPages;
pub use page::open_page;
pub use start::HatExecutable;
pub use terminal::{
    Announcer, AwaitedCommand, OpenTerminal, SessionShell, Terminal, TerminalNotOpened, TerminalOrder,
    Variables, shell_of_person,
};
pub use yubikey::{is_yubikey_account, yubikey_code};

/// The agent, as a client sees it. Clones share one connection; many requests may be under way at once.
///
/// An agent that ended by itself between two requests (idle) is started again by the next one. A request under way
/// when the agent goes is never sent twice: it gives [`AgentError::Lost`].
#[derive(Clone)]
pub struct Agent {
    shared: Arc<Shared>,
    caller: CallerContext,
}

struct Shared {
    home: Home,
    /// `None`: never starts one.
    start_with: Option<HatExecutable>,
    connection: Mutex<Option<Arc<Connection>>>,
}

impl Agent {
    /// Connects to the agent of `home`, starting it where none runs. Many callers at once get one agent.
    ///
    /// `caller` goes with each request; see [`Agent::as_caller`].
    pub async fn connect_or_start(
        home: &Home,
        caller: CallerContext,
        hat: HatExecutable,
    ) -> Result<Self, AgentError> {
        let agent = Self::of(home, caller, Some(hat));
        agent.connection().await?;
        Ok(agent)
    }

    /// Connects to the agent of `home`, or says [`AgentError::NotRunning`].
    pub async fn connect(home: &Home, caller: CallerContext) -> Result<Self, AgentError> {
        let agent = Self::of(home, caller, None);
        agent.connection().await?;
        Ok(agent)
    }

    fn of(home: &Home, caller: CallerContext, start_with: Option<HatExecutable>) -> Self {
        let shared = Shared {
            home: home.clone(),
            start_with,
            connection: Mutex::new(None),
        };
        Self {
            shared: Arc::new(shared),
            caller,
        }
    }

    /// The same connection for another caller: the window's tray, a second environment.
    pub fn as_caller(&self, caller: CallerContext) -> Self {
        Self {
            shared: self.shared.clone(),
            caller,
        }
    }

    /// The caller whose context goes with each request.
    pub fn caller(&self) -> &CallerContext {
        &self.caller
    }

    async fn connection(&self) -> Result<Arc<Connection>, AgentError> {
        let mut held = self.shared.connection.lock().await;
        if let Some(live) = held.as_ref().filter(|c| c.is_open()) {
            return Ok(live.clone());
        }
        let opened = start::dial(&self.shared.home, self.shared.start_with.as_ref()).await?;
        let opened = Arc::new(Connection::over(opened));
        *held = Some(opened.clone());
        Ok(opened)
    }

    async fn ask(&self, request: Request) -> Result<Reply, AgentError> {
        self.connection().await?.ask(&self.caller, request).await
    }

    /// How the agent is.
    pub async fn status(&self) -> Result<Status, AgentError> {
        match self.ask(Request::Status).await? {
            Reply::Status(status) => Ok(status),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Ends the agent. Sessions stay in the vault, where there is one.
    pub async fn stop(&self) -> Result<(), AgentError> {
        self.done(Request::Stop).await
    }

    /// Every role and identity, by the caller's files.
    pub async fn catalog(&self) -> Result<CatalogView, AgentError> {
        match self.ask(Request::Catalog).await? {
            Reply::Catalog(view) => Ok(view),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Reads the shared files again.
    pub async fn reload(&self) -> Result<(), AgentError> {
        self.done(Request::Reload).await
    }

    /// The catalog's key of the role or identity that `choice` names.
    pub async fn key_of(&self, choice: RoleChoice) -> Result<String, AgentError> {
        match self.ask(Request::KeyOf(choice)).await? {
            Reply::RoleKey { role_key } => Ok(role_key),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// The one role that `choice` names.
    pub async fn resolve(&self, choice: RoleChoice) -> Result<RoleView, AgentError> {
        match self.ask(Request::Resolve(choice)).await? {
            Reply::Role(role) => Ok(*role),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// A session of a role.
    pub async fn switch(&self, request: SwitchRequest) -> Result<SwitchOutcome, AgentError> {
        self.outcome(Request::Switch(request)).await
    }

    /// Credentials; see [`HandOutRequest`].
    pub async fn hand_out(&self, request: HandOutRequest) -> Result<HandOutOutcome, AgentError> {
        match self.ask(Request::HandOut(request)).await? {
            Reply::HandOut(outcome) => Ok(outcome),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// The sessions that people see, live and just ended, the one that ends first first.
    pub async fn sessions(&self) -> Result<Vec<SessionView>, AgentError> {
        match self.ask(Request::Sessions).await? {
            Reply::Sessions(sessions) => Ok(sessions),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Gets a session again.
    pub async fn renew(&self, request: RenewRequest) -> Result<SwitchOutcome, AgentError> {
        self.outcome(Request::Renew(request)).await
    }

    /// Switches back: drops one session.
    pub async fn end(&self, session: SessionRef) -> Result<(), AgentError> {
        match self.ask(Request::End(EndRequest { session })).await? {
            Reply::Ended { .. } => Ok(()),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Drops every session, and says how many people saw.
    pub async fn end_all(&self) -> Result<u32, AgentError> {
        match self.ask(Request::EndAll).await? {
            Reply::Ended { count } => Ok(count),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// A page of the history, newest first.
    pub async fn history(&self, query: HistoryQuery) -> Result<HistoryPage, AgentError> {
        match self.ask(Request::History(query)).await? {
            Reply::History(page) => Ok(page),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// What was done in each account on each day.
    pub async fn history_days(&self, days: DayStarts) -> Result<Vec<HistoryDay>, AgentError> {
        match self.ask(Request::HistoryDays(days)).await? {
            Reply::HistoryDays(days) => Ok(days),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// How each role was used, the one used last first.
    pub async fn role_use(&self, query: RoleUseQuery) -> Result<Vec<RoleUse>, AgentError> {
        match self.ask(Request::RoleUse(query)).await? {
            Reply::RoleUse(roles) => Ok(roles),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Writes what a client did to the history; durable when it returns.
    pub async fn record(&self, row: RecordRequest) -> Result<(), AgentError> {
        self.done(Request::Record(row)).await
    }

    /// Stars a role.
    pub async fn set_favourite(&self, role_key: &str, on: bool) -> Result<(), AgentError> {
        let role_key = role_key.to_owned();
        self.done(Request::SetFavourite(SetFlag { role_key, on })).await
    }

    /// Has sessions of a role renewed by themselves. Refused where a code is needed.
    pub async fn set_auto_renew(&self, role_key: &str, on: bool) -> Result<(), AgentError> {
        let role_key = role_key.to_owned();
        self.done(Request::SetAutoRenew(SetFlag { role_key, on })).await
    }

    /// Names an account and gives it a hat.
    pub async fn set_account(&self, account: SetAccount) -> Result<(), AgentError> {
        self.done(Request::SetAccount(account)).await
    }

    /// Keeps a role; gives its key.
    pub async fn add_role(&self, role: AddRole) -> Result<String, AgentError> {
        match self.ask(Request::AddRole(role)).await? {
            Reply::RoleKey { role_key } => Ok(role_key),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Forgets a role that was added in Hatrack.
    pub async fn remove_role(&self, role_key: &str) -> Result<(), AgentError> {
        let role_key = role_key.to_owned();
        self.done(Request::RemoveRole { role_key }).await
    }

    /// Lets requests be signed for an endpoint that is not AWS's, from now on.
    pub async fn consent_endpoint(&self, endpoint: &str) -> Result<(), AgentError> {
        let endpoint = endpoint.to_owned();
        self.done(Request::ConsentEndpoint { endpoint }).await
    }

    /// Leaves the login that a proxy asked for.
    pub async fn give_proxy_login(&self, login: GiveProxyLogin) -> Result<(), AgentError> {
        self.done(Request::GiveProxyLogin(login)).await
    }

    /// Takes back every login that was given for a proxy, and says how many there were.
    pub async fn forget_proxy_logins(&self) -> Result<u32, AgentError> {
        match self.ask(Request::ForgetProxyLogins).await? {
            Reply::ProxyLoginsForgotten { count } => Ok(count),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Lets `command` be run for credentials, from now on.
    pub async fn consent_command(&self, command: &str) -> Result<(), AgentError> {
        let command = command.to_owned();
        self.done(Request::ConsentCommand { command }).await
    }

    /// The sign-ins that the caller's files name.
    pub async fn portals(&self) -> Result<Vec<PortalStateView>, AgentError> {
        match self.ask(Request::Portals).await? {
            Reply::Portals(portals) => Ok(portals),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Begins to sign in, or joins the sign-in under way.
    pub async fn sign_in(&self, request: SignInRequest) -> Result<SignInOutcome, AgentError> {
        match self.ask(Request::SignIn(request)).await? {
            Reply::SignIn(outcome) => Ok(outcome),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Waits for a sign-in; an error says why it did not come about.
    pub async fn await_sign_in(&self, id: &str) -> Result<(), AgentError> {
        let id = id.to_owned();
        self.done(Request::AwaitSignIn { id }).await
    }

    /// Gives a sign-in up.
    pub async fn cancel_sign_in(&self, id: &str) -> Result<(), AgentError> {
        let id = id.to_owned();
        self.done(Request::CancelSignIn { id }).await
    }

    /// Signs out.
    pub async fn sign_out(&self, portal: &str) -> Result<(), AgentError> {
        let portal = portal.to_owned();
        self.done(Request::SignOut { portal }).await
    }

    /// Lists a portal's accounts and roles anew.
    pub async fn list_portal(&self, portal: &str) -> Result<(), AgentError> {
        let portal = portal.to_owned();
        self.done(Request::ListPortal { portal }).await
    }

    /// The settings.
    pub async fn settings(&self) -> Result<Settings, AgentError> {
        match self.ask(Request::Settings).await? {
            Reply::Settings(settings) => Ok(settings),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Changes some of the settings.
    pub async fn change_settings(&self, change: ChangeSettings) -> Result<(), AgentError> {
        self.done(Request::SetSettings(change)).await
    }

    /// What happens from now on. It ends (`None`) when the agent goes; subscribe again then. A subscriber that reads
    /// too slowly is told that every topic changed instead of each change.
    ///
    /// While anybody subscribes, the agent does not end by itself.
    pub async fn subscribe(&self) -> Result<Events, AgentError> {
        let line = start::dial(&self.shared.home, self.shared.start_with.as_ref()).await?;
        Events::over(line, &self.caller).await
    }

    async fn done(&self, request: Request) -> Result<(), AgentError> {
        match self.ask(request).await? {
            Reply::Done => Ok(()),
            _ => Err(AgentError::Unexpected),
        }
    }

    async fn outcome(&self, request: Request) -> Result<SwitchOutcome, AgentError> {
        match self.ask(request).await? {
            Reply::Switch(outcome) => Ok(outcome),
            _ => Err(AgentError::Unexpected),
        }
    }
}
