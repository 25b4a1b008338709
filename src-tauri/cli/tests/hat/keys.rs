//! `hat keys`, and an agent that is killed while it rotates one.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use hatrack_sandbox::{Effect, On};

use crate::stage::{Ran, Stage, eventually};

fn user(stage: &Stage) -> String {
    let row = key(stage, "troy");
    format!("arn:aws:iam::{}:user/troy", row["account_id"].as_str().unwrap())
}

fn key(stage: &Stage, profile: &str) -> serde_json::Value {
    let all = stage.json(["keys", "list", "--json"]);
    let all = all.as_array().unwrap();
    all.iter().find(|key| key["profile"] == profile).unwrap().clone()
}

/// The key of the profile as the file has it: ID and secret.
fn in_file(stage: &Stage, profile: &str) -> (String, String) {
    let file = fs::read_to_string(stage.credentials_file()).unwrap();
    let section = file.split(&format!("[{profile}]\n")).nth(1).unwrap();
    let value = |name: &str| {
        let line = section.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().trim_start_matches([' ', '=']).to_owned()
    };
    (value("aws_access_key_id"), value("aws_secret_access_key"))
}

#[test]
fn keys_are_listed_with_their_age_and_old_ones_warned_of() {
    let stage = Stage::set();
    let ran = stage.run(["keys", "list"]);
    ran.succeeded();
    assert!(ran.err.contains("\"troy\" is older than 90 days"), "{}", ran.err);
    assert!(ran.err.contains("iam:ListAccessKeys"), "{}", ran.err);
    let troy = key(&stage, "troy");
    let (id, _) = in_file(&stage, "troy");
    assert_eq!(troy["id_ends"].as_str().unwrap(), &id[id.len() - 4..]);
    assert_eq!(troy["standing"], "file");
    let offline = stage.run(["keys", "list", "--offline"]);
    assert!(offline.succeeded().contains("not known"));
}

#[test]
fn without_a_keyring_nothing_is_taken_in_and_the_file_stays() {
    let stage = Stage::set();
    let before = fs::read(stage.credentials_file()).unwrap();
    let message = stage
        .run(["keys", "import", "troy", "--yes"])
        .failed(1)
        .to_owned();
    assert!(message.contains("keyring"), "{message}");
    assert_eq!(fs::read(stage.credentials_file()).unwrap(), before);
    let mut hat = stage.hat(["keys", "add", "typed", "--no-check"]);
    let mut child = hat.stdin(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"AKIAIOSFODNN7EXAMPLE\ncanary-typed\n").unwrap();
    drop(input);
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert!(!ran.failed(1).contains("canary"));
    stage.run(["keys", "restore", "troy"]).failed(2);
    stage.run(["keys", "remove", "troy", "--yes"]).failed(2);
    stage.run(["keys", "add", "typed"]).failed(3);
}

#[test]
fn a_key_in_a_file_is_rotated_there() {
    let stage = Stage::set();
    let before = fs::read_to_string(stage.credentials_file()).unwrap();
    let (old_id, old_secret) = in_file(&stage, "troy");
    let user = user(&stage);
    stage.admin().set_new_keys_unknown_for(1);
    let ran = stage.run(["keys", "rotate", "troy"]);
    ran.succeeded();
    let (id, secret) = in_file(&stage, "troy");
    assert_eq!(stage.admin().access_keys(&user), [(id.clone(), true)]);
    let expected = before.replace(&old_id, &id).replace(&old_secret, &secret);
    assert_eq!(fs::read_to_string(stage.credentials_file()).unwrap(), expected);
    stage.run(["switch", "stuzio"]).succeeded();
    assert!(
        !ran.err.contains(&secret) && !ran.err.contains(&id),
        "{}",
        ran.err
    );
}

/// The agent is killed while the call is under way; `hat` goes with it.
fn killed_during(stage: &Stage, operation: &str) {
    stage
        .admin()
        .inject(On::Operation(operation.to_owned()), 1, Effect::Silence);
    stage.run(["sessions"]).succeeded();
    let pid = stage.agent_status()["pid"].as_u64().unwrap();
    let mut rotating = stage.hat(["keys", "rotate", "troy"]).spawn().unwrap();
    eventually("the call has arrived", || {
        (stage.admin().faults_left() == 0).then_some(())
    });
    let killed = Command::new("kill").args(["-9", &pid.to_string()]).status();
    assert!(killed.unwrap().success());
    rotating.wait().unwrap();
}

#[test]
fn an_agent_killed_while_it_rotates_locks_nobody_out_and_the_next_one_finishes() {
    for operation in [
        "GetCallerIdentity",
        "ListAccessKeys",
        "CreateAccessKey",
        "UpdateAccessKey",
        "DeleteAccessKey",
    ] {
        let stage = Stage::set();
        let user = user(&stage);
        killed_during(&stage, operation);
        let (id, _) = in_file(&stage, "troy");
        let works = stage.admin().access_keys(&user);
        assert!(works.contains(&(id, true)), "{operation}: {works:?}");
        stage.run(["switch", "stuzio"]).succeeded();

        stage.run(["keys", "rotate", "troy"]).succeeded();
        let (id, _) = in_file(&stage, "troy");
        assert_eq!(stage.admin().access_keys(&user), [(id, true)], "{operation}");
        let text = fs::read_to_string(stage.credentials_file()).unwrap();
        assert!(!text.contains("hatrack-rotation"), "{operation}");
        stage.run(["end", "--all"]).succeeded();
        stage.run(["switch", "stuzio"]).succeeded();
    }
}

#[test]
fn a_rotation_that_was_cut_off_is_given_up_and_what_is_left_is_named() {
    let stage = Stage::set();
    let nothing = stage.run(["keys", "rotate", "troy", "--give-up"]);
    assert!(nothing.failed(2).contains("was begun"), "{}", nothing.err);
    let user = user(&stage);
    let (old, _) = in_file(&stage, "troy");
    killed_during(&stage, "UpdateAccessKey");
    let ran = stage.run(["keys", "rotate", "troy", "--give-up"]);
    ran.succeeded();
    let (id, _) = in_file(&stage, "troy");
    let ends = |id: &str| format!("…{}", &id[id.len() - 4..]);
    assert!(
        ran.err.contains(&format!("{} is in use", ends(&id)))
            && ran.err.contains(&format!("{} is left", ends(&old))),
        "{}",
        ran.err
    );
    assert_eq!(stage.admin().access_keys(&user).len(), 2);
    assert_eq!(key(&stage, "troy")["unfinished"], false);
    stage.run(["switch", "stuzio"]).succeeded();
    // The person's to delete: the next rotation says so.
    let again = stage.run(["keys", "rotate", "troy"]);
    assert!(again.failed(2).contains("two access keys"), "{}", again.err);
}
