//! `hat credential-process`.

use std::collections::BTreeSet;
use std::fs;
use std::process::Child;

use jiff::{Timestamp, ToSpan};

use crate::stage::{Ran, Stage};

#[test]
fn it_prints_version_1_of_the_protocol() {
    let stage = Stage::set();
    let json = stage.json(["credential-process", "stuzio"]);
    let names: BTreeSet<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    let wanted = [
        "AccessKeyId",
        "AccountId",
        "Expiration",
        "SecretAccessKey",
        "SessionToken",
        "Version",
    ];
    assert_eq!(names, BTreeSet::from(wanted));
    assert_eq!(
        (&json["Version"], &json["AccountId"]),
        (&1.into(), &"081278057606".into())
    );
    let expiration: Timestamp = json["Expiration"].as_str().unwrap().parse().unwrap();
    assert!(expiration > Timestamp::now() + 50.minutes());
}

#[test]
fn g5_many_callers_make_one_call_to_sts() {
    let stage = Stage::set();
    let callers: Vec<Child> = (0..200)
        .map(|_| stage.hat(["credential-process", "stuzio"]).spawn().unwrap())
        .collect();
    let keys: BTreeSet<String> = callers
        .into_iter()
        .map(|caller| Ran::of(caller.wait_with_output().unwrap()).json()["AccessKeyId"].to_string())
        .collect();
    assert_eq!((keys.len(), stage.admin().calls("AssumeRole")), (1, 1));
}

#[test]
fn an_expired_session_is_replaced_before_the_sdk_notices() {
    let stage = Stage::with(hatrack_sandbox::Options {
        max_life: Some(std::time::Duration::from_secs(2)),
        ..Default::default()
    });
    let first = stage.json(["credential-process", "stuzio"]);
    crate::stage::eventually("a fresh session", || {
        (stage.json(["credential-process", "stuzio"])["AccessKeyId"] != first["AccessKeyId"]).then_some(())
    });
}

#[test]
fn parts_of_names_are_for_people() {
    let stage = Stage::set();
    stage
        .run(["credential-process", "StuzioAcmeConsultant"])
        .failed(2);
    stage
        .run([
            "credential-process",
            "arn:aws:iam::666677778888:role/LedgerReaderDirect",
        ])
        .succeeded();
    stage
        .run(["credential-process", "666677778888/LedgerReaderDirect"])
        .succeeded();
}

#[test]
fn it_never_asks_a_person_at_the_terminal() {
    let stage = Stage::set();
    let ran = stage.run(["credential-process", &stage.story("X2").profile]);
    assert!(!ran.failed(3).contains('\n'));
}

#[test]
fn a_profile_whose_command_is_hat_never_loops() {
    let stage = Stage::set();
    let ran = stage
        .hat(["credential-process", "stuzio"])
        .env("HATRACK_DEPTH", "1")
        .output()
        .unwrap();
    assert!(!Ran::of(ran).failed(1).contains('\n'));

    let mut config = fs::read_to_string(stage.config_file()).unwrap();
    config += "\n[profile alias]\ncredential_process = /usr/bin/hat credential-process stuzio\n";
    config += "\n[profile itself]\ncredential_process = /usr/bin/hat credential-process itself\n";
    fs::write(stage.config_file(), config).unwrap();
    assert_eq!(
        stage.json(["credential-process", "alias"])["AccountId"],
        "081278057606"
    );
    let ran = stage.run(["credential-process", "itself"]);
    assert!(matches!(ran.code, Some(1 | 2)) && ran.out.is_empty(), "{ran:?}");
}

#[test]
fn e60_with_nobody_to_answer_it_is_one_sentence_and_nothing_printed() {
    // No AWS.
    let mut stage = Stage::set();
    stage.run(["agent"]).succeeded();
    let endpoint_gone = stage.hat(["credential-process", "stuzio"]);
    let (mut hat, mut stop) = (endpoint_gone, stage.hat(["agent", "--stop"]));
    stage.stop_sandbox();
    assert!(!Ran::of(hat.output().unwrap()).failed(1).contains('\n'));
    assert_eq!(stop.output().unwrap().status.code(), Some(0));
}

#[test]
fn e59_a_socket_that_is_a_link_is_refused() {
    let stage = Stage::set();
    let home = stage.folder().join("h");
    let run = home.join("run");
    fs::create_dir_all(&run).unwrap();
    std::os::unix::fs::symlink("/dev/null", run.join("agent.sock")).unwrap();
    let ran = stage
        .hat(["credential-process", "stuzio"])
        .env("HATRACK_HOME", &home)
        .output()
        .unwrap();
    assert!(!Ran::of(ran).failed(1).contains('\n'));
}

#[test]
fn a_home_that_cannot_be_used_is_one_sentence() {
    let stage = Stage::set();
    let file = stage.folder().join("a-file");
    fs::write(&file, "").unwrap();
    let ran = stage
        .hat(["credential-process", "stuzio"])
        .env("HATRACK_HOME", file.join("below"))
        .output()
        .unwrap();
    assert!(!Ran::of(ran).failed(1).contains('\n'));
}
