//! Becoming the one agent of a home, and its socket.

use std::fs::{self, File, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use hatrack_store::home::{Home, HomeError};
use tokio::net::UnixListener;

/// The home is this agent's: nobody else gets it until this is dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct Claim {
    /// Accepts connections.
    pub listener: UnixListener,
    socket: PathBuf,
    /// Device and file number: a socket that somebody else has put there is not removed.
    node: (u64, u64),
    /// Declared last, so that the socket is gone before the next agent can have the lock.
    _lock: File,
}

/// The home could not be claimed.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// Another agent owns it.
    #[error("another agent serves this home already")]
    Owned,
    /// Its folders cannot be used.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// Something that is no socket of ours stands where the socket belongs.
    #[error("{} is {what}, so no socket can be made there; remove it and try again", path.display())]
    InTheWay {
        /// The socket's path.
        path: PathBuf,
        /// What stands there.
        what: &'static str,
    },
    /// The system refused.
    #[error("the socket {} could not be made: {why}", path.display())]
    Socket {
        /// The socket's path.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
}

/// Claims `home`: takes its lock, and puts its socket there. A socket that an agent left behind is replaced: its
/// owner is gone, or the lock would be taken.
pub fn claim(home: &Home) -> Result<Claim, ClaimError> {
    home.create()?;
    let lock = lock(&home.agent_lock())?;
    let socket = home.socket();
    let failed = |why| ClaimError::Socket {
        path: socket.clone(),
        why,
    };
    clear(&socket)?;
    let listener = UnixListener::bind(&socket).map_err(failed)?;
    fs::set_permissions(&socket, Permissions::from_mode(0o600)).map_err(failed)?;
    let made = fs::symlink_metadata(&socket).map_err(failed)?;
    Ok(Claim {
        listener,
        node: (made.dev(), made.ino()),
        socket,
        _lock: lock,
    })
}

fn lock(path: &Path) -> Result<File, ClaimError> {
    let failed = |why| ClaimError::Socket {
        path: path.to_owned(),
        why,
    };
    let file = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ClaimError::Owned),
        Err(TryLockError::Error(why)) => Err(failed(why)),
    }
}

/// Removes a socket left behind. Anything else is not ours to remove.
fn clear(path: &Path) -> Result<(), ClaimError> {
    let in_the_way = |what| ClaimError::InTheWay {
        path: path.to_owned(),
        what,
    };
    let failed = |why| ClaimError::Socket {
        path: path.to_owned(),
        why,
    };
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(why) => return Err(failed(why)),
    };
    if found.file_type().is_symlink() {
        return Err(in_the_way("a link"));
    }
    if !found.file_type().is_socket() {
        return Err(in_the_way("no socket"));
    }
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Err(in_the_way("another user's"));
    }
    fs::remove_file(path).map_err(failed)
}

impl Claim {
    /// Whether clients still find the socket: somebody may have removed it, or the whole home.
    pub fn is_in_place(&self) -> bool {
        fs::symlink_metadata(&self.socket).is_ok_and(|now| (now.dev(), now.ino()) == self.node)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if self.is_in_place() {
            // Nothing else can be done about it; the next agent replaces it.
            let _ = fs::remove_file(&self.socket);
        }
    }
}
