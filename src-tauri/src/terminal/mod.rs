//! The person's terminal with a session in it.
//!
//! Invariant: nothing secret is among a terminal's words or in its environment. What runs in it is `hat exec`, which
//! asks the agent.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use hatrack_agent::client::{
    AwaitedCommand, HatExecutable, OpenTerminal, SessionShell, TerminalNotOpened, TerminalOrder,
    shell_of_person,
};
use hatrack_core::caller::Client;
use hatrack_store::aws_files::Locations;
use jiff::Timestamp;

use crate::desk::Desk;
use crate::wire::{CommandError, TerminalView, Topic};

/// The terminals whose shells still run.
#[derive(Clone, Default)]
pub struct Terminals(Arc<Mutex<Open>>);

#[derive(Default)]
struct Open {
    made: u32,
    all: Vec<TerminalView>,
}

impl Terminals {
    /// In the order in which they were opened.
    pub fn all(&self) -> Vec<TerminalView> {
        self.held().all.clone()
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, session_id: String, label: String) -> u32 {
        let mut held = self.held();
        held.made += 1;
        let id = held.made;
        held.all.push(TerminalView {
            id,
            session_id,
            label,
            opened_at: Timestamp::now(),
        });
        id
    }

    fn remove(&self, id: u32) {
        self.held().all.retain(|terminal| terminal.id != id);
    }
}

/// Opens a terminal with a session on behalf of one of our faces, and returns once its shell runs.
pub async fn open(desk: &Desk, client: Client, session_id: String) -> Result<(), CommandError> {
    let choice = desk.agent_for(client).await?.settings().await?.terminal;
    let hat = hat()?;
    let awaited = AwaitedCommand::in_folder(desk.home().runtime()).map_err(told)?;
    let order = TerminalOrder {
        choice,
        command: shell(desk, hat.path(), &session_id).words(awaited.socket()),
        start_in: desk.environment().folder_of_person(),
        variables: desk.environment().for_programs(),
        awaited,
    };
    let opened = order.open().await.map_err(told)?;
    watch(desk.clone(), session_id, opened);
    Ok(())
}

/// The `hat` that belongs to this program.
pub fn hat() -> Result<HatExecutable, CommandError> {
    HatExecutable::beside_current().ok_or_else(|| {
        CommandError::new("hat is neither beside this program nor on the PATH. Install it again.")
    })
}

/// The person's shell with a session, by paths that hold in any folder.
pub fn shell<'a>(desk: &'a Desk, hat: &'a Path, session_id: &'a str) -> SessionShell<'a> {
    let environment = desk.environment();
    let files = Locations::of_caller(&environment.caller(Client::Window));
    let is_set = |name: &str| environment.var(name).is_some();
    SessionShell {
        hat,
        home: desk.home().variable().map(|(_, folder)| folder),
        config_file: is_set("AWS_CONFIG_FILE").then_some(files.config.path),
        credentials_file: is_set("AWS_SHARED_CREDENTIALS_FILE").then_some(files.credentials.path),
        session_id,
        shell: shell_of_person(&environment.for_programs()),
    }
}

/// Where no terminal is there to open, the page offers the command instead.
fn told(why: TerminalNotOpened) -> CommandError {
    let code = match why {
        // Another terminal would not help: `hat` has said what is wrong.
        TerminalNotOpened::Refused(_) => None,
        _ => Some("no_terminal".to_owned()),
    };
    CommandError {
        message: why.to_string(),
        code,
    }
}

fn watch(desk: Desk, session_id: String, opened: OpenTerminal) {
    let id = desk.terminals().add(session_id, opened.label.clone());
    desk.changed(&[Topic::Terminals]);
    tokio::spawn(async move {
        opened.closed().await;
        desk.terminals().remove(id);
        desk.changed(&[Topic::Terminals]);
    });
}
