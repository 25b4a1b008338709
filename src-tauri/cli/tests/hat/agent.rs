//! `hat agent`.

use std::collections::BTreeSet;
use std::process::Child;

use crate::stage::{Ran, Stage};

#[test]
fn it_is_started_on_demand_and_once() {
    let stage = Stage::set();
    assert!(stage.run(["agent", "--status"]).failed(1).contains("not running"));
    let starters: Vec<Child> = (0..12)
        .map(|_| stage.hat(["agent", "--json"]).spawn().unwrap())
        .collect();
    let pids: BTreeSet<u64> = starters
        .into_iter()
        .map(|starter| {
            Ran::of(starter.wait_with_output().unwrap()).json()["pid"]
                .as_u64()
                .unwrap()
        })
        .collect();
    assert_eq!(pids.len(), 1);
    let status = stage.agent_status();
    assert_eq!(status["pid"].as_u64(), pids.first().copied());
    assert_eq!(status["keyring"], "memory_only");
}

#[test]
fn stopping_it_waits_until_it_has_gone() {
    let stage = Stage::set();
    stage.run(["sessions"]).succeeded();
    stage.run(["agent", "--stop"]).succeeded();
    stage.run(["agent", "--status"]).failed(1);
    // There is nothing to do for the second.
    stage.run(["agent", "--stop"]).succeeded();
}

#[test]
fn a_second_one_in_the_foreground_leaves_the_first_alone() {
    let stage = Stage::set();
    stage.run(["agent"]).succeeded();
    let first = stage.agent_status()["pid"].clone();
    let second = stage.hat(["agent", "--foreground"]).output().unwrap();
    assert!(second.stdout.is_empty());
    assert_eq!(stage.agent_status()["pid"], first);
}
