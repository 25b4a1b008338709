//! Running the command in our place: its terminal, its signals, its exit code.

use std::ffi::OsString;
use std::io;
use std::process::{ExitCode, ExitStatus};

use tokio::process::{Child, Command};

use super::environment::Change;
use crate::failure::Failure;

/// Runs `command` to its end while `beside` runs along. `started` is called once it runs.
pub async fn run(
    command: &[OsString],
    environment: Vec<Change>,
    started: impl FnOnce(),
    beside: impl Future<Output = ()>,
) -> Result<ExitCode, Failure> {
    let Some((program, arguments)) = command.split_first() else {
        return Err(Failure::usage("no command was given; put it after --"));
    };
    let mut child = Command::new(program);
    child.args(arguments);
    for (name, value) in environment {
        match value {
            Some(value) => child.env(name, value),
            None => child.env_remove(name),
        };
    }
    // From here on a signal that would end us goes to the child, so they are caught before it starts.
    let mut signals = signals::Caught::catch()
        .map_err(|why| Failure::refused(format!("signals cannot be caught: {why}; try again")))?;
    let mut child = child.spawn().map_err(|why| not_started(program, &why))?;
    started();
    let ended = tokio::select! {
        ended = wait(&mut child, &mut signals) => ended,
        () = beside => child.wait().await,
    };
    let status = ended.map_err(|why| {
        Failure::refused(format!(
            "the command's end could not be learned: {why}; look whether it still runs"
        ))
    })?;
    Ok(code_of(status))
}

async fn wait(child: &mut Child, signals: &mut signals::Caught) -> io::Result<ExitStatus> {
    let process = child.id();
    loop {
        tokio::select! {
            status = child.wait() => return status,
            signal = signals.next() => signals::pass_on(signal, process),
        }
    }
}

fn not_started(program: &OsString, why: &io::Error) -> Failure {
    let program = program.display();
    match why.kind() {
        io::ErrorKind::NotFound => {
            Failure::refused(format!("{program} was not found; check its name and the PATH"))
        }
        _ => Failure::refused(format!(
            "{program} could not be started: {why}; check that it may be executed"
        )),
    }
}

/// The command's own code; 128 and the signal's number where a signal ended it, as shells have it.
fn code_of(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return ExitCode::from(u8::try_from(128 + signal).unwrap_or(u8::MAX));
    }
    ExitCode::from(
        status
            .code()
            .and_then(|code| u8::try_from(code).ok())
            .unwrap_or(1),
    )
}

#[cfg(unix)]
mod signals {
    use std::io;

    use rustix::process::{Pid, Signal, getpgrp, kill_process};
    use tokio::signal::unix::{self, SignalKind};

    /// The signals that people and supervisors send, caught.
    pub struct Caught {
        interrupt: unix::Signal,
        quit: unix::Signal,
        hang_up: unix::Signal,
        terminate: unix::Signal,
        user_1: unix::Signal,
        user_2: unix::Signal,
    }

    impl Caught {
        pub fn catch() -> io::Result<Self> {
            Ok(Self {
                interrupt: unix::signal(SignalKind::interrupt())?,
                quit: unix::signal(SignalKind::quit())?,
                hang_up: unix::signal(SignalKind::hangup())?,
                terminate: unix::signal(SignalKind::terminate())?,
                user_1: unix::signal(SignalKind::user_defined1())?,
                user_2: unix::signal(SignalKind::user_defined2())?,
            })
        }

        pub async fn next(&mut self) -> Signal {
            tokio::select! {
                _ = self.interrupt.recv() => Signal::INT,
                _ = self.quit.recv() => Signal::QUIT,
                _ = self.hang_up.recv() => Signal::HUP,
                _ = self.terminate.recv() => Signal::TERM,
                _ = self.user_1.recv() => Signal::USR1,
                _ = self.user_2.recv() => Signal::USR2,
            }
        }
    }

    /// Sends it to the child, unless the terminal has: its keys signal everyone in the foreground.
    pub fn pass_on(signal: Signal, child: Option<u32>) {
        let of_keys = matches!(signal, Signal::INT | Signal::QUIT | Signal::HUP);
        if of_keys && in_foreground() {
            return;
        }
        if let Some(pid) = child
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw)
        {
            // One that has just ended needs it no more.
            let _ = kill_process(pid, signal);
        }
    }

    fn in_foreground() -> bool {
        let Ok(terminal) = std::fs::File::open("/dev/tty") else {
            return false;
        };
        rustix::termios::tcgetpgrp(terminal).is_ok_and(|foreground| foreground == getpgrp())
    }
}

#[cfg(not(unix))]
mod signals {
    use std::io;

    /// Ctrl-C, which Windows sends to the child too.
    pub struct Caught;

    impl Caught {
        pub fn catch() -> io::Result<Self> {
            Ok(Self)
        }

        pub async fn next(&mut self) {
            // An error means that nobody can press it.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    pub fn pass_on((): (), _child: Option<u32>) {}
}
