//! A process killed while it writes a profile leaves the shared file whole: with the profile or without it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hatrack_core::shared_config::{Draft, FileKind, Put, SourceFile};
use hatrack_store::aws_files::{Location, NamedBy};
use hatrack_store::shared_file::SharedFile;
use rustix::process::{Pid, Signal, kill_process};

use crate::{FOLDER, ROUNDS, start};

const KEYS: [&str; 2] = ["region", "credential_process"];
const PUT: Put = Put {
    made_section: true,
    unended: false,
};

/// In `make test`; `make soak` sets more for all.
const USUAL: usize = 200;

fn file(folder: &Path) -> SharedFile {
    let path = folder.join("config");
    let name = Arc::from("~/.aws/config");
    let named_by = NamedBy::Default;
    SharedFile::at(&Location { path, name, named_by }, FileKind::Config)
}

/// What the person has: enough for a write to take a while.
fn theirs() -> String {
    let profile = |n: usize| format!("# mine\r\n[profile p{n}]\nregion = eu-west-1 ; {n}\n\n");
    (0..2000).map(profile).collect()
}

/// With the profile where it is without, and the other way round.
fn turned(source: &SourceFile) -> String {
    let mut draft = Draft::of(source).unwrap();
    if draft.has("own") {
        assert!(draft.take_back("own", &KEYS, PUT));
    } else {
        let lines = [
            "region = eu-west-1",
            "credential_process = hat credential-process -- a",
        ];
        draft.put("own", "profile own", &lines);
    }
    draft.text().to_string()
}

#[tokio::test]
#[ignore = "the process that is killed"]
async fn writes_profiles_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let file = file(Path::new(&folder));
    for n in 0_u64.. {
        let locked = file.lock().await.unwrap();
        let read = locked.read().unwrap();
        locked.write(&read, &turned(&read)).unwrap();
        drop(locked);
        println!("done {n}");
        std::io::stdout().flush().unwrap();
    }
}

#[tokio::test]
async fn g67_a_profile_is_there_or_not_whenever_its_writer_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    fs::write(&path, theirs()).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let without = theirs();
    let with = turned(&SourceFile::from_text(
        FileKind::Config,
        "config",
        without.clone(),
    ));
    let rounds = std::env::var(ROUNDS).ok().and_then(|n| n.parse().ok());
    let (mut seen_with, mut seen_without) = (0, 0);
    for round in 0..rounds.unwrap_or(USUAL) {
        let mut child = start("shared_files::writes_profiles_until_it_is_killed", folder.path());
        let mut done = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok)
            .filter(|line| line.contains("done "));
        // After a few writes, at a moment of chance within the next one.
        assert!(done.nth(round % 3).is_some());
        kill_process(Pid::from_child(&child), Signal::KILL).unwrap();
        child.wait().unwrap();

        let now = fs::read_to_string(&path).unwrap();
        assert!(
            now == with || now == without,
            "torn after {round} rounds: {} bytes",
            now.len()
        );
        match now == with {
            true => seen_with += 1,
            false => seen_without += 1,
        }
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    }
    assert!(
        seen_with > 0 && seen_without > 0,
        "{seen_with} with, {seen_without} without"
    );
    // The lock went with the last process.
    let locked = tokio::time::timeout(Duration::from_secs(10), file(folder.path()).lock()).await;
    locked.unwrap().unwrap();
}
