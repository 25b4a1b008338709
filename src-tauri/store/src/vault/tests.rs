use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use hatrack_core::expiry::{BootTime, Expiry};
use hatrack_core::secret::{Credentials, Secret};
use hatrack_core::session::{Origin, Session, SessionId, SessionKey, SwitchOptions};
use jiff::Timestamp;

use super::*;

/// A keyring that can be missing, locked, and made to hang.
#[derive(Default)]
struct FakeKeyring {
    entry: Mutex<Option<Vec<u8>>>,
    missing: AtomicBool,
    locked: AtomicBool,
}

impl FakeKeyring {
    fn gate(&self) -> Result<(), KeyringTrouble> {
        if self.missing.load(Ordering::Relaxed) {
            return Err(KeyringTrouble::Missing("no keyring".into()));
        }
        if self.locked.load(Ordering::Relaxed) {
            return Err(KeyringTrouble::Locked("locked".into()));
        }
        Ok(())
    }
}

impl Keyring for FakeKeyring {
    fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, KeyringTrouble> {
        self.gate()?;
        Ok(self.entry.lock().unwrap().clone().map(Zeroizing::new))
    }

    fn write(&self, bytes: &[u8]) -> Result<(), KeyringTrouble> {
        self.gate()?;
        *self.entry.lock().unwrap() = Some(bytes.to_vec());
        Ok(())
    }

    fn erase(&self) -> Result<(), KeyringTrouble> {
        self.gate()?;
        *self.entry.lock().unwrap() = None;
        Ok(())
    }
}

/// Shows a dialog and waits for the person, who unlocks it by a message and dismisses it by going away.
struct AskingKeyring {
    person: Mutex<std::sync::mpsc::Receiver<()>>,
    dialogs: AtomicU32,
}

impl AskingKeyring {
    fn new() -> (std::sync::mpsc::Sender<()>, Arc<Self>) {
        let (person, waiting) = std::sync::mpsc::channel();
        let keyring = Self {
            person: Mutex::new(waiting),
            dialogs: AtomicU32::new(0),
        };
        (person, Arc::new(keyring))
    }
}

impl Keyring for AskingKeyring {
    fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, KeyringTrouble> {
        self.dialogs.fetch_add(1, Ordering::Relaxed);
        match self.person.lock().unwrap().recv() {
            Ok(()) => Ok(None),
            Err(_) => Err(KeyringTrouble::Locked("dismissed".into())),
        }
    }

    fn write(&self, _: &[u8]) -> Result<(), KeyringTrouble> {
        Ok(())
    }

    fn erase(&self) -> Result<(), KeyringTrouble> {
        Ok(())
    }
}

async fn vault(folder: &tempfile::TempDir, keyring: &Arc<FakeKeyring>) -> Vault {
    let keyring: Arc<dyn Keyring> = keyring.clone();
    Vault::with_keyring(folder.path().join("vault"), keyring, Duration::from_secs(5)).await
}

/// Every byte of every file below `folder`.
fn on_disk(folder: &tempfile::TempDir) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.path().to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.clone(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

fn holds(folder: &tempfile::TempDir, needle: &str) -> bool {
    on_disk(folder).values().any(|bytes| {
        bytes
            .windows(needle.len())
            .any(|window| window == needle.as_bytes())
    })
}

fn session(id: &str, token_chars: usize) -> Session {
    let at = Timestamp::from_second(1_790_003_600).unwrap();
    Session {
        id: SessionId(id.into()),
        key: SessionKey {
            base: "AKIAIOSFODNN7EXAMPLE".into(),
            endpoint: None,
            hops: Vec::new(),
            user_mfa: None,
        },
        credentials: Credentials {
            access_key_id: "ASIAIOSFODNN7EXAMPLE".into(),
            secret_access_key: Secret::new("canary-secret-canary-secret-canary-secre"),
            session_token: Some(Secret::new("canary".repeat(token_chars / 6))),
            expires_at: Some(at),
        },
        expiry: Expiry {
            at,
            deadline: BootTime(Duration::from_secs(7200)),
            life: Duration::from_secs(3600),
        },
        issued_at: Timestamp::from_second(1_790_000_000).unwrap(),
        account: Some("081278057606".parse().unwrap()),
        assumed_role_arn: Some("arn:aws:sts::081278057606:assumed-role/StuzioAcmeConsultantRole/troy".into()),
        user_id: Some("AROAEXAMPLE:troy".into()),
        region: "eu-west-1".into(),
        origin: Origin {
            role_key: Some("stuzio".into()),
            profile: Some("stuzio".into()),
            role_name: None,
            source: "troy, IAM user keys".into(),
            chained: false,
            options: SwitchOptions::default(),
        },
        listed: true,
    }
}

#[tokio::test]
async fn what_is_put_is_got_by_the_next_agent_too() {
    let (folder, keyring) = (tempfile::tempdir().unwrap(), Arc::default());
    let first = vault(&folder, &keyring).await;
    assert_eq!(first.status(), VaultStatus::Sealed);
    assert_eq!(first.put("a", b"canary one").await.unwrap(), Kept::Sealed);
    assert_eq!(first.put("a", b"canary two").await.unwrap(), Kept::Sealed);
    first.put("b", b"").await.unwrap();
    assert!(!holds(&folder, "canary"));
    let second = vault(&folder, &keyring).await;
    assert_eq!(second.list().await.unwrap(), ["a", "b"]);
    assert_eq!(second.get("a").await.unwrap().unwrap().as_slice(), b"canary two");
    assert_eq!(second.get("nothing").await.unwrap(), None);
    second.delete("a").await.unwrap();
    second.delete("a").await.unwrap();
    assert_eq!(second.list().await.unwrap(), ["b"]);
}

#[tokio::test]
async fn b24_a_session_with_a_long_token_comes_back_whole() {
    let (folder, keyring) = (tempfile::tempdir().unwrap(), Arc::default());
    let long = session("abcdefgh", 4096);
    sessions::put(&vault(&folder, &keyring).await, &long, "boot-1")
        .await
        .unwrap();
    assert!(!holds(&folder, "canary") && !holds(&folder, "ASIAIOSFODNN7EXAMPLE"));
    let again = vault(&folder, &keyring).await;
    let restored = sessions::all(&again).await.unwrap();
    assert_eq!(restored.len(), 1);
    assert_eq!(
        (&restored[0].session, restored[0].boot_id.as_str()),
        (&long, "boot-1")
    );
    sessions::forget(&again, &long.id).await.unwrap();
    assert!(sessions::all(&again).await.unwrap().is_empty());
}

#[tokio::test]
async fn without_a_keyring_nothing_is_written() {
    let (folder, keyring) = (tempfile::tempdir().unwrap(), Arc::<FakeKeyring>::default());
    keyring.missing.store(true, Ordering::Relaxed);
    let vault = vault(&folder, &keyring).await;
    assert!(matches!(vault.status(), VaultStatus::MemoryOnly { .. }));
    let kept = sessions::put(&vault, &session("abcdefgh", 600), "boot-1")
        .await
        .unwrap();
    assert_eq!(kept, Kept::InMemoryOnly);
    assert!(on_disk(&folder).is_empty());
    assert!(sessions::all(&vault).await.unwrap().is_empty());
}

#[tokio::test]
async fn i82_a_locked_keyring_pauses_and_goes_on_when_it_is_unlocked() {
    let (folder, keyring) = (tempfile::tempdir().unwrap(), Arc::<FakeKeyring>::default());
    vault(&folder, &keyring)
        .await
        .put("before", b"canary")
        .await
        .unwrap();
    keyring.locked.store(true, Ordering::Relaxed);
    let vault = vault(&folder, &keyring).await;
    assert!(matches!(vault.status(), VaultStatus::Locked { .. }));
    assert_eq!(vault.put("during", b"canary").await.unwrap(), Kept::InMemoryOnly);
    assert_eq!(vault.get("before").await.unwrap(), None);
    assert_eq!(vault.list().await.unwrap(), ["before"]);
    assert!(!holds(&folder, "canary"));
    keyring.locked.store(false, Ordering::Relaxed);
    assert_eq!(vault.try_again().await, VaultStatus::Sealed);
    assert_eq!(vault.get("before").await.unwrap().unwrap().as_slice(), b"canary");
    assert_eq!(vault.put("during", b"canary").await.unwrap(), Kept::Sealed);
}

#[tokio::test]
async fn i82_a_keyring_that_waits_for_a_person_does_not_hold_the_agent_up() {
    let folder = tempfile::tempdir().unwrap();
    let (person, keyring) = AskingKeyring::new();
    let vault = Vault::with_keyring(folder.path().join("vault"), keyring, Duration::from_millis(20)).await;
    assert!(matches!(vault.status(), VaultStatus::Locked { .. }));
    drop(person);
}

#[tokio::test]
async fn i82_a_dialog_that_is_still_open_is_waited_for_and_not_shown_again() {
    let folder = tempfile::tempdir().unwrap();
    let (person, keyring) = AskingKeyring::new();
    let asked: Arc<dyn Keyring> = keyring.clone();
    let vault = Vault::with_keyring(folder.path().join("vault"), asked, Duration::from_millis(20)).await;
    assert!(matches!(vault.try_again().await, VaultStatus::Locked { .. }));
    person.send(()).unwrap();
    let since = std::time::Instant::now();
    while vault.try_again().await != VaultStatus::Sealed {
        assert!(since.elapsed() < Duration::from_secs(20));
    }
    assert_eq!(keyring.dialogs.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_blob_that_does_not_open_is_set_aside_and_stops_nothing() {
    let (folder, keyring) = (tempfile::tempdir().unwrap(), Arc::default());
    let vault = vault(&folder, &keyring).await;
    for id in ["good", "bent", "cut", "moved"] {
        sessions::put(&vault, &session(id, 600), "boot-1").await.unwrap();
    }
    let blob = |id: &str| folder.path().join(format!("vault/session-{id}.sealed"));
    let mut bent = fs::read(blob("bent")).unwrap();
    let last = bent.len() - 1;
    bent[last] ^= 1;
    fs::write(blob("bent"), bent).unwrap();
    fs::write(blob("cut"), b"hatr").unwrap();
    // A blob under another's name is a blob that was swapped.
    fs::copy(blob("good"), blob("moved")).unwrap();
    vault
        .put("session-foreign", b"{\"not\": \"a session\"}")
        .await
        .unwrap();
    let found: Vec<_> = sessions::all(&vault)
        .await
        .unwrap()
        .into_iter()
        .map(|r| r.session.id.0)
        .collect();
    assert_eq!(found, ["good"]);
    assert_eq!(vault.list().await.unwrap(), ["session-good"]);
    let aside = on_disk(&folder)
        .keys()
        .filter(|path| path.to_string_lossy().ends_with(".unreadable"))
        .count();
    assert_eq!(aside, 4);
}

#[tokio::test]
async fn what_is_no_blob_of_ours_or_cannot_be_read_stops_nothing() {
    let (folder, keyring) = (tempfile::tempdir().unwrap(), Arc::default());
    let vault = vault(&folder, &keyring).await;
    sessions::put(&vault, &session("good", 600), "boot-1")
        .await
        .unwrap();
    fs::write(folder.path().join("vault/session-good (copy).sealed"), b"x").unwrap();
    fs::create_dir(folder.path().join("vault/session-folder.sealed")).unwrap();
    let found = sessions::all(&vault).await.unwrap();
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn a_lost_key_makes_old_blobs_unreadable_and_new_ones_fine() {
    let (folder, keyring) = (tempfile::tempdir().unwrap(), Arc::<FakeKeyring>::default());
    vault(&folder, &keyring).await.put("old", b"x").await.unwrap();
    keyring.erase().unwrap();
    let vault = vault(&folder, &keyring).await;
    assert_eq!(vault.get("old").await.unwrap(), None);
    vault.put("new", b"y").await.unwrap();
    assert_eq!(vault.get("new").await.unwrap().unwrap().as_slice(), b"y");
}

fn access_key() -> keys::StoredKey {
    keys::StoredKey {
        profile: "troy".into(),
        key: keys::LongTerm {
            id: "AKIAIOSFODNN7EXAMPLE".into(),
            secret: Secret::new("canary"),
        },
        next: None,
        before: None,
        of_file: None,
        account: None,
        user_arn: None,
        added_at: Timestamp::UNIX_EPOCH,
    }
}

#[tokio::test]
async fn an_access_key_survives_a_keyring_whose_entry_is_gone_for_a_while() {
    let (folder, keyring) = (tempfile::tempdir().unwrap(), Arc::<FakeKeyring>::default());
    keys::put(&vault(&folder, &keyring).await, &access_key())
        .await
        .unwrap();
    let entry = keyring.entry.lock().unwrap().take();
    let before = on_disk(&folder);
    let without = vault(&folder, &keyring).await;
    let VaultStatus::Locked { why } = without.status() else {
        panic!("a second sealing key was made");
    };
    assert!(why.contains("put that entry back"), "{why}");
    assert_eq!(keys::get(&without, "troy").await.unwrap(), None);
    assert!(keys::is_there(&without, "troy").await.unwrap());
    assert_eq!(
        (on_disk(&folder), &*keyring.entry.lock().unwrap()),
        (before, &None)
    );

    *keyring.entry.lock().unwrap() = entry;
    assert_eq!(without.try_again().await, VaultStatus::Sealed);
    assert_eq!(keys::get(&without, "troy").await.unwrap(), Some(access_key()));
}

#[tokio::test]
async fn an_access_key_that_does_not_open_is_left_where_it_is() {
    let (folder, keyring) = (tempfile::tempdir().unwrap(), Arc::<FakeKeyring>::default());
    let open = vault(&folder, &keyring).await;
    keys::put(&open, &access_key()).await.unwrap();
    let name = open.list().await.unwrap().remove(0);
    // Of a newer version, and sealed by another key.
    open.put(&name, b"{\"version\": 9}").await.unwrap();
    let newer = on_disk(&folder);
    let failed = keys::get(&open, "troy").await.unwrap_err();
    assert!(matches!(failed, VaultFailure::Unreadable { .. }), "{failed}");
    keyring.write(&[7; 32]).unwrap();
    let other = vault(&folder, &keyring).await;
    let failed = keys::get(&other, "troy").await.unwrap_err();
    assert!(matches!(failed, VaultFailure::Unreadable { .. }), "{failed}");
    assert!(keys::all(&other).await.unwrap().is_empty());
    assert_eq!(on_disk(&folder), newer);
}

#[tokio::test]
async fn an_entry_that_is_no_key_is_left_alone() {
    let (folder, keyring) = (tempfile::tempdir().unwrap(), Arc::<FakeKeyring>::default());
    keyring.write(b"somebody else's").unwrap();
    let vault = vault(&folder, &keyring).await;
    assert!(matches!(vault.status(), VaultStatus::MemoryOnly { .. }));
    assert_eq!(
        keyring.entry.lock().unwrap().as_deref(),
        Some(&b"somebody else's"[..])
    );
}

#[tokio::test]
async fn names_that_are_paths_are_refused() {
    let (folder, keyring) = (tempfile::tempdir().unwrap(), Arc::default());
    let vault = vault(&folder, &keyring).await;
    for name in ["", "../x", "a/b", "a.b", "a b", "\u{e4}"] {
        assert!(
            matches!(vault.put(name, b"x").await, Err(VaultFailure::Name(_))),
            "{name}"
        );
    }
}

#[cfg(unix)]
#[tokio::test]
async fn blobs_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, keyring) = (tempfile::tempdir().unwrap(), Arc::default());
    vault(&folder, &keyring).await.put("a", b"x").await.unwrap();
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder.path().join("vault")), 0o700);
    assert_eq!(mode(folder.path().join("vault/a.sealed")), 0o600);
}
