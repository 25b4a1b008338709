//! The agent on the sandbox: real HTTP, real policies, real clocks.

use std::sync::{Arc, Mutex};

use hatrack_agent::machine::SystemClock;
use hatrack_agent::protocol::{Reply, Request, RoleChoice, SwitchRequest, WireError};
use hatrack_agent::run::{Options, Outside, Started, start};
use hatrack_agent::service::Answered;
use hatrack_aws::http::HttpClients;
use hatrack_core::caller::{CallerContext, Client};
use hatrack_core::view::SwitchOutcome;
use hatrack_sandbox::{Running, Story};
use hatrack_store::home::Home;

use crate::world::TestKeyring;

/// An agent whose AWS is the sandbox, and a caller with a home folder of its own.
pub struct Stage {
    pub sandbox: Running,
    pub agent: Started,
    pub caller: CallerContext,
    pub folder: tempfile::TempDir,
}

impl Stage {
    pub async fn new() -> Self {
        Self::with(|options| options).await
    }

    /// With a sandbox of other options.
    pub async fn with(change: impl FnOnce(hatrack_sandbox::Options) -> hatrack_sandbox::Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = hatrack_sandbox::Options {
            dir: Some(folder.path().join("sandbox")),
            seed: Some(1),
            ..hatrack_sandbox::Options::default()
        };
        let sandbox = hatrack_sandbox::start(change(options)).await.unwrap();
        let home = Home::at(&sandbox.manifest().home);
        home.create().unwrap();
        home.mark_as_sandbox().unwrap();
        let agent = start(&home, Options::default(), outside()).await.unwrap();
        let vars = [
            (
                "AWS_CONFIG_FILE",
                sandbox.manifest().config_file.display().to_string(),
            ),
            (
                "AWS_SHARED_CREDENTIALS_FILE",
                sandbox.manifest().credentials_file.display().to_string(),
            ),
            ("USER", "troy".to_owned()),
            ("HOME", folder.path().display().to_string()),
        ];
        let vars = vars.map(|(name, value)| (name.to_owned(), value));
        let caller = CallerContext::new(Client::Hat, folder.path().to_owned(), vars);
        Self {
            sandbox,
            agent,
            caller,
            folder,
        }
    }

    pub fn story(&self, id: &str) -> Story {
        self.sandbox.manifest().story(id).unwrap().clone()
    }

    pub async fn switch(&self, request: SwitchRequest) -> SwitchOutcome {
        match self.ask(Request::Switch(request)).await.unwrap() {
            Reply::Switch(outcome) => outcome,
            other => panic!("{other:?}"),
        }
    }

    pub async fn ask(&self, request: Request) -> Result<Reply, WireError> {
        match self.agent.service.answer(self.caller.clone(), request).await? {
            Answered::Reply(reply) => Ok(*reply),
            Answered::Listening(_) => panic!("a subscription"),
        }
    }
}

/// What an agent has on this machine, with a keyring of its own.
pub fn outside() -> Outside {
    let http = Arc::new(HttpClients::default());
    Outside::aws(
        http,
        Arc::new(SystemClock::new()),
        Arc::new(TestKeyring(Some(Mutex::default()))),
    )
}

/// A switch to `profile`, with nothing asked beside.
pub fn to(profile: &str) -> SwitchRequest {
    SwitchRequest::of(RoleChoice::Exact(profile.to_owned()))
}
