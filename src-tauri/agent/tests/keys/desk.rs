//! The keys of a home of their own, and a caller with files of its own.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use hatrack_agent::catalogs::Catalogs;
use hatrack_agent::choices::Choices;
use hatrack_agent::keys::{KeyFailure, Keys, Reaches, Rotated, Wiring};
use hatrack_agent::machine::SystemClock;
use hatrack_core::caller::{CallerContext, Client};
use hatrack_core::sts::Reach;
use hatrack_store::home::Home;
use hatrack_store::rotations::Rotations;
use hatrack_store::settings::SettingsFile;
use hatrack_store::vault::{Keyring, KeyringTrouble, Vault};
use zeroize::Zeroizing;

use crate::aws::FakeAws;

pub const CREDENTIALS: &str = "# mine\n[troy]\naws_access_key_id = AKIAOLD\naws_secret_access_key = canary-old # x\n\
region = eu-west-1\n\n[other]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = canary-other\n";

pub struct Desk {
    pub folder: tempfile::TempDir,
    pub aws: Arc<FakeAws>,
    pub keyring: Arc<MemoryKeyring>,
}

/// A keyring in memory; `false` where the system has none.
pub struct MemoryKeyring(bool, Mutex<Option<Vec<u8>>>, AtomicBool);

impl MemoryKeyring {
    /// From now on, until it is unlocked.
    pub fn lock(&self, locked: bool) {
        self.2.store(locked, Ordering::Relaxed);
    }
}

impl Keyring for MemoryKeyring {
    fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, KeyringTrouble> {
        if !self.0 {
            return Err(KeyringTrouble::Missing("none in this test".into()));
        }
        if self.2.load(Ordering::Relaxed) {
            return Err(KeyringTrouble::Locked("locked in this test".into()));
        }
        Ok(self.1.lock().unwrap().clone().map(Zeroizing::new))
    }

    fn write(&self, bytes: &[u8]) -> Result<(), KeyringTrouble> {
        *self.1.lock().unwrap() = Some(bytes.to_vec());
        Ok(())
    }

    fn erase(&self) -> Result<(), KeyringTrouble> {
        *self.1.lock().unwrap() = None;
        Ok(())
    }
}

impl Desk {
    pub fn new() -> Self {
        Self::with(CREDENTIALS, true)
    }

    pub fn with(credentials: &str, keyring: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("credentials"), credentials).unwrap();
        Self {
            folder,
            aws: Arc::new(FakeAws::with_key("AKIAOLD", "canary-old")),
            keyring: Arc::new(MemoryKeyring(keyring, Mutex::default(), AtomicBool::default())),
        }
    }

    /// As a new agent has them: from what is on the disk.
    pub async fn keys(&self) -> Keys {
        self.keys_with(self.keyring.clone(), Arc::new(|| {})).await
    }

    /// The same where the keyring gives no key.
    pub async fn keys_without_vault(&self) -> Keys {
        let none = MemoryKeyring(false, Mutex::default(), AtomicBool::default());
        self.keys_with(Arc::new(none), Arc::new(|| {})).await
    }

    /// The same, where something happens while a new key is waited for.
    pub async fn keys_that_pause(&self, meanwhile: impl Fn() + Send + Sync + 'static) -> Keys {
        self.keys_with(self.keyring.clone(), Arc::new(meanwhile)).await
    }

    async fn keys_with(&self, keyring: Arc<MemoryKeyring>, meanwhile: Arc<dyn Fn() + Send + Sync>) -> Keys {
        let home = Home::at(&self.folder.path().join("home"));
        home.create().unwrap();
        let clock = Arc::new(SystemClock::new());
        let choices = Arc::new(Choices::load(SettingsFile::of(&home), clock.clone()).unwrap());
        let patience = Duration::from_secs(60);
        let vault = Vault::with_keyring(home.vault(), keyring, patience).await;
        let keys = Keys::new(Wiring {
            vault: Arc::new(OnceLock::from(vault)),
            catalogs: Arc::new(Catalogs::new(clock.clone(), choices)),
            sts: self.aws.clone(),
            iam: self.aws.clone(),
            rotations: Rotations::of(&home),
            clock,
            pause: Arc::new(move |_| {
                meanwhile();
                Box::pin(std::future::ready(()))
            }),
            hat: PathBuf::from("/usr/bin/hat"),
        });
        keys.learn().await;
        keys
    }

    pub fn caller(&self) -> CallerContext {
        let file = |name: &str| self.folder.path().join(name).display().to_string();
        let vars = [
            ("AWS_CONFIG_FILE".to_owned(), file("config")),
            ("AWS_SHARED_CREDENTIALS_FILE".to_owned(), file("credentials")),
        ];
        CallerContext::new(Client::Hat, self.folder.path().to_owned(), vars)
    }

    pub fn credentials(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("credentials")).unwrap()
    }

    pub fn config(&self, text: &str) {
        std::fs::write(self.folder.path().join("config"), text).unwrap();
    }

    pub fn rotations(&self) -> Rotations {
        Rotations::of(&Home::at(&self.folder.path().join("home")))
    }

    pub async fn rotate(&self, keys: &Keys) -> Result<Rotated, KeyFailure> {
        keys.rotate("troy", &self.caller(), &reaches(), (None, false), false, &|_| {})
            .await
    }

    /// Every file below the folder that holds `text`.
    pub fn files_with(&self, text: &str) -> Vec<String> {
        fn walk(folder: &std::path::Path, text: &str, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, text, found);
                } else if std::fs::read(&path)
                    .unwrap()
                    .windows(text.len())
                    .any(|part| part == text.as_bytes())
                {
                    found.push(path.file_name().unwrap().to_string_lossy().into_owned());
                }
            }
        }
        let mut found = Vec::new();
        walk(self.folder.path(), text, &mut found);
        found.sort();
        found
    }
}

pub fn reaches() -> Reaches {
    let reach = Reach {
        region: "eu-west-1".to_owned(),
        endpoint: None,
        ca_bundle: None,
        proxy: None,
        no_proxy: None,
    };
    Reaches {
        sts: reach.clone(),
        iam: reach,
    }
}
