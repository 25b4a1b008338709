//! An agent in a folder of its own, with an STS, a clock and a keyring that the test holds.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hatrack_agent::client::Agent;
use hatrack_agent::protocol::{ChangeSettings, Event, Reply, Request, RoleChoice, SwitchRequest, WireError};
use hatrack_agent::run::{Options, Outside, Started, start};
use hatrack_agent::server::{Claim, claim, serve};
use hatrack_agent::service::{Answered, Listening, Service};
use hatrack_core::caller::{CallerContext, Client};
use hatrack_core::history_view::{HistoryQuery, HistoryRow};
use hatrack_core::session::CodeUse;
use hatrack_core::view::{SessionView, SwitchOutcome};
use hatrack_store::home::Home;

pub use crate::directory::*;
pub use crate::outside::*;

pub const CONFIG: &str = "
[profile troy]
aws_access_key_id = AKIATROY
aws_secret_access_key = canary-long-term

[profile temporary]
aws_access_key_id = ASIATEMP
aws_secret_access_key = canary-temporary
aws_session_token = canary-token

[profile stuzio]
role_arn = arn:aws:iam::081278057606:role/StuzioAcmeConsultantRole
source_profile = troy
external_id = stuzio-acme
region = eu-west-1

[profile guarded]
role_arn = arn:aws:iam::081278057606:role/Guarded
source_profile = troy
mfa_serial = arn:aws:iam::183438944504:mfa/troy

[profile far]
role_arn = arn:aws:iam::444455556666:role/Far
source_profile = stuzio

[profile far-guarded]
role_arn = arn:aws:iam::444455556666:role/Far
source_profile = guarded

[profile elsewhere]
role_arn = arn:aws:iam::081278057606:role/StuzioAcmeConsultantRole
source_profile = troy
endpoint_url = https://minio.example:9000
";

pub struct World {
    pub folder: tempfile::TempDir,
    pub home: Home,
    pub sts: Arc<GatedSts>,
    pub iam: Arc<HeldIam>,
    pub organizations: Arc<HeldOrganizations>,
    pub clock: Arc<HandClock>,
    pub keyring: Arc<TestKeyring>,
    pub started: Option<Started>,
}

impl World {
    pub async fn new() -> Self {
        Self::with_config(CONFIG).await
    }

    pub async fn with_config(config: &str) -> Self {
        Self::with(config, TestKeyring(Some(Mutex::default()))).await
    }

    pub async fn without_keyring() -> Self {
        Self::with(CONFIG, TestKeyring(None)).await
    }

    async fn with(config: &str, keyring: TestKeyring) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(&folder.path().join("home"));
        home.create().unwrap();
        std::fs::write(folder.path().join("config"), config).unwrap();
        let clock = Arc::new(HandClock::new());
        let sts = Arc::new(GatedSts::new(clock.clone()));
        let mut world = Self {
            folder,
            home,
            sts,
            iam: Arc::default(),
            organizations: Arc::default(),
            clock,
            keyring: Arc::new(keyring),
            started: None,
        };
        world.start().await;
        world
    }

    pub async fn start(&mut self) {
        let outside = Outside {
            sts: self.sts.clone(),
            iam: self.iam.clone(),
            organizations: self.organizations.clone(),
            ..Outside::aws(Arc::default(), self.clock.clone(), self.keyring.clone())
        };
        self.started = Some(start(&self.home, Options::default(), outside).await.unwrap());
    }

    /// Ends the agent as it ends when it is told to, and starts another.
    pub async fn restart(&mut self) {
        self.started.take().unwrap().put_away().await;
        self.start().await;
    }

    pub fn service(&self) -> &Arc<Service> {
        &self.started.as_ref().unwrap().service
    }

    pub fn caller(&self) -> CallerContext {
        self.caller_as(Client::Hat, &[])
    }

    pub fn caller_as(&self, client: Client, vars: &[(&str, &str)]) -> CallerContext {
        caller(self.folder.path(), client, vars)
    }

    pub async fn ask(&self, request: Request) -> Result<Reply, WireError> {
        self.ask_as(self.caller(), request).await
    }

    pub async fn ask_as(&self, caller: CallerContext, request: Request) -> Result<Reply, WireError> {
        match self.service().answer(caller, request).await? {
            Answered::Reply(reply) => Ok(*reply),
            Answered::Listening(_) => panic!("a subscription"),
        }
    }

    pub async fn switch(&self, profile: &str) -> SwitchOutcome {
        self.switch_with(SwitchRequest::of(RoleChoice::Exact(profile.into())))
            .await
    }

    pub async fn switch_with(&self, request: SwitchRequest) -> SwitchOutcome {
        match self.ask(Request::Switch(request)).await.unwrap() {
            Reply::Switch(outcome) => outcome,
            other => panic!("{other:?}"),
        }
    }

    pub async fn session(&self, profile: &str) -> SessionView {
        switched(self.switch(profile).await)
    }

    pub async fn sessions(&self) -> Vec<SessionView> {
        match self.ask(Request::Sessions).await.unwrap() {
            Reply::Sessions(sessions) => sessions,
            other => panic!("{other:?}"),
        }
    }

    /// From now on a code is for one role alone.
    pub async fn codes_for_each_role(&self) {
        let settings = ChangeSettings {
            codes: Some(CodeUse::EachRole),
            ..ChangeSettings::default()
        };
        self.ask(Request::SetSettings(settings)).await.unwrap();
    }

    pub async fn listen(&self) -> Listening {
        match self
            .service()
            .answer(self.caller(), Request::Subscribe)
            .await
            .unwrap()
        {
            Answered::Listening(listener) => listener,
            Answered::Reply(_) => panic!("no subscription"),
        }
    }

    /// Oldest first: event, outcome.
    pub async fn history(&self) -> Vec<HistoryRow> {
        match self.ask(Request::History(HistoryQuery::default())).await.unwrap() {
            Reply::History(page) => page.rows.into_iter().rev().collect(),
            other => panic!("{other:?}"),
        }
    }

    /// Serves the socket beside the test.
    pub fn serve(&self) -> Serving {
        let claimed = Arc::new(claim(&self.home).unwrap());
        let (on, service) = (claimed.clone(), self.service().clone());
        let task = tokio::spawn(async move { serve(&on.listener, &service).await });
        Serving {
            _claimed: claimed,
            task,
        }
    }

    pub async fn client(&self) -> Agent {
        Agent::connect(&self.home, self.caller()).await.unwrap()
    }
}

pub struct Serving {
    _claimed: Arc<Claim>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub fn caller(folder: &Path, client: Client, vars: &[(&str, &str)]) -> CallerContext {
    let config = folder.join("config").display().to_string();
    let credentials = folder.join("credentials").display().to_string();
    let own = [
        ("AWS_CONFIG_FILE".to_owned(), config),
        ("AWS_SHARED_CREDENTIALS_FILE".to_owned(), credentials),
        ("USER".to_owned(), "troy".to_owned()),
    ];
    let given = vars
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    CallerContext::new(client, folder.to_owned(), own.into_iter().chain(given))
}

pub fn switched(outcome: SwitchOutcome) -> SessionView {
    match outcome {
        SwitchOutcome::Switched { session, .. } => *session,
        other => panic!("no session but {other:?}"),
    }
}

/// The next event that is not only a change.
pub async fn news(listener: &Listening) -> Event {
    loop {
        match soon(listener.next()).await {
            Event::Changed { .. } => {}
            event => return event,
        }
    }
}

/// Whatever is waited for comes within this, or the test fails.
pub async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), what)
        .await
        .expect("it did not come")
}
