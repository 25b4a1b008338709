//! What every request works on.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::console::Tokens;
use crate::fault::Faults;
use crate::identity_center::{RateLimit, SignIns};
use crate::metadata::Memory;
use crate::s3::Tag;
use crate::s3_control::Jobs;
use crate::saml::SamlIssuer;
use crate::web_identity::TokenIssuer;
use crate::world::{KeyMaker, World};

/// The world with its clock, its randomness, and what tests ask of it.
#[derive(Debug)]
pub struct State {
    world: RwLock<World>,
    keys: Mutex<KeyMaker>,
    calls: Mutex<BTreeMap<String, u64>>,
    /// What tests make go wrong.
    pub faults: Faults,
    /// How far the server's clock is ahead of this computer's, in seconds.
    ahead_seconds: AtomicI64,
    /// The longest life of a session, whatever was asked for.
    pub max_life: Option<Duration>,
    /// `http://127.0.0.1:PORT`.
    pub endpoint: String,
    sign_ins: Mutex<SignIns>,
    /// How many requests a second the access portals take.
    pub portal_limit: RateLimit,
    /// The identity provider outside AWS.
    pub issuer: TokenIssuer,
    /// What brokers were given to sign in by.
    pub console: Tokens,
    /// What the company's directory has issued.
    pub saml: SamlIssuer,
    /// What the metadata services remember.
    pub metadata: Memory,
    new_keys_unknown_for: AtomicU64,
    /// The jobs of S3 Batch Operations.
    pub jobs: Jobs,
    quick_parts: AtomicBool,
}

impl State {
    /// State over a world.
    pub fn new(
        world: World,
        keys: KeyMaker,
        max_life: Option<Duration>,
        endpoint: String,
        issuer: TokenIssuer,
    ) -> Self {
        Self {
            world: RwLock::new(world),
            keys: Mutex::new(keys),
            calls: Mutex::default(),
            faults: Faults::default(),
            ahead_seconds: AtomicI64::new(0),
            max_life,
            endpoint,
            sign_ins: Mutex::default(),
            portal_limit: RateLimit::default(),
            issuer,
            console: Tokens::default(),
            saml: SamlIssuer::default(),
            metadata: Memory::default(),
            new_keys_unknown_for: AtomicU64::new(0),
            jobs: Jobs::default(),
            quick_parts: AtomicBool::new(false),
        }
    }

    /// The world, to look at. No change is half-done when a panic ends it, so a poisoned lock is still good.
    pub fn world(&self) -> RwLockReadGuard<'_, World> {
        self.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The world, to change.
    pub fn change(&self) -> RwLockWriteGuard<'_, World> {
        self.world.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The maker of keys and request ids.
    pub fn keys(&self) -> MutexGuard<'_, KeyMaker> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Clients, codes and tokens of Identity Center.
    pub fn sign_ins(&self) -> MutexGuard<'_, SignIns> {
        self.sign_ins.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The server's time.
    pub fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_secs(self.ahead_seconds.load(Ordering::Relaxed));
        Timestamp::now()
            .checked_add(ahead)
            .unwrap_or_else(|_| Timestamp::now())
    }

    /// Sets the server's clock ahead of this computer's (behind, if negative).
    pub fn set_ahead(&self, seconds: i64) {
        self.ahead_seconds.store(seconds, Ordering::Relaxed);
    }

    /// How many requests do not find a new access key yet: AWS's services learn of it one by one.
    pub fn new_keys_unknown_for(&self) -> u64 {
        self.new_keys_unknown_for.load(Ordering::Relaxed)
    }

    /// See [`Self::new_keys_unknown_for`].
    pub fn set_new_keys_unknown_for(&self, requests: u64) {
        self.new_keys_unknown_for.store(requests, Ordering::Relaxed);
    }

    /// What the tags of parts are made of.
    pub(crate) fn part_tags(&self) -> Tag {
        match self.quick_parts.load(Ordering::Relaxed) {
            true => Tag::Quick,
            false => Tag::Md5,
        }
    }

    /// Lets no MD5 be made of parts: that takes longer than all else that is done to one.
    pub fn set_quick_parts(&self, quick: bool) {
        self.quick_parts.store(quick, Ordering::Relaxed);
    }

    /// Counts a call of an operation.
    pub fn count(&self, operation: &str) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        *calls.entry(operation.to_owned()).or_default() += 1;
    }

    /// How often an operation was called.
    pub fn calls(&self, operation: &str) -> u64 {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.get(operation).copied().unwrap_or_default()
    }
}
