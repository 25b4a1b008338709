//! The miniature AWS behind `hatrack --sandbox`: a child process, which ends with its window.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use hatrack_agent::client::{Agent, HatExecutable};
use hatrack_core::caller::Client;
use hatrack_store::home::Home;

use crate::environment::Environment;
use crate::start::AUTOMATION;

/// The sandbox could not be started.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// Nothing to start it with.
    #[error("the sandbox needs hat, which is neither beside this program nor on the PATH; install it again")]
    NoHat,
    /// Nowhere to put it.
    #[error("the sandbox needs a folder for its files: set HOME or XDG_CACHE_HOME")]
    NoFolder,
    /// The program did not run.
    #[error("{} could not be started: {why}", program.display())]
    NotStarted {
        /// What was run.
        program: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// It ended, or was not ready in time.
    #[error("the sandbox was not ready after {} s; run `hat sandbox` in a terminal to see why", READY_WITHIN.as_secs())]
    NotReady,
    /// Its variables could not be read.
    #[error("{} could not be read: {why}", path.display())]
    NoVariables {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
}

const READY_WITHIN: Duration = Duration::from_secs(20);

/// A running sandbox. It is asked to end when this value is dropped.
pub struct Sandbox {
    child: Child,
}

impl Sandbox {
    /// Starts one in `folder` and waits until it is ready. Gives the variables that lead to it.
    pub fn start(hat: &HatExecutable, folder: &Path) -> Result<(Self, Vec<(String, String)>), SandboxError> {
        let failed = |why| SandboxError::NotStarted {
            program: hat.path().to_owned(),
            why,
        };
        let mut child = Command::new(hat.path())
            // The pipe closes when this process ends, even where it is killed and cannot ask.
            .args(["sandbox", "--until-stdin-closes", "--dir"])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let output = child.stdout.take();
        let sandbox = Self { child };
        wait_until_ready(output.ok_or(SandboxError::NotReady)?)?;
        let variables = read_variables(&folder.join("env"))?;
        Ok((sandbox, variables))
    }
}

/// The folder's name is printed when all is ready. The rest is read too, so that the pipe never fills.
fn wait_until_ready(output: impl std::io::Read + Send + 'static) -> Result<(), SandboxError> {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let _ = tell.send(line);
        }
    });
    told.recv_timeout(READY_WITHIN)
        .map(drop)
        .map_err(|_| SandboxError::NotReady)
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// Asks it to end, so that it can clean up, and makes it end where it does not.
fn end(child: &mut Child) {
    #[cfg(unix)]
    {
        let process = i32::try_from(child.id())
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        if let Some(process) = process {
            let _ = rustix::process::kill_process(process, rustix::process::Signal::TERM);
        }
        for _ in 0..100 {
            if matches!(child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    let _ = child.kill();
    let _ = child.wait();
}

fn read_variables(path: &Path) -> Result<Vec<(String, String)>, SandboxError> {
    let failed = |why: String| SandboxError::NoVariables {
        path: path.to_owned(),
        why,
    };
    let text = std::fs::read_to_string(path).map_err(|why| failed(why.to_string()))?;
    let lines = text
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .filter(|line| !line.starts_with("unset "))
        .map(|line| exported(line).ok_or_else(|| failed(format!("\"{line}\" sets no variable"))))
        .collect()
}

/// Reads `export NAME='value'` as a POSIX shell does; a value without quotes stands for itself.
fn exported(line: &str) -> Option<(String, String)> {
    let (name, written) = line.strip_prefix("export ")?.trim().split_once('=')?;
    let mut value = String::new();
    let mut quoted = false;
    let mut rest = written.chars();
    while let Some(c) = rest.next() {
        match (quoted, c) {
            (_, '\'') => quoted = !quoted,
            (false, '\\') => value.push(rest.next()?),
            (_, c) => value.push(c),
        }
    }
    (!quoted && !name.is_empty()).then(|| (name.to_owned(), value))
}

/// Where the sandbox of the window lives: one folder, so that there is one such window.
pub fn folder(cache: Option<PathBuf>) -> Result<PathBuf, SandboxError> {
    cache
        .map(|cache| cache.join("sandbox"))
        .ok_or(SandboxError::NoFolder)
}

/// Takes away what a window left that could not clean up: keys of a sandbox that is gone, and the agent that holds
/// them. `folder` is claimed by this process.
pub fn clear(folder: &Path) {
    let home = folder.join("home");
    if !home.exists() {
        return;
    }
    let caller = Environment::default().caller(Client::Window);
    let stop = async {
        let agent = Agent::connect(&Home::at(&home), caller).await.ok()?;
        agent.stop().await.ok()
    };
    let limited = async { tokio::time::timeout(Duration::from_secs(2), stop).await };
    let _ = tauri::async_runtime::block_on(limited);
    if let Err(why) = std::fs::remove_dir_all(&home) {
        tracing::warn!("the last sandbox's files stay: {why}");
    }
}

/// Opens a second window on the sandbox, or shows the one that is open: a process of its own, with its own home.
pub fn open_window() -> Result<(), SandboxError> {
    let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("hatrack"));
    let started = Command::new(&program)
        .arg("--sandbox")
        .env_remove(AUTOMATION)
        .stdin(Stdio::null())
        .spawn();
    let mut window = started.map_err(|why| SandboxError::NotStarted { program, why })?;
    // Waited for, so that it does not stay behind as a zombie.
    std::thread::spawn(move || window.wait());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_are_read_as_a_shell_reads_them() {
        let read = |line| exported(line);
        assert_eq!(read("export A='b c'"), Some(("A".into(), "b c".into())));
        assert_eq!(read(r"export A='it'\''s'"), Some(("A".into(), "it's".into())));
        assert_eq!(read("export A=plain"), Some(("A".into(), "plain".into())));
        assert_eq!(read("export A='open"), None);
        assert_eq!(read("A=1"), None);
    }
}
