//! The agent's life: claim the home, open what it owns, serve, and put everything away.

mod outside;
mod start;
mod vault;

use std::sync::Arc;
use std::time::Duration;

use hatrack_aws::http::HttpClients;
use hatrack_core::expiry::Clock;
use hatrack_store::history::OpenFailure;
use hatrack_store::home::Home;
use hatrack_store::settings::SettingsFailure;
use hatrack_store::vault::OsKeyring;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

use crate::machine::{SystemClock, harden};
use crate::server::{self, Claim, ClaimError, claim};

pub use outside::Outside;
pub use start::{Started, start};

/// How an agent runs.
#[derive(Debug, Clone)]
pub struct Options {
    /// Without a live session, a listener or a request for this long, it ends by itself.
    pub idle_after: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            idle_after: Duration::from_secs(600),
        }
    }
}

/// How an agent ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ran {
    /// It served, and was told to end or had nothing left to do.
    ToTheEnd,
    /// Another agent serves this home: that one will do.
    AnotherServes,
}

/// The agent could not start.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The home or its socket.
    #[error(transparent)]
    Claim(ClaimError),
    /// The history.
    #[error(transparent)]
    History(#[from] OpenFailure),
    /// The settings.
    #[error(transparent)]
    Settings(#[from] SettingsFailure),
    /// Signals cannot be heard.
    #[error("the agent cannot listen for signals: {0}")]
    Signals(std::io::Error),
}

/// Runs the agent of `home`, until it is told to stop, gets SIGTERM, SIGINT or SIGHUP, or is idle. This is what
/// `hat agent --foreground` does; call it in a tokio runtime with I/O, time and threads.
pub async fn run(home: &Home, options: Options) -> Result<Ran, RunError> {
    leave_the_terminal();
    harden();
    let claimed = match claim(home) {
        Ok(claimed) => claimed,
        Err(ClaimError::Owned) => return Ok(Ran::AnotherServes),
        Err(other) => return Err(RunError::Claim(other)),
    };
    let signals = Signals::listen().map_err(RunError::Signals)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let http = Arc::new(HttpClients::by(clock.clone()));
    let outside = Outside::aws(http, clock, Arc::new(OsKeyring::of(home)));
    let mut started = start(home, options, outside).await?;
    tokio::select! {
        () = server::serve(&claimed.listener, &started.service) => {}
        () = signals.any() => tracing::info!("told to end by a signal"),
        () = told_by_a_client(&started.service.stop) => {}
        () = vanished(&claimed) => tracing::warn!("the socket has gone, so nobody can reach this agent: it ends"),
        _ = &mut started.idle => {}
    }
    started.put_away().await;
    drop(claimed);
    Ok(Ran::ToTheEnd)
}

/// Resolves when clients cannot find the socket any more. What lives is in the vault.
async fn vanished(claimed: &Claim) {
    /// Rare enough to cost nothing.
    const LOOK: Duration = Duration::from_secs(5);
    while claimed.is_in_place() {
        tokio::time::sleep(LOOK).await;
    }
}

/// Resolves a moment after a client has said so: connections are served until then, so that the client is answered.
async fn told_by_a_client(stop: &Notify) {
    stop.notified().await;
    tokio::time::sleep(Duration::from_millis(50)).await;
}

/// An agent that was started by a client outlives the client's terminal. One in somebody's foreground stays there.
fn leave_the_terminal() {
    use std::io::IsTerminal;
    if !std::io::stdin().is_terminal() && !std::io::stderr().is_terminal() {
        // Fails for a process that leads its group already: then it is somebody's foreground after all.
        let _ = rustix::process::setsid();
    }
}

struct Signals([tokio::signal::unix::Signal; 3]);

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self([
            signal(SignalKind::terminate())?,
            signal(SignalKind::interrupt())?,
            signal(SignalKind::hangup())?,
        ]))
    }

    async fn any(mut self) {
        let [terminate, interrupt, hangup] = &mut self.0;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}
