//! Every story of the sandbox, from the catalog to the object in the bucket, and each way it goes wrong.

use std::fs;

use hatrack_sandbox::{Story, Wrong};

use crate::stage::{Ran, Stage};

const STORIES: [&str; 12] = [
    "S1", "S2", "S4", "S5", "S6", "S7", "S9", "S10", "S11", "S13", "S14", "S15",
];

/// Lists the story's bucket and reads each of its objects through `profile`.
fn reads_the_bucket(stage: &Stage, story: &Story, profile: &str) {
    let place = format!("s3://{}", story.bucket);
    let top = stage.json(["s3", "ls", &place, "--role", profile, "--json"]);
    assert_eq!(top["region"], story.region.as_str(), "{}", story.id);
    for key in &story.keys {
        let object = stage
            .hat(["s3", "cp", &format!("{place}/{key}"), "-", "--role", profile])
            .output()
            .unwrap();
        let stored = stage.admin().object(&story.bucket, key, u64::MAX).unwrap();
        assert!(
            object.status.success() && object.stdout == stored,
            "{} {key}",
            story.id
        );
    }
}

#[test]
fn what_works_works() {
    let stage = Stage::set();
    for id in STORIES {
        let story = stage.story(id);
        let roles = stage.json(["roles", "--json", &story.profile]);
        assert!(
            roles
                .as_array()
                .unwrap()
                .iter()
                .any(|role| role["arn"] == story.role_arn.as_str()),
            "{id}"
        );
        let session = stage.json(["switch", &story.profile, "--json"]);
        assert_eq!(session["arn"], story.role_arn.as_str(), "{id}");
        reads_the_bucket(&stage, story, &story.profile);
    }
}

#[test]
fn s14_the_server_reads_too_by_its_environment() {
    let stage = Stage::set();
    let story = stage.story("S14");
    let server = story.environment.as_ref().unwrap();
    let mut list = stage.hat([
        "s3",
        "ls",
        &format!("s3://{}", story.bucket),
        "--role",
        &server.profile,
        "--json",
    ]);
    list.env("AWS_ACCESS_KEY_ID", &server.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &server.secret_access_key)
        .env("AWS_SESSION_TOKEN", &server.session_token);
    assert!(
        !Ran::of(list.output().unwrap()).json()["objects"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}

/// Each person reads by their own keys what the bucket's policy names them for, and by the role what the role may.
#[test]
fn s15_people_read_directly_or_by_the_role() {
    let stage = Stage::set();
    let story = stage.story("S15");
    for (person, role) in [
        (&story.identity, &story.profile),
        (&"studio-user-b".to_owned(), &story.also[0]),
    ] {
        for bucket in ["library-direct-masters", "library-direct-proofs"] {
            let listed = stage.json(["s3", "ls", &format!("s3://{bucket}"), "--role", person, "--json"]);
            assert_eq!(listed["folders"].as_array().unwrap().len(), 1, "{listed}");
        }
        let session = stage.json(["switch", role, "--json"]);
        let left = session["seconds_left"].as_u64().unwrap();
        assert!(left > 7 * 3600 && left <= 8 * 3600, "{left}");
        reads_the_bucket(&stage, story, role);
    }
}

/// The command that makes the call which is to be refused.
fn attempt(stage: &Stage, wrong: &Wrong) -> Ran {
    let place = format!("s3://{}", wrong.bucket);
    let upload = stage.folder().join("upload");
    fs::write(&upload, "x").unwrap();
    match wrong.call.as_str() {
        "AssumeRole" => {
            let mut arguments = vec!["switch".to_owned(), wrong.profile.clone()];
            arguments.extend(wrong.external_id.iter().map(|id| format!("--external-id={id}")));
            arguments.extend(
                wrong
                    .duration
                    .iter()
                    .map(|seconds| format!("--duration={seconds}")),
            );
            stage.run(arguments)
        }
        "ListBuckets" => stage.run(["s3", "ls", "--role", &wrong.profile]),
        "ListObjectsV2" => stage.run(["s3", "ls", &place, "--role", &wrong.profile]),
        "PutObject" => stage.run([
            "s3",
            "cp",
            upload.to_str().unwrap(),
            &format!("{place}/x"),
            "--role",
            &wrong.profile,
        ]),
        other => panic!("no command makes the call {other}"),
    }
}

#[test]
fn what_goes_wrong_is_refused_with_awss_words_and_request_id() {
    let stage = Stage::set();
    for id in STORIES {
        for wrong in &stage.story(id).wrong {
            // A live session would serve a switch that AWS would refuse now.
            stage.run(["end", "--all"]).succeeded();
            let ran = attempt(&stage, wrong);
            let told = format!("{id}, {}: {ran:?}", wrong.what);
            if ran.code == Some(2) {
                // Refused before the call: what is asked for cannot be had of any AWS.
                assert!(wrong.duration.is_some(), "{told}");
                continue;
            }
            let message = ran.failed(1);
            assert!(message.contains("request ") || wrong.duration.is_some(), "{told}");
            let named = message.contains(&wrong.expected_code) || message.contains("does not exist");
            assert!(named || wrong.duration.is_some(), "{told}");
        }
    }
}
