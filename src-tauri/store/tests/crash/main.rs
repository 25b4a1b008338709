//! A process killed at any moment loses nothing that it acknowledged and leaves no torn file.
//!
//! The test starts itself again as the process to kill.

#![allow(clippy::unwrap_used)]

#[cfg(unix)]
mod shared_files;
#[cfg(unix)]
mod sso_cache;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use hatrack_core::history::HistoryLog;
use hatrack_core::history_view::HistoryRow;
use hatrack_store::history::SqliteHistory;
use hatrack_store::home::Home;
use hatrack_store::settings::SettingsFile;
use hatrack_store::vault::{Keyring, KeyringTrouble, Vault};
use jiff::Timestamp;
use zeroize::Zeroizing;

/// Names the folder to the process that is to be killed.
const FOLDER: &str = "HATRACK_TEST_CRASH_FOLDER";
/// How many processes to kill; `make soak` sets more.
const ROUNDS: &str = "HATRACK_TEST_CRASH_ROUNDS";

fn rounds() -> usize {
    let said = std::env::var(ROUNDS).ok();
    said.and_then(|n| n.parse().ok()).unwrap_or(8)
}

/// Starts this test program as the process to kill.
fn start(test: &str, folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

struct OneKey;

impl Keyring for OneKey {
    fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, KeyringTrouble> {
        Ok(Some(Zeroizing::new(vec![7; 32])))
    }

    fn write(&self, _: &[u8]) -> Result<(), KeyringTrouble> {
        Ok(())
    }

    fn erase(&self) -> Result<(), KeyringTrouble> {
        Ok(())
    }
}

async fn open(folder: &Path) -> (SqliteHistory, Vault, SettingsFile) {
    let home = Home::at(folder);
    home.create().unwrap();
    let opened = SqliteHistory::open(&home.history(), Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
    assert_eq!(opened.set_aside, None);
    let vault = Vault::with_keyring(home.vault(), Arc::new(OneKey), Duration::from_secs(5)).await;
    (opened.history, vault, SettingsFile::of(&home))
}

fn row(n: u64) -> HistoryRow {
    let at = Timestamp::from_microsecond(i64::try_from(n).unwrap()).unwrap();
    let row = serde_json::json!({
        "id": 0, "at": at, "event": "switch", "outcome": "ok", "client": "hat", "request_id": format!("{n:032x}"),
    });
    serde_json::from_value(row).unwrap()
}

#[tokio::test]
#[ignore = "the process that is killed"]
async fn writes_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let (history, vault, settings) = open(Path::new(&folder)).await;
    for n in history.count().await.unwrap().. {
        history.append(row(n)).await.unwrap();
        vault
            .put("blob", &vec![b'a' + u8::try_from(n % 26).unwrap(); 20_000])
            .await
            .unwrap();
        let change = |s: &mut hatrack_store::settings::Settings| {
            s.favourites.insert(format!("{n}"));
        };
        settings.update(Timestamp::UNIX_EPOCH, change).unwrap();
        println!("done {n}");
        std::io::stdout().flush().unwrap();
    }
}

#[tokio::test]
async fn g67_nothing_acknowledged_is_lost_and_nothing_is_torn() {
    let folder = tempfile::tempdir().unwrap();
    let mut last = 0;
    for round in 0..rounds() {
        let mut child = start("writes_until_it_is_killed", folder.path());
        let mut done = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok)
            .filter_map(|line| line.rsplit_once("done ")?.1.parse::<u64>().ok());
        // Killed after a few writes, at a moment of chance within the next one.
        last = done.nth(round % 4).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        last = done.last().unwrap_or(last);

        let (history, vault, settings) = open(folder.path()).await;
        assert!(
            history.count().await.unwrap() > last,
            "a row that was acknowledged is lost"
        );
        history.close().await;
        let blob = vault.get("blob").await.unwrap().unwrap();
        assert!(blob.len() == 20_000 && blob.iter().all(|byte| *byte == blob[0]));
        let loaded = settings.load(Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(loaded.set_aside, None);
        assert!(loaded.settings.favourites.contains(&last.to_string()));
    }
    assert!(last > 0);
}
