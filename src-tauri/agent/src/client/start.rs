//! Reaching the agent's socket, and starting the agent where nobody answers.

use std::fs::OpenOptions;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use hatrack_store::home::Home;
use tokio::net::UnixStream;
use tokio::time::{Instant, sleep, timeout};

use super::connection::{Line, greet};
use super::error::AgentError;

/// The `hat` executable, whose `agent --foreground` is the agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HatExecutable(PathBuf);

impl HatExecutable {
    /// At a known place.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// This very program: for `hat` itself.
    pub fn current() -> std::io::Result<Self> {
        std::env::current_exe().map(Self)
    }

    /// `hat` beside this program, else the first on the PATH: for the window.
    pub fn beside_current() -> Option<Self> {
        let name = format!("hat{}", std::env::consts::EXE_SUFFIX);
        let beside = std::env::current_exe()
            .ok()
            .and_then(|p| p.parent().map(Path::to_owned));
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = beside.into_iter().chain(std::env::split_paths(&path));
        folders
            .map(|folder| folder.join(&name))
            .find(|p| p.is_file())
            .map(Self)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

/// How long a started agent may take to answer. It opens a database and a keyring first.
const START_LIMIT: Duration = Duration::from_secs(20);
/// How long the owner of the lock may take to answer before another start is tried.
const OWNER_ANSWERS: Duration = Duration::from_millis(300);
/// How long a running agent may take to greet.
const GREETING_LIMIT: Duration = Duration::from_secs(5);

/// A greeted connection to the agent of `home`.
pub(super) async fn dial(home: &Home, start_with: Option<&HatExecutable>) -> Result<Line, AgentError> {
    if let Some(line) = try_dial(home).await? {
        return Ok(line);
    }
    let Some(hat) = start_with else {
        return Err(AgentError::NotRunning);
    };
    let mut started = start(home, hat)?;
    let since = Instant::now();
    let mut begun = since;
    let mut pause = Duration::from_millis(2);
    loop {
        if let Some(line) = try_dial(home).await? {
            return Ok(line);
        }
        match started.try_wait() {
            Ok(Some(status)) if !status.success() => {
                return Err(AgentError::NotStarted {
                    hat: hat.path().to_owned(),
                    why: format!("it ended with {status}"),
                });
            }
            // One that ended well found another owner of the lock. That one will answer, unless it was just ending.
            Ok(Some(_)) if begun.elapsed() > OWNER_ANSWERS => {
                started = start(home, hat)?;
                begun = Instant::now();
            }
            _ => {}
        }
        if since.elapsed() > START_LIMIT {
            return Err(AgentError::Slow {
                waited: START_LIMIT,
                log: home.log("agent"),
            });
        }
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(100));
    }
}

/// `None` where nobody answers.
async fn try_dial(home: &Home) -> Result<Option<Line>, AgentError> {
    let socket = home.socket();
    match std::fs::symlink_metadata(&socket) {
        Err(_) => return Ok(None),
        Ok(found) if !found.file_type().is_socket() => {
            return Err(not_ours(&socket, "it is no socket"));
        }
        Ok(found) if found.uid() != rustix::process::geteuid().as_raw() => {
            return Err(not_ours(&socket, "it belongs to another user"));
        }
        Ok(_) => {}
    }
    let stream = match UnixStream::connect(&socket).await {
        Ok(stream) => stream,
        // Left behind by an agent that was killed; the next one replaces it.
        Err(_) => return Ok(None),
    };
    if stream.peer_cred()?.uid() != rustix::process::geteuid().as_raw() {
        return Err(not_ours(&socket, "another user's process answers"));
    }
    match timeout(GREETING_LIMIT, greet(stream)).await {
        Ok(Ok(line)) => Ok(Some(line)),
        // An agent that is just ending closes without a greeting.
        Ok(Err(AgentError::Lost | AgentError::Socket(_))) => Ok(None),
        Ok(Err(other)) => Err(other),
        Err(_) => Err(AgentError::Slow {
            waited: GREETING_LIMIT,
            log: home.log("agent"),
        }),
    }
}

fn not_ours(socket: &Path, why: &str) -> AgentError {
    AgentError::NotOurs {
        socket: socket.to_owned(),
        why: why.to_owned(),
    }
}

/// Starts `hat agent --foreground` in a session of its own, so that it outlives this program and its terminal. It
/// moves itself out of this process's session (`setsid`) at start.
fn start(home: &Home, hat: &HatExecutable) -> Result<tokio::process::Child, AgentError> {
    let failed = |why: String| AgentError::NotStarted {
        hat: hat.path().to_owned(),
        why,
    };
    home.create().map_err(|why| failed(why.to_string()))?;
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(home.log("agent"))
        .map_err(|why| {
            failed(format!(
                "{} could not be opened: {why}",
                home.log("agent").display()
            ))
        })?;
    // Tokio's child is not killed when it is dropped, and is reaped when it ends.
    let mut command = tokio::process::Command::new(hat.path());
    // Which keys, files and profiles count comes with each request; none of the first caller's stay in the agent.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    command
        .args(["agent", "--foreground"])
        .envs(home.variable())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .current_dir("/")
        .spawn()
        .map_err(|why| failed(why.to_string()))
}
