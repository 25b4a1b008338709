//! AWS in miniature on loopback: STS, Identity Center and S3 with every policy really evaluated.
//!
//! [`start`] serves the stories in `worlds/` on one port and writes the files by which clients find them. What it
//! refuses, it refuses in AWS's words, which do not say more than AWS's do.

mod admin;
mod asked;
mod auth;
mod console;
mod crowd;
mod export_files;
mod fault;
mod front;
mod iam;
mod identity_center;
mod issue;
mod json_reply;
mod metadata;
mod organizations;
mod query;
mod roles_anywhere;
mod s3;
mod s3_control;
mod saml;
mod server;
mod service;
mod shape;
mod state;
mod sts;
mod web_identity;
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
pub use crowd::{Crowd, NoCrowd};
pub use export_files::Manifest;
pub use fault::{Effect, On, Share};
pub use shape::Shape;
pub use world::{CorsRule, Ownership, Versioning, generated, totp};
pub use worlds::{
    AnywhereStory, Environment, Hop, KindsStory, MachineStory, Placement, Portal, PortalRole, PortalUser,
    RoleKind, RoleOfKind, SignInStory, Story, WorldError, Wrong,
};

use crate::export_files::Written;
use crate::front::{Door, Front};
use crate::server::Server;
use crate::state::State;
use crate::web_identity::TokenIssuer;
use crate::world::KeyMaker;
use crate::worlds::Place;

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
    /// So many accounts more in the first organisation, each with one permission set for each of its users.
    pub portal_accounts: u32,
    /// The access portals take so many requests a second, the first second's all at once; `None` takes all.
    pub portal_rate: Option<u32>,
    /// Objects of one byte, more than a story would have.
    pub crowds: Vec<Crowd>,
    /// No MD5 is made of parts: that takes longer than all else that is done to one. Their tags are none, as with KMS,
    /// and a Content-MD5 is taken at its word.
    pub quick_parts: bool,
}

/// The sandbox cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The operating system gives no randomness.
    #[error("no randomness for the sandbox's keys: {0}")]
    Randomness(getrandom::Error),
    /// The identity provider's signing key cannot be made.
    #[error("the sandbox cannot make a signing key: the operating system gives no randomness")]
    SigningKey,
    /// No port, or the files cannot be written.
    #[error("the sandbox cannot start: {0}")]
    Io(#[from] io::Error),
    /// A crowd is to be in a bucket that is not there.
    #[error("the sandbox has no bucket {0}")]
    Crowd(String),
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
    let metadata_server = Server::bind(0).await?;
    let address = server.address();
    let place = Place {
        endpoint: format!("http://{address}"),
        metadata: format!("http://{}", metadata_server.address()),
        dir: dir.clone(),
    };
    let mut built = worlds::build(keys, Timestamp::now(), place)?;
    let (world, keys) = (&mut built.world, &mut built.keys);
    world.crowd_organisation(options.portal_accounts, keys);
    for crowd in &options.crowds {
        crowd.put(world).map_err(StartError::Crowd)?;
    }
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
        sign_in: built.sign_in,
        machine: built.machine,
        kinds: built.kinds,
        anywhere: built.anywhere,
    };
    let issuer = TokenIssuer::new().ok_or(StartError::SigningKey)?;
    let endpoint = manifest.endpoint.clone();
    let state = State::new(built.world, built.keys, options.max_life, endpoint, issuer);
    state.portal_limit.set(options.portal_rate);
    state.set_quick_parts(options.quick_parts);
    let state = Arc::new(state);
    let front = Front {
        s3: s3::service(&state),
        state: state.clone(),
        shape: options.shape,
        door: Door::Services,
    };
    let metadata_front = Front {
        door: Door::Metadata,
        ..front.clone()
    };
    let (stop, stopped) = watch::channel(false);
    let serving = tokio::spawn(async move {
        let services = server.serve(front, stopped.clone());
        tokio::join!(services, metadata_server.serve(metadata_front, stopped));
    });
    let token = web_identity_token(&state, &manifest).ok_or(StartError::SigningKey)?;
    let written = Written {
        profiles: &built.profiles,
        sso_sessions: &built.sso_sessions,
        web_identity_token: &token,
        files: &built.files,
    };
    export_files::write(&dir, &manifest, &written)?;
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

/// A token of the story's job, good for as long as the sandbox may run.
fn web_identity_token(state: &State, manifest: &Manifest) -> Option<String> {
    const WEEK_SECONDS: i64 = 7 * 24 * 3600;
    let job = &manifest.kinds;
    state
        .issuer
        .job_token(&job.subject, &job.audience, state.now(), WEEK_SECONDS)
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
