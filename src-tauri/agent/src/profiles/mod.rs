//! Profiles written into the shared files, for tools that know nothing of Hatrack.
//!
//! Invariants: a secret is written only where the person asked for keys, into a file that nobody else can read; what is
//! ours is remembered before it is written, so that it is found and removed whatever happens; every other byte of the
//! files stays; one change at a time.

mod edit;
mod failure;
mod leaving;
mod order;
mod reconcile;
mod remove;
mod write;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::{Catalog, WrittenKeys};
use hatrack_core::expiry::Clock;
use hatrack_core::session::{Session, SessionId};
use hatrack_core::written_profile::{ProfileForm, WrittenProfileView};
use hatrack_store::aws_files::Locations;
use hatrack_store::written_profiles::{Form, Journal, WrittenProfile};
use tokio::sync::Notify;

pub use self::failure::ProfileFailure;
pub use self::order::{ProfileOrder, Source};
use crate::catalogs::Catalogs;
use crate::choices::Choices;
use crate::sessions::{Follower, Mailbox};

/// What the profiles work with.
pub struct Wiring {
    /// What was written.
    pub journal: Journal,
    /// The callers' files.
    pub catalogs: Arc<Catalogs>,
    /// Whether keys may be written.
    pub choices: Arc<Choices>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The program that the lines name.
    pub hat: PathBuf,
    /// Where Hatrack's own files are, if that has to be said.
    pub home: Option<PathBuf>,
}

/// The written profiles of this home.
pub struct Profiles {
    wiring: Wiring,
    /// Held for one change.
    one: tokio::sync::Mutex<()>,
    heard: Mutex<Heard>,
    bell: Notify,
    mailbox: OnceLock<Mailbox>,
}

/// What the keeper has told since it was last looked at.
#[derive(Default)]
struct Heard {
    /// The sessions that were switched back.
    back: Vec<Back>,
    /// Whether the sessions of before a restart are known.
    restored: bool,
}

/// A session that is switched back.
#[derive(Clone)]
pub(crate) struct Back {
    id: SessionId,
    /// The catalog's key of its role, in the files with this config: another's may have the same key.
    role_key: Option<String>,
    config: PathBuf,
}

impl Back {
    /// From this session, of this caller's files.
    pub(crate) fn of(session: &Session, caller: &CallerContext) -> Self {
        Self {
            id: session.id.clone(),
            role_key: session.origin.role_key.clone(),
            config: Locations::of_caller(caller).config.path,
        }
    }

    /// The session.
    pub(crate) fn id(&self) -> &SessionId {
        &self.id
    }
}

impl Profiles {
    /// Of the home of `wiring`.
    pub fn new(wiring: Wiring) -> Self {
        Self {
            wiring,
            one: tokio::sync::Mutex::default(),
            heard: Mutex::default(),
            bell: Notify::new(),
            mailbox: OnceLock::new(),
        }
    }

    /// What was written, the newest last.
    pub fn written(&self) -> Result<Vec<WrittenProfileView>, ProfileFailure> {
        Ok(self.wiring.journal.read()?.profiles.iter().map(view).collect())
    }

    /// Refuses to set a default that roles start from.
    pub fn check_catalog(&self, catalog: &Catalog) -> Result<(), ProfileFailure> {
        match write::starts_from_default(catalog) {
            Some(role) => Err(ProfileFailure::StartsFromDefault(role)),
            None => Ok(()),
        }
    }

    /// The one of this name: of the caller's files, else of any.
    fn named(&self, name: &str, caller: &CallerContext) -> Result<WrittenProfile, ProfileFailure> {
        let written = self.wiring.journal.read()?.profiles;
        let own = Locations::of_caller(caller).config.path;
        let mut named = written.into_iter().filter(|known| known.profile == name);
        let first = named
            .next()
            .ok_or_else(|| ProfileFailure::Unknown(name.to_owned()))?;
        if first.config.path == own {
            return Ok(first);
        }
        Ok(named.find(|known| known.config.path == own).unwrap_or(first))
    }

    /// The catalog is not to list what we wrote, and reads the files again.
    fn tell_catalogs(&self) {
        let written = match self.wiring.journal.read() {
            Ok(written) => written.profiles,
            Err(why) => {
                tracing::warn!(%why, "which profiles Hatrack wrote is not known");
                return;
            }
        };
        let keys = |profile: WrittenProfile| match profile.form {
            Form::Keys { access_key_ids, .. } => Some((
                profile.profile,
                WrittenKeys {
                    access_key_ids,
                    role_key: profile.role_key,
                },
            )),
            Form::Process => None,
        };
        let keys: BTreeMap<_, _> = written.into_iter().filter_map(keys).collect();
        self.wiring.catalogs.set_written(keys);
    }

    fn heard<T>(&self, with: impl FnOnce(&mut Heard) -> T) -> T {
        with(&mut self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Follower for Profiles {
    fn switched_back(&self, session: &Session, caller: &CallerContext) {
        let back = Back::of(session, caller);
        self.heard(|heard| heard.back.push(back));
        self.bell.notify_one();
    }

    fn restored(&self) {
        self.heard(|heard| heard.restored = true);
        self.bell.notify_one();
    }

    fn changed(&self) {
        self.bell.notify_one();
    }
}

/// A written profile as people see it.
fn view(written: &WrittenProfile) -> WrittenProfileView {
    let (form, expires_at) = match &written.form {
        Form::Process => (ProfileForm::Process, None),
        Form::Keys { expires_at, .. } => (ProfileForm::Keys, Some(*expires_at)),
    };
    WrittenProfileView {
        name: written.profile.clone(),
        file: written.file().name.clone(),
        form,
        role_key: written.role_key.clone(),
        role_name: written.role_name.clone(),
        account_id: written.account_id,
        session_id: written.session_id.clone(),
        expires_at,
        written_at: written.written_at,
    }
}
