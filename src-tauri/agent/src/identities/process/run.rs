//! One run of a command: no shell, nothing to type, a bounded answer, an end in time.

use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use hatrack_core::caller::{CallerContext, NESTED};
use hatrack_core::route::{NotSplit, ProcessCommand};
use hatrack_core::shared_config::inert;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncReadExt;
use tokio::process::{Child, ChildStdout, Command};
use zeroize::Zeroizing;

/// Credentials are a few kilobytes: a session token of 4 KB and little else.
const MOST_PRINTED: usize = 64 * 1024;

/// Why a run gave nothing to read. No variant holds a part of what was printed, on either stream.
#[derive(Debug, thiserror::Error)]
pub enum NotRun {
    /// The command line is none.
    #[error("its command line cannot be used: {0}")]
    Line(#[from] NotSplit),
    /// It did not start.
    #[error("{program} could not be started: {why}")]
    NotStarted {
        /// The program, without its arguments.
        program: String,
        /// What the system said.
        why: std::io::Error,
    },
    /// It was ended for taking too long.
    #[error("it gave no answer within {} s and was ended", .0.as_secs())]
    TooLate(Duration),
    /// It printed more than is read.
    #[error("it printed more than {} KiB", MOST_PRINTED / 1024)]
    TooMuch,
    /// Its output broke off.
    #[error("its output could not be read: {0}")]
    Unreadable(std::io::Error),
    /// It said itself that it failed.
    #[error("it ended with exit status {0}")]
    Failed(i32),
    /// Something else ended it.
    #[error("it was ended by signal {0}")]
    Killed(i32),
}

/// Runs `command` as `caller` would, and gives what it printed. It is ended, with whatever it has started, after
/// `patience`, and when nobody waits for it any more.
///
/// Its standard error goes nowhere: what is said there may hold secrets.
pub async fn run(
    command: &ProcessCommand,
    caller: &CallerContext,
    patience: Duration,
) -> Result<Zeroizing<Vec<u8>>, NotRun> {
    let mut child = start(command, caller)?;
    // Dropped before the child is, whose process ID is its group's name until it has been waited for.
    let mut group = Group::of(&child);
    let printed = child.stdout.take();
    let answer = async {
        let printed = read(printed).await?;
        let status = child.wait().await.map_err(NotRun::Unreadable)?;
        group.has_ended();
        succeeded(status).map(|()| printed)
    };
    tokio::time::timeout(patience, answer)
        .await
        .unwrap_or(Err(NotRun::TooLate(patience)))
}

fn start(command: &ProcessCommand, caller: &CallerContext) -> Result<Child, NotRun> {
    let arguments = command.arguments()?;
    let (program, arguments) = arguments.split_first().ok_or(NotSplit::Empty)?;
    Command::new(program)
        .args(arguments)
        .env_clear()
        .envs(caller.vars())
        .env(NESTED, "1")
        .current_dir(&caller.working_folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|why| NotRun::NotStarted {
            program: inert(program),
            why,
        })
}

async fn read(printed: Option<ChildStdout>) -> Result<Zeroizing<Vec<u8>>, NotRun> {
    // Room from the start: a buffer that grows leaves uncleared copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MOST_PRINTED + 1));
    if let Some(printed) = printed {
        let most = u64::try_from(MOST_PRINTED + 1).unwrap_or(u64::MAX);
        let read = printed.take(most).read_to_end(&mut bytes).await;
        read.map_err(NotRun::Unreadable)?;
    }
    if bytes.len() > MOST_PRINTED {
        return Err(NotRun::TooMuch);
    }
    Ok(bytes)
}

fn succeeded(status: ExitStatus) -> Result<(), NotRun> {
    match (status.code(), status.signal()) {
        (Some(0), _) => Ok(()),
        (Some(code), _) => Err(NotRun::Failed(code)),
        (None, signal) => Err(NotRun::Killed(signal.unwrap_or_default())),
    }
}

/// The processes of a run, ended when this is dropped before the first of them has been waited for.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }

    fn has_ended(&mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // Fails where all have ended already.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::path::Path;

    use hatrack_core::caller::Client;
    use tokio::net::unix::pipe::{OpenOptions, Receiver, Sender};

    use super::*;

    /// A named pipe, held open by the test until it lets go: then its end tells that nobody else has it any more.
    struct Pipe {
        end: Receiver,
        held: Sender,
    }

    impl Pipe {
        fn new(folder: &Path, name: &str) -> Self {
            let path = folder.join(name);
            let made = std::process::Command::new("mkfifo").arg(&path).status();
            assert!(made.unwrap().success());
            Self {
                end: OpenOptions::new().open_receiver(&path).unwrap(),
                held: OpenOptions::new().open_sender(&path).unwrap(),
            }
        }

        /// Resolves when the last process that has it open has ended.
        async fn let_go(mut self) {
            drop(self.held);
            soon(self.end.read_to_end(&mut Vec::new())).await.unwrap();
        }
    }

    async fn soon<T>(what: impl Future<Output = T>) -> T {
        tokio::time::timeout(Duration::from_secs(20), what)
            .await
            .unwrap_or_else(|_| panic!("it did not come"))
    }

    fn caller(folder: &Path) -> CallerContext {
        let path = std::env::var("PATH").unwrap();
        CallerContext::new(Client::Hat, folder.to_owned(), [("PATH".to_owned(), path)])
    }

    #[tokio::test]
    async fn a_command_that_takes_too_long_is_ended_with_all_that_it_has_started() {
        let folder = tempfile::tempdir().unwrap();
        let alive = Pipe::new(folder.path(), "alive");
        let command = ProcessCommand::new("sh -c 'exec 3>alive; sleep 600 & sleep 600'");
        let patience = Duration::from_millis(300);
        let failure = run(&command, &caller(folder.path()), patience).await.unwrap_err();
        assert!(matches!(failure, NotRun::TooLate(_)), "{failure}");
        alive.let_go().await;
    }

    #[tokio::test]
    async fn a_command_is_ended_when_nobody_waits_for_it_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let (alive, mut ready) = (
            Pipe::new(folder.path(), "alive"),
            Pipe::new(folder.path(), "ready"),
        );
        let here = caller(folder.path());
        let running = tokio::spawn(async move {
            let command = ProcessCommand::new("sh -c 'exec 3>alive; sleep 600 & echo > ready; sleep 600'");
            run(&command, &here, Duration::from_secs(600)).await.map(|_| ())
        });
        soon(ready.end.read_u8()).await.unwrap();
        running.abort();
        alive.let_go().await;
    }
}
