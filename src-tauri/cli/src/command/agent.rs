//! `hat agent`: the process that owns sessions.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use hatrack_agent::client::{Agent, AgentError};
use hatrack_agent::protocol::Status;
use hatrack_agent::run::{Options, Ran};
use hatrack_store::home::Home;
use tokio::time::{Instant, sleep};

use super::Listing;
use crate::context::Context;
use crate::failure::Failure;
use crate::out;

/// The arguments of `hat agent`.
#[derive(Debug, Args)]
#[command(after_help = USE)]
pub struct AgentCommand {
    /// Be the agent, here
    #[arg(long, conflicts_with_all = ["stop", "status"])]
    foreground: bool,
    /// End it; sessions stay in the vault
    #[arg(long, conflicts_with = "status")]
    stop: bool,
    /// Say how it is; exit 1 where none runs
    #[arg(long)]
    status: bool,
    #[command(flatten)]
    listing: Listing,
}

const USE: &str = "\
Every hat and the window start it when they need it. It ends by itself when it is idle with no session.";

impl AgentCommand {
    /// Whether this process is to be the agent.
    pub fn is_the_agent(&self) -> bool {
        self.foreground
    }

    /// Does what was asked; with nothing asked, starts it where none runs.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        if self.foreground {
            return foreground(&context.home).await;
        }
        if self.stop {
            return match Agent::connect(&context.home, context.caller.clone()).await {
                Ok(agent) => stop_and_wait(&agent, &context.home)
                    .await
                    .map(|()| ExitCode::SUCCESS),
                Err(AgentError::NotRunning) => Ok(ExitCode::SUCCESS),
                Err(error) => Err(error.into()),
            };
        }
        let agent = if self.status {
            context.running_agent().await?
        } else {
            context.agent().await?
        };
        print(&agent.status().await?, self.listing)?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn foreground(home: &Home) -> Result<ExitCode, Failure> {
    match hatrack_agent::run::run(home, Options::default())
        .await
        .map_err(Failure::refused)?
    {
        Ran::ToTheEnd => {}
        Ran::AnotherServes => out::note("another agent serves this home already; that one will do"),
    }
    Ok(ExitCode::SUCCESS)
}

/// How long an agent may take to close its database.
const END_LIMIT: Duration = Duration::from_secs(10);

/// Ends the agent, and comes back when its socket has gone, or is another agent's: a window starts one at once.
pub async fn stop_and_wait(agent: &Agent, home: &Home) -> Result<(), Failure> {
    let its_own = socket_now(home);
    match agent.stop().await {
        // One that is gone before it has answered has ended as well.
        Ok(()) | Err(AgentError::Lost) => {}
        Err(error) => return Err(error.into()),
    }
    let since = Instant::now();
    while its_own.is_some() && socket_now(home) == its_own {
        if since.elapsed() > END_LIMIT {
            return Err(Failure::refused(format!(
                "the agent did not end within {} s; look at {}",
                END_LIMIT.as_secs(),
                home.log("agent").display()
            )));
        }
        sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// Tells the socket that is there now from any other.
#[cfg(unix)]
fn socket_now(home: &Home) -> Option<impl PartialEq + use<>> {
    use std::os::unix::fs::MetadataExt;
    let found = home.socket().symlink_metadata().ok()?;
    Some((found.dev(), found.ino(), found.ctime(), found.ctime_nsec()))
}

#[cfg(not(unix))]
fn socket_now(home: &Home) -> Option<impl PartialEq + use<>> {
    home.socket().exists().then_some(())
}

fn print(status: &Status, listing: Listing) -> Result<(), Failure> {
    if listing.json {
        return out::json(status);
    }
    let notes: String = [&status.keyring_note, &status.clock_note]
        .into_iter()
        .flatten()
        .map(|note| format!("\n{note}"))
        .collect();
    out::print(&format!(
        "Agent {} runs as process {} for {}, with {} live session{}.{notes}\n",
        status.version,
        status.pid,
        status.home,
        status.sessions,
        if status.sessions == 1 { "" } else { "s" }
    ))
}
