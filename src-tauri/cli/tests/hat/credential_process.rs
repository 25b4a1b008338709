//! `hat credential-process`.

use std::collections::BTreeSet;
use std::fs;
use std::process::Child;
use std::time::{Duration, Instant};

use hatrack_agent::client::{Agent, Events};
use hatrack_agent::protocol::Event;
use hatrack_core::caller::{CallerContext, Client};
use hatrack_core::view::NeedView;
use hatrack_store::home::Home;
use jiff::{Timestamp, ToSpan};
use tokio::runtime::Runtime;

use crate::stage::{Ran, Stage};

/// What a window does for a program that waits: it hears what is asked.
struct Window {
    runtime: Runtime,
    events: Events,
}

impl Window {
    fn open(stage: &Stage) -> Self {
        stage.run(["agent"]).succeeded();
        let runtime = Runtime::new().unwrap();
        let caller = CallerContext::new(Client::Window, "/".into(), []);
        let events = runtime.block_on(async {
            let agent = Agent::connect(&Home::at(stage.home()), caller).await.unwrap();
            agent.subscribe().await.unwrap()
        });
        Self { runtime, events }
    }

    /// The next question: for which role, what is needed, and for how many seconds.
    fn asked(&mut self) -> (String, NeedView, u32) {
        let asked = async {
            loop {
                let event = self.events.next().await.unwrap();
                if let Event::Asked {
                    role_key,
                    need,
                    waits,
                } = event
                {
                    return (role_key, need, waits);
                }
            }
        };
        let within = async { tokio::time::timeout(Duration::from_secs(60), asked).await };
        self.runtime.block_on(within).unwrap()
    }
}

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
        max_life: Some(Duration::from_secs(2)),
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
fn with_a_window_it_waits_for_the_person() {
    let stage = Stage::set();
    let mut window = Window::open(&stage);
    let story = stage.story("X2");
    let waiting = stage.hat(["credential-process", &story.profile]).spawn().unwrap();
    let (role, need, waits) = window.asked();
    assert_eq!((role.as_str(), waits), (story.profile.as_str(), 50));
    assert!(matches!(need, NeedView::MfaCode { .. }), "{need:?}");

    let code = stage.mfa_code(story);
    let session = stage.json(["switch", &story.profile, "--mfa-code", &code, "--json"]);
    let printed = Ran::of(waiting.wait_with_output().unwrap()).json();
    assert_eq!(printed["AccessKeyId"], session["access_key_id"]);
    assert_eq!(stage.admin().calls("AssumeRole"), 1);
}

#[test]
fn it_waits_no_longer_than_it_may_and_says_so_in_one_sentence() {
    let stage = Stage::set();
    let mut window = Window::open(&stage);
    let profile = &stage.story("X2").profile;
    let since = Instant::now();
    let ran = stage.run(["credential-process", profile, "--wait", "1"]);
    assert!(
        !ran.failed(3).contains('\n') && since.elapsed() >= Duration::from_secs(1),
        "{ran:?}"
    );
    assert_eq!(window.asked().2, 1);
    // Go's SDK ends the process after 60 s; what is waited for must end before.
    stage
        .run(["credential-process", profile, "--wait", "51"])
        .failed(2);
}

#[test]
fn a_sign_in_is_waited_for_too_and_another_session_does_not_end_that() {
    let stage = Stage::set();
    let mut window = Window::open(&stage);
    let story = stage.manifest().sign_in.clone();
    let since = Instant::now();
    let mut waiting = stage
        .hat(["credential-process", &story.profile, "--wait", "3"])
        .spawn()
        .unwrap();
    let (role, need, _) = window.asked();
    assert_eq!(role, story.profile);
    assert!(matches!(need, NeedView::SignIn { .. }), "{need:?}");
    stage.run(["switch", "stuzio"]).succeeded();
    let code = waiting.wait().unwrap().code();
    assert!(
        code == Some(3) && since.elapsed() >= Duration::from_secs(3),
        "{code:?} after {:?}",
        since.elapsed()
    );
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
