//! `hat doctor`: what it tries, what it reads, and what it prints.

use std::io::Write as _;
use std::process::Stdio;

use crate::stage::{Ran, Stage};

/// As AWS's CLI prints it.
const REFUSED: &str = "An error occurred (AccessDenied) when calling the AssumeRole operation: User: \
     arn:aws:iam::111122223333:user/data-analyst is not authorized to perform: sts:AssumeRole on resource: \
     arn:aws:iam::444455556666:role/ExampleBucketReader";

fn placements(diagnosis: &serde_json::Value) -> Vec<(String, String)> {
    let all = diagnosis["placements"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    all.iter()
        .map(|p| (text(&p["placement"]), text(&p["verdict"])))
        .collect()
}

#[test]
fn what_works_is_said_to_work_and_nothing_is_left_behind() {
    let stage = Stage::set();
    let story = stage.story("S1");
    let place = format!("s3://{}/{}", story.bucket, story.keys[0]);
    let diagnosis = stage.json(["doctor", &story.profile, &place, "--json"]);
    assert_eq!(diagnosis["kind"], "nothing_found", "{diagnosis}");
    assert_eq!(diagnosis["request"]["role"], story.role_arn.as_str());
    for (placement, verdict) in placements(&diagnosis) {
        assert!(
            ["present", "optional"].contains(&verdict.as_str()),
            "{placement}: {verdict}"
        );
    }
    // The session that was tried is nobody's.
    assert_eq!(stage.json(["sessions", "--json"]).as_array().unwrap().len(), 0);
}

#[test]
fn a_denied_switch_and_a_denied_read_end_with_how_to_look_into_them() {
    let stage = Stage::set();
    let story = stage.story("S1");
    let wrong = |call: &str| story.wrong.iter().find(|wrong| wrong.call == call).unwrap();
    let no_switch = wrong("AssumeRole");
    let ran = stage.run(["switch", &no_switch.profile]);
    let message = ran.failed(1);
    assert!(
        message.ends_with(&format!(
            "`hat doctor {}` says why, and what to add",
            no_switch.profile
        )),
        "{message}"
    );
    let no_list = wrong("ListObjectsV2");
    let place = format!("s3://{}", no_list.bucket);
    let ran = stage.run(["s3", "ls", &place, "--role", &no_list.profile]);
    let message = ran.failed(1);
    let hint = format!(
        "`hat doctor {} {place} --action s3:ListBucket` says why, and what to add",
        no_list.profile
    );
    assert!(message.ends_with(&hint), "{message}");
}

#[test]
fn a_pasted_message_is_read_from_a_file_or_standard_input_and_aws_is_not_asked_again() {
    let stage = Stage::set();
    let file = stage.folder().join("refused.txt");
    std::fs::write(&file, REFUSED).unwrap();
    let path = file.to_str().unwrap();
    let diagnosis = stage.json(["doctor", "--error", path, "--json"]);
    assert_eq!(diagnosis["request"]["action"], "sts:AssumeRole");
    assert_eq!(diagnosis["request"]["code"], "AccessDenied");
    assert_eq!(
        diagnosis["request"]["caller"],
        "arn:aws:iam::111122223333:user/data-analyst"
    );
    assert_eq!(stage.admin().calls("AssumeRole"), 0);

    let mut hat = stage.hat(["doctor", "--error", "-", "--json"]);
    let mut running = hat.stdin(Stdio::piped()).spawn().unwrap();
    running
        .stdin
        .take()
        .unwrap()
        .write_all(REFUSED.as_bytes())
        .unwrap();
    let read = Ran::of(running.wait_with_output().unwrap()).json();
    assert_eq!(read, diagnosis);
    std::fs::write(&file, " \n").unwrap();
    assert!(stage.run(["doctor", "--error", path]).failed(2).contains("empty"));
}

#[test]
fn people_read_the_request_the_placements_and_the_json() {
    let stage = Stage::set();
    let story = stage.story("S1");
    let wrong = story
        .wrong
        .iter()
        .find(|w| w.profile.ends_with("without-permissions"))
        .unwrap();
    let place = format!("s3://{}/{}", story.bucket, story.keys[0]);
    let ran = stage.run(["doctor", &wrong.profile, &place]);
    let told = ran.succeeded();
    for part in [
        "Who",
        "Role",
        "s3:GetObject",
        "AccessDenied",
        "s3:GetObject",
        "\"Effect\": \"Allow\"",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains('\u{1b}'));
}

#[test]
fn what_is_no_place_no_action_and_no_file_is_wrong_usage() {
    let stage = Stage::set();
    assert!(
        stage
            .run(["doctor", "data-reader", "nowhere"])
            .failed(2)
            .contains("s3://")
    );
    assert!(
        stage
            .run(["doctor", "data-reader", "--action", "read"])
            .failed(2)
            .contains("s3:GetObject")
    );
    assert!(
        stage
            .run(["doctor", "data-reader", "--trust", "/not/there"])
            .failed(2)
            .contains("/not/there")
    );
    assert!(
        stage
            .run(["doctor", "s3://bucket", "data-reader"])
            .failed(2)
            .contains("before the place")
    );
}

#[test]
fn a_role_that_wants_a_code_is_not_tried_without_one() {
    let stage = Stage::set();
    let story = stage.story("X2");
    stage.run(["doctor", &story.profile, "--json"]).failed(3);
    assert_eq!(stage.admin().calls("AssumeRole"), 0);
    let code = stage.mfa_code(story);
    let diagnosis = stage.json(["doctor", &story.profile, "--mfa-code", &code, "--json"]);
    let verdicts = placements(&diagnosis);
    for placement in ["assume_role", "trust"] {
        assert!(
            verdicts.contains(&(placement.to_owned(), "present".to_owned())),
            "{diagnosis}"
        );
    }
}

#[test]
fn without_arguments_it_is_about_the_last_denial() {
    let stage = Stage::set();
    assert!(stage.run(["doctor"]).failed(2).contains("hat roles"));
    let story = stage.story("S1");
    let wrong = story.wrong.iter().find(|w| w.call == "AssumeRole").unwrap();
    stage.run(["switch", &wrong.profile]).failed(1);
    let calls = stage.admin().calls("AssumeRole");
    let diagnosis = stage.json(["doctor", "--json"]);
    assert_eq!(diagnosis["request"]["action"], "sts:AssumeRole", "{diagnosis}");
    assert_eq!(diagnosis["request"]["code"], "AccessDenied", "{diagnosis}");
    assert!(diagnosis["request"]["request_id"].is_string(), "{diagnosis}");
    assert_eq!(stage.admin().calls("AssumeRole"), calls);
}
