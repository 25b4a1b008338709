//! Putting a new key in the place of an old one, so that a key that works is stored whatever happens.
//!
//! The order: what is begun is written down; AWS makes a key; it is stored beside the old one; it is waited for until
//! it works; it takes the old one's place, and is read there again; only then the old one is made inactive and deleted,
//! signed by the new one, or by a session that a code was shown for where policies want one. A rotation that was cut off
//! is found by what was written down, and goes on from what is stored.
//!
//! Source: IAM User Guide, "Update access keys" (the steps) and "Troubleshoot IAM", on eventual consistency.

mod begin;
mod give_up;
mod swap;

use std::time::Duration;

use hatrack_core::access_key::{Rotation, Stage, WAITING};
use hatrack_core::caller::CallerContext;
use hatrack_core::secret::Credentials;
use hatrack_core::sts::{AwsFailure, Reach};
use hatrack_store::vault::keys::{LongTerm, StoredKey};

use super::files::key_of;
use super::places::files_now;
use super::{FileKey, KeyFailure, Keys};

/// How often AWS is asked whether it takes the new key, and at the end it has been a minute and a half.
const TRIES: u32 = 20;

/// Where AWS is reached.
#[derive(Debug, Clone)]
pub struct Reaches {
    /// STS.
    pub sts: Reach,
    /// IAM.
    pub iam: Reach,
}

/// A rotation that was finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// The new key's ID.
    pub new_id: String,
    /// The old one's.
    pub old_id: String,
    /// Whether the old one is kept, inactive.
    pub kept_old: bool,
    /// Whether this finished one that was begun before.
    pub resumed: bool,
    /// The other names that had the old key and have the new one now.
    pub also: Vec<String>,
}

/// One rotation.
pub(super) struct Rotating<'a> {
    pub keys: &'a Keys,
    pub profile: &'a str,
    pub caller: &'a CallerContext,
    pub reaches: &'a Reaches,
    /// A session that a code was shown for, where policies want one.
    pub session: Option<&'a Credentials>,
    /// Whether such a session could be got.
    pub knows_device: bool,
    pub keep_old: bool,
    pub told: &'a (dyn Fn(Stage) + Send + Sync),
}

/// What is stored of the profile.
struct Holding {
    /// In the vault.
    vault: Option<StoredKey>,
    /// In the files.
    file: Option<FileKey>,
    /// In the files, as the key that is to take the place of the one there.
    file_next: Option<LongTerm>,
}

impl Holding {
    fn current(&self) -> Option<&LongTerm> {
        match (&self.vault, &self.file) {
            (Some(stored), _) => Some(&stored.key),
            (None, Some(file)) => Some(&file.key),
            (None, None) => None,
        }
    }

    /// The key that is to take the current one's place. One that has taken it does not wait any more.
    fn next(&self) -> Option<&LongTerm> {
        let next = match &self.vault {
            Some(stored) => stored.next.as_ref(),
            None => self.file_next.as_ref(),
        };
        next.filter(|next| self.current().is_none_or(|current| current.id != next.id))
    }
}

impl Keys {
    /// Rotates the profile's key, or finishes what was begun. `session` signs for IAM where it is given.
    pub async fn rotate(
        &self,
        profile: &str,
        caller: &CallerContext,
        reaches: &Reaches,
        (session, knows_device): (Option<&Credentials>, bool),
        keep_old: bool,
        told: &(dyn Fn(Stage) + Send + Sync),
    ) -> Result<Rotated, KeyFailure> {
        let _one = self.begin_running(profile)?;
        let told = |stage| {
            self.lock_running().insert(profile.to_owned(), stage);
            told(stage);
        };
        let rotating = Rotating {
            keys: self,
            profile,
            caller,
            reaches,
            session,
            knows_device,
            keep_old,
            told: &told,
        };
        rotating.run().await
    }

    fn begin_running(&self, profile: &str) -> Result<Running<'_>, KeyFailure> {
        let mut running = self.lock_running();
        if running.contains_key(profile) {
            return Err(KeyFailure::Running(profile.to_owned()));
        }
        running.insert(profile.to_owned(), Stage::Making);
        Ok(Running {
            keys: self,
            profile: profile.to_owned(),
        })
    }

    fn lock_running(&self) -> std::sync::MutexGuard<'_, std::collections::HashMap<String, Stage>> {
        self.running
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// While it is held, no second rotation of the profile begins.
struct Running<'a> {
    keys: &'a Keys,
    profile: String,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.keys.lock_running().remove(&self.profile);
    }
}

impl Rotating<'_> {
    async fn run(&self) -> Result<Rotated, KeyFailure> {
        self.keys.vault_answers()?;
        let before = self.keys.wiring.rotations.get(self.profile)?;
        let resumed = match before {
            Some(rotation) => self.resume(rotation).await?,
            None => None,
        };
        let was_begun = resumed.is_some();
        let rotation = match resumed {
            Some(rotation) => rotation,
            None => self.begin().await?,
        };
        let holding = self.holding().await?;
        let new = self.new_key(&rotation, &holding)?;
        if holding.current() != Some(new) {
            (self.told)(Stage::Proving);
            self.prove(&rotation, new).await?;
        }
        (self.told)(Stage::Swapping);
        let (new, also) = self.swap(&rotation).await?;
        (self.told)(Stage::Retiring);
        self.retire(&rotation, &new).await?;
        Ok(Rotated {
            new_id: new.id,
            old_id: rotation.old_id,
            kept_old: rotation.keep_old,
            resumed: was_begun,
            also,
        })
    }

    /// What is stored now, whether it goes together or not.
    async fn stored(&self) -> Result<Holding, KeyFailure> {
        let shared = files_now(self.caller)?;
        let in_files = |profile: &str| key_of(&shared, profile, self.caller);
        Ok(Holding {
            vault: self.keys.stored(self.profile).await?,
            file: in_files(self.profile),
            file_next: in_files(&waiting(self.profile)).map(|found| found.key),
        })
    }

    /// What is stored now.
    async fn holding(&self) -> Result<Holding, KeyFailure> {
        let holding = self.stored().await?;
        match (&holding.vault, &holding.file) {
            // A file with a key that the vault knows nothing of: whose turn it is cannot be told.
            (Some(stored), Some(file))
                if stored.key != file.key && stored.before.as_ref() != Some(&file.key) =>
            {
                Err(KeyFailure::Differ(self.profile.to_owned()))
            }
            _ => Ok(holding),
        }
    }

    /// Waits until AWS takes the new key.
    async fn prove(&self, rotation: &Rotation, new: &LongTerm) -> Result<(), KeyFailure> {
        let sts = &self.keys.wiring.sts;
        let credentials = new.credentials();
        let proven = self
            .until_known(|| sts.get_caller_identity(&self.reaches.sts, &credentials))
            .await;
        proven.map(|_| ()).map_err(|why| KeyFailure::NotProven {
            id: new.id.clone(),
            old_id: rotation.old_id.clone(),
            why: Box::new(why),
        })
    }

    /// Asks until AWS knows the key that signs, for a while.
    async fn until_known<T, F>(&self, mut ask: impl FnMut() -> F) -> Result<T, AwsFailure>
    where
        F: Future<Output = Result<T, AwsFailure>>,
    {
        let mut tries = 0;
        loop {
            match ask().await {
                Err(AwsFailure::Refused(refusal)) if is_not_known_yet(&refusal.code) && tries < TRIES => {}
                other => return other,
            }
            tries += 1;
            let wait = Duration::from_secs(u64::from(1 + tries / 2).min(5));
            (self.keys.wiring.pause)(wait).await;
        }
    }

    /// What signs for IAM.
    fn signer(&self, key: &LongTerm) -> Credentials {
        self.session.cloned().unwrap_or_else(|| key.credentials())
    }

    fn refused(&self, why: AwsFailure) -> KeyFailure {
        if is_denied(&why) && self.session.is_none() {
            return KeyFailure::WantsCode(Box::new(why));
        }
        KeyFailure::Refused(Box::new(why))
    }
}

/// The section of the file in which a new key waits until it takes its place.
fn waiting(profile: &str) -> String {
    format!("{WAITING}{profile}")
}

fn is_denied(why: &AwsFailure) -> bool {
    matches!(why, AwsFailure::Refused(refusal) if refusal.code == "AccessDenied")
}

/// IAM and STS learn of a new key each by itself (IAM User Guide, "Changes that I make are not always immediately
/// visible").
pub(super) fn is_not_known_yet(code: &str) -> bool {
    matches!(
        code,
        "InvalidClientTokenId" | "InvalidAccessKeyId" | "SignatureDoesNotMatch"
    )
}
