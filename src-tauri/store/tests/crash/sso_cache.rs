//! A process killed while it refreshes a sign-in leaves the old one or the new one.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::time::Duration;

use hatrack_core::identity_center::{Portal, Registration, SignInToken};
use hatrack_core::secret::Secret;
use hatrack_store::sso_cache::{SsoCache, StoredToken};
use jiff::Timestamp;
use rustix::process::{Pid, Signal, kill_process};

use crate::{FOLDER, rounds, start};

fn portal() -> Portal {
    Portal {
        session: Some("my-sso".into()),
        start_url: "https://acme.awsapps.com/start".into(),
        region: "eu-west-1".into(),
        scopes: Vec::new(),
    }
}

/// The `n`th sign-in: every part of it says so.
fn sign_in(n: u64) -> StoredToken {
    let secret = |name: &str| Secret::new(format!("{name}-{n}-{}", "x".repeat(2000)));
    let end = Timestamp::from_second(i64::try_from(n).unwrap()).unwrap();
    StoredToken {
        token: SignInToken {
            access_token: secret("access"),
            expires_at: end,
            refresh_token: Some(secret("refresh")),
        },
        registration: Some(Registration {
            client_id: format!("client-{n}"),
            client_secret: secret("client"),
            expires_at: end,
        }),
    }
}

fn number(stored: &StoredToken) -> u64 {
    u64::try_from(stored.token.expires_at.as_second()).unwrap()
}

#[tokio::test]
#[ignore = "the process that is killed"]
async fn refreshes_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let cache = SsoCache::in_folder(folder.into());
    loop {
        let locked = cache.lock(&portal()).await.unwrap();
        let n = locked.read().unwrap().map_or(0, |stored| number(&stored)) + 1;
        locked.write(&sign_in(n)).unwrap();
        drop(locked);
        println!("done {n}");
        std::io::stdout().flush().unwrap();
    }
}

#[tokio::test]
async fn g71_no_half_token_whenever_a_refresh_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let cache = SsoCache::in_folder(folder.path().to_owned());
    let mut last = 0;
    for round in 0..rounds() {
        let mut child = start("sso_cache::refreshes_until_it_is_killed", folder.path());
        let mut done = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok)
            .filter_map(|line| line.rsplit_once("done ")?.1.parse::<u64>().ok());
        // Killed after a few writes, at a moment of chance within the next one.
        last = done.nth(round % 4).unwrap();
        if round % 2 == 0 {
            child.kill().unwrap();
        } else {
            kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
        }
        child.wait().unwrap();
        last = done.last().unwrap_or(last);

        let stored = cache.read(&portal()).unwrap().unwrap();
        let n = number(&stored);
        assert!(
            n >= last,
            "a sign-in that was acknowledged is lost: {n} after {last}"
        );
        assert_eq!(stored, sign_in(n));
        // The lock went with the process.
        let free = tokio::time::timeout(Duration::from_secs(10), cache.lock(&portal())).await;
        free.unwrap().unwrap();
    }
    assert!(last > 0);
    only_whole_files_and_the_lock(folder.path(), &cache);
}

/// What a killed process has left beside is overwritten, not gathered.
fn only_whole_files_and_the_lock(folder: &Path, cache: &SsoCache) {
    let names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(names.contains(&cache.path(&portal())));
    assert!(names.len() <= 3, "{names:?}");
}
