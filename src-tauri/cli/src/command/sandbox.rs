//! `hat sandbox`: a miniature AWS on this machine, and the config to use it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use hatrack_agent::client::{Agent, AgentError};
use hatrack_core::caller::{CallerContext, Client};
use hatrack_sandbox::{Crowd, Manifest, Options, Shape};
use hatrack_store::home::Home;
use hatrack_store::settings::SettingsFile;
use jiff::Timestamp;
use tokio::sync::oneshot;

use crate::failure::Failure;
use crate::interruption::Interruption;
use crate::out;
use crate::time::parse_duration;

/// The arguments of `hat sandbox`.
#[derive(Debug, Args)]
#[command(after_help = USE)]
pub struct Sandbox {
    /// The folder for its files; one of its own, removed at the end, where left out
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Ends every session this soon after it was issued: 60s
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    max_life: Option<Duration>,
    /// Waits this many milliseconds before each answer
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency_ms: u64,
    /// Sends at most this many megabits a second on each connection
    #[arg(long, value_name = "MBPS")]
    connection_mbps: Option<u64>,
    /// Makes keys and names the same on each start
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// The port on 127.0.0.1; a free one where left out
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
    /// Adds this many accounts to the organisation that one signs in to
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    portal_accounts: u32,
    /// Lets the access portal take at most this many requests a second
    #[arg(long, value_name = "NUMBER")]
    portal_rate: Option<u32>,
    /// Puts objects of one byte below a prefix, in folders or right there: BUCKET/PREFIX=FOLDERSxKEYS
    #[arg(long = "crowd", value_name = "BUCKET/PREFIX=KEYS")]
    crowds: Vec<Crowd>,
    /// Makes no MD5 of parts, so that large uploads measure the client
    #[arg(long)]
    quick_parts: bool,
    /// Ends as soon as standard input does: for a window, whose death closes the pipe however it dies
    #[arg(long, hide = true)]
    until_stdin_closes: bool,
}

const USE: &str = "\
Prints the folder once everything is ready: source its file `env`, and hat, the AWS CLI and every SDK
work on the sandbox. Serves until interrupted.";

impl Sandbox {
    /// Serves.
    pub async fn run(self) -> Result<ExitCode, Failure> {
        let mut interrupted = Interruption::listen()
            .map_err(|why| Failure::refused(format!("signals cannot be caught: {why}; try again")))?;
        let until_stdin_closes = self.until_stdin_closes;
        let sandbox = hatrack_sandbox::start(self.options())
            .await
            .map_err(Failure::refused)?;
        let home = mark_home(&sandbox.manifest().home)?;
        furnish(&home, sandbox.manifest())?;
        out::print(&format!("{}\n", sandbox.dir().display()))?;
        tokio::select! {
            () = interrupted.come() => {}
            () = stdin_closes(), if until_stdin_closes => {}
        }
        end_agent(&home).await;
        sandbox.shutdown().await;
        Ok(ExitCode::SUCCESS)
    }
}

impl Sandbox {
    fn options(self) -> Options {
        Options {
            dir: self.dir,
            max_life: self.max_life,
            shape: Shape {
                first_byte: Duration::from_millis(self.latency_ms),
                bytes_per_second: self
                    .connection_mbps
                    .map(|megabits| megabits.saturating_mul(125_000)),
            },
            seed: self.seed,
            port: self.port,
            portal_accounts: self.portal_accounts,
            portal_rate: self.portal_rate,
            crowds: self.crowds,
            quick_parts: self.quick_parts,
        }
    }
}

/// Comes back once standard input has ended.
async fn stdin_closes() {
    let (tell, told) = oneshot::channel();
    // A plain thread: the runtime would wait for its own at the end, and this one may read for ever.
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = tell.send(());
    });
    let _ = told.await;
}

/// The window on this home says Sandbox, and the agent needs no consent for the sandbox's endpoint.
fn mark_home(folder: &Path) -> Result<Home, Failure> {
    let home = Home::at(folder);
    home.create()
        .and_then(|()| home.mark_as_sandbox())
        .map_err(Failure::refused)?;
    Ok(home)
}

/// Names the accounts and stars each story's working role in a home that nobody has used yet, so that a newcomer
/// sees the stories first and not the many roles that are there to be refused.
fn furnish(home: &Home, sandbox: &Manifest) -> Result<(), Failure> {
    let file = SettingsFile::of(home);
    if file.path().exists() {
        return Ok(());
    }
    file.update(Timestamp::now(), |settings| {
        for (id, name) in &sandbox.accounts {
            if let Ok(account) = id.parse() {
                settings.accounts.entry(account).or_default().name = Some(name.clone());
            }
        }
        // The others (X1 and on) are there for hostile names and odd options.
        let stories = sandbox.stories.iter().filter(|story| story.id.starts_with('S'));
        settings.favourites = stories.map(|story| story.profile.clone()).collect();
    })
    .map(drop)
    .map_err(Failure::refused)
}

/// Sessions of a sandbox that has ended are of no use, so its agent ends too.
async fn end_agent(home: &Home) {
    let caller = CallerContext::new(Client::Hat, PathBuf::from("/"), []);
    let ended = match Agent::connect(home, caller).await {
        Ok(agent) => super::agent::stop_and_wait(&agent, home).await,
        Err(AgentError::NotRunning) => Ok(()),
        Err(error) => Err(error.into()),
    };
    if let Err(failure) = ended {
        out::note(&failure.to_string());
    }
}
