//! Being told to end: Ctrl-C, a supervisor, a terminal that closes.

use std::io;

/// Hears of it from the moment it is made. Until then, and without one, the system ends the program by itself.
#[cfg(unix)]
pub struct Interruption {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Interruption {
    /// Listens.
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Comes back once it has come.
    pub async fn come(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}

/// Ctrl-C.
#[cfg(windows)]
pub struct Interruption(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Interruption {
    /// Listens.
    pub fn listen() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    /// Comes back once it has come.
    pub async fn come(&mut self) {
        self.0.recv().await;
    }
}
