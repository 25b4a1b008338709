//! One window per home. A second start shows the first's.
//!
//! The lock decides, and the system lets go of it when its holder dies however it dies. The request to show goes
//! over a socket beside the agent's, so neither needs a session bus.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::PathBuf;

use hatrack_store::home::Home;

use crate::start::OpenedLink;

/// What came of a start.
#[derive(Debug)]
pub enum Claim {
    /// This process is the home's window.
    Ours(Owner),
    /// Another one is, and it was asked to show itself.
    Shown,
}

/// Being the home's window; ends with this value.
#[derive(Debug)]
pub struct Owner {
    _lock: File,
    #[cfg(unix)]
    door: Option<std::os::unix::net::UnixListener>,
}

/// The window could not find out whether it is the only one.
#[derive(Debug, thiserror::Error)]
pub enum InstanceError {
    /// The lock file could not be used.
    #[error("{} could not be locked: {why}; check the folder's permissions", path.display())]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
    /// Another window holds the lock and does not answer.
    #[error("Hatrack runs already, but its window does not answer; end that process and start again")]
    Silent,
}

/// Claims `home`, whose folders exist. Where another process is its window, `link` is handed over to that one.
pub fn claim(home: &Home, link: Option<&OpenedLink>) -> Result<Claim, InstanceError> {
    let path = home.agent_lock().with_file_name("window.lock");
    let failed = |why| InstanceError::Lock {
        path: path.clone(),
        why,
    };
    let lock = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(Claim::Ours(Owner {
            _lock: lock,
            #[cfg(unix)]
            door: door::open(home),
        })),
        Err(TryLockError::WouldBlock) => {
            if show_other(home, link) {
                Ok(Claim::Shown)
            } else {
                Err(InstanceError::Silent)
            }
        }
        Err(TryLockError::Error(why)) => Err(failed(why)),
    }
}

#[cfg(unix)]
use door::show_other;

#[cfg(not(unix))]
fn show_other(_: &Home, _: Option<&OpenedLink>) -> bool {
    false
}

impl Owner {
    /// Calls `show` whenever a second start asks for it, with the link that it was started with, for as long as the
    /// process lives.
    pub fn answer(&self, show: impl Fn(Option<OpenedLink>) + Send + 'static) {
        #[cfg(unix)]
        if let Some(door) = self.door.as_ref().and_then(|door| door.try_clone().ok()) {
            std::thread::spawn(move || door::answer(&door, &show));
        }
        #[cfg(not(unix))]
        drop(show);
    }
}

#[cfg(unix)]
mod door {
    use std::io::{Read, Write};
    use std::net::Shutdown;
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::path::PathBuf;
    use std::time::{Duration, Instant};

    use hatrack_store::home::Home;

    use crate::start::OpenedLink;

    /// How long a window may take from its lock to its socket, and to answer.
    const PATIENCE: Duration = Duration::from_secs(5);

    fn path(home: &Home) -> PathBuf {
        home.socket().with_file_name("window.sock")
    }

    /// Held by the lock's owner alone, so whatever lies there is left over. Without it the window works all the
    /// same; only a second start cannot reach it.
    pub(super) fn open(home: &Home) -> Option<UnixListener> {
        let path = path(home);
        let _ = std::fs::remove_file(&path);
        UnixListener::bind(&path)
            .inspect_err(|why| tracing::warn!("a second start cannot reach this window: {why}"))
            .ok()
    }

    /// A request is a link or nothing, up to its end: the folder lets no one else in. The window answers by closing.
    pub(super) fn answer(door: &UnixListener, show: &dyn Fn(Option<OpenedLink>)) {
        for caller in door.incoming() {
            match caller {
                Ok(caller) => {
                    show(link_of(&caller));
                    drop(caller);
                }
                Err(why) => {
                    tracing::warn!("a second start was not heard: {why}");
                    std::thread::sleep(Duration::from_millis(100));
                }
            }
        }
    }

    /// The link that a second start hands over. What is no link of ours is nothing.
    fn link_of(caller: &UnixStream) -> Option<OpenedLink> {
        let _ = caller.set_read_timeout(Some(PATIENCE));
        let mut text = String::new();
        let longest = OpenedLink::LONGEST as u64 + 1;
        caller.take(longest).read_to_string(&mut text).ok()?;
        OpenedLink::of(&text)
    }

    /// Asks the lock's owner to show itself; true once it has heard.
    pub(super) fn show_other(home: &Home, link: Option<&OpenedLink>) -> bool {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Ok(mut other) = UnixStream::connect(path(home)) {
                let _ = other.set_read_timeout(Some(PATIENCE));
                let text = link.map_or("", OpenedLink::as_str);
                if other.write_all(text.as_bytes()).is_err() || other.shutdown(Shutdown::Write).is_err() {
                    return false;
                }
                return matches!(other.read(&mut [0; 1]), Ok(0));
            }
            // The first holds its lock a moment before it listens.
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use std::sync::mpsc;
    use std::time::Duration;

    fn home(folder: &tempfile::TempDir) -> Home {
        let home = Home::at(folder.path());
        home.create().unwrap();
        home
    }

    #[test]
    fn g68_the_second_start_shows_the_first_and_owns_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let home = home(&folder);
        let Claim::Ours(first) = claim(&home, None).unwrap() else {
            panic!("a home without a window was not ours")
        };
        let (shown, seen) = mpsc::channel();
        first.answer(move |link| shown.send(link).unwrap());
        assert!(matches!(claim(&home, None).unwrap(), Claim::Shown));
        assert_eq!(seen.recv_timeout(Duration::from_secs(5)).unwrap(), None);
        let link = OpenedLink::of("hatrack://switch?account=081278057606&role=Reader");
        assert!(matches!(claim(&home, link.as_ref()).unwrap(), Claim::Shown));
        assert_eq!(seen.recv_timeout(Duration::from_secs(5)).unwrap(), link);
    }

    #[test]
    fn g69_a_dead_owner_leaves_the_home_free() {
        let folder = tempfile::tempdir().unwrap();
        let home = home(&folder);
        drop(claim(&home, None).unwrap());
        assert!(matches!(claim(&home, None).unwrap(), Claim::Ours(_)));
    }

    #[test]
    fn each_home_has_a_window_of_its_own() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = claim(&home(&one), None).unwrap();
        assert!(matches!(claim(&home(&other), None).unwrap(), Claim::Ours(_)));
        drop(first);
    }
}
