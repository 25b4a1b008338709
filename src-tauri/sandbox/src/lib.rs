//! AWS in miniature on loopback: STS and S3 with every policy really evaluated.
//!
//! [`start`] serves the stories in `worlds/` on one port and writes the files by which clients find them. What it
//! refuses, it refuses in AWS's words, which do not say more than AWS's do.

mod admin;
mod auth;
mod export_files;
mod fault;
mod front;
mod s3;
mod server;
mod shape;
mod state;
mod sts;
mod world;
mod worlds;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use admin::Admin;
pub use export_files::Manifest;
pub use fault::{Effect, On};
pub use shape::Shape;
pub use world::{generated, totp};
pub use worlds::{Environment, Placement, Story, WorldError, Wrong};

use crate::front::Front;
use crate::server::Server;
use crate::state::State;
use crate::world::KeyMaker;

/// How to start.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where to write the files; `None` for a folder of the sandbox's own, which goes when it stops.
    pub dir: Option<PathBuf>,
    /// Shortens the life of every session.
    pub max_life: Option<Duration>,
    /// Slows the answers down.
    pub shape: Shape,
    /// Makes keys and names repeatable; `None` takes the operating system's randomness.
    pub seed: Option<u64>,
    /// The port on 127.0.0.1; 0 for a free one.
    pub port: u16,
}

/// The sandbox cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The operating system gives no randomness.
    #[error("no randomness for the sandbox's keys: {0}")]
    Randomness(getrandom::Error),
    /// No port, or the files cannot be written.
    #[error("the sandbox cannot start: {0}")]
    Io(#[from] io::Error),
    /// A story is written wrongly.
    #[error(transparent)]
    World(#[from] WorldError),
}

/// A sandbox that runs until it is shut down or dropped.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    dir: PathBuf,
    own_dir: bool,
    manifest: Manifest,
    state: Arc<State>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

/// Starts the sandbox. When this returns, it answers and its files are written.
///
/// # Errors
/// See [`StartError`].
pub async fn start(options: Options) -> Result<Running, StartError> {
    let mut keys = KeyMaker::new(options.seed).map_err(StartError::Randomness)?;
    let own_dir = options.dir.is_none();
    let dir = options
        .dir
        .unwrap_or_else(|| std::env::temp_dir().join(format!("hatrack-sandbox-{}", keys.uuid())));
    let dir = std::path::absolute(dir)?;
    let server = Server::bind(options.port).await?;
    let address = server.address();
    let built = worlds::build(keys, Timestamp::now())?;
    let manifest = Manifest {
        endpoint: format!("http://{address}"),
        config_file: dir.join("config"),
        credentials_file: dir.join("credentials"),
        home: dir.join("home"),
        max_life: options.max_life.map(|d| d.as_secs()),
        accounts: built
            .world
            .accounts
            .iter()
            .map(|(id, name)| (id.to_string(), name.clone()))
            .collect(),
        stories: built.stories,
    };
    let state = Arc::new(State::new(built.world, built.keys, options.max_life));
    let front = Front {
        s3: s3::service(&state),
        state: state.clone(),
        shape: options.shape,
    };
    let (stop, stopped) = watch::channel(false);
    let serving = tokio::spawn(server.serve(front, stopped));
    export_files::write(&dir, &manifest, &built.profiles)?;
    Ok(Running {
        address,
        dir,
        own_dir,
        manifest,
        state,
        stop,
        serving,
    })
}

impl Running {
    /// `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> &str {
        &self.manifest.endpoint
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The folder with `config`, `credentials`, `env` and `sandbox.json`.
    pub fn dir(&self) -> &std::path::Path {
        &self.dir
    }

    /// What stands in `sandbox.json`.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The handle by which tests watch and disturb it.
    pub fn admin(&self) -> Admin {
        Admin::new(self.state.clone())
    }

    /// Stops serving, and removes the folder if it is the sandbox's own.
    pub async fn shutdown(mut self) {
        // Nobody listens any more only if serving has ended by itself.
        let _ = self.stop.send(true);
        if let Err(error) = (&mut self.serving).await {
            tracing::warn!(%error, "the sandbox's server ended badly");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.serving.abort();
        if self.own_dir
            && let Err(error) = std::fs::remove_dir_all(&self.dir)
        {
            tracing::warn!(%error, dir = %self.dir.display(), "the sandbox's folder stays");
        }
    }
}
