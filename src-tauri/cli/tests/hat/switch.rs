//! `hat switch`: outcomes and their exit codes.

use hatrack_core::view::SessionView;

use crate::stage::Stage;

#[test]
fn a_switch_prints_the_session_of_the_contract_and_no_secret() {
    let stage = Stage::set();
    let story = stage.story("S13");
    let ran = stage.run(["switch", &story.profile, "--json"]);
    let session = ran.json();
    assert_eq!(session["arn"], story.role_arn.as_str());
    assert_eq!(session["role_name"], "StuzioAcmeConsultantRole");
    assert_eq!(session["account_id"], "081278057606");
    assert_eq!(session["region"], story.region.as_str());
    assert!(
        session["assumed_role_arn"]
            .as_str()
            .unwrap()
            .contains(":assumed-role/StuzioAcmeConsultantRole/")
    );
    assert!(session["access_key_id"].as_str().unwrap().starts_with("ASIA"));
    let left = session["seconds_left"].as_u64().unwrap();
    assert!((3500..=3600).contains(&left), "{left}");
    for name in ["id", "issued_at", "expires_at", "source"] {
        assert!(session[name].is_string(), "{name}");
    }
    let names = session.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert!(
        !names
            .iter()
            .any(|name| name.contains("secret") || name == "session_token"),
        "{names:?}"
    );
    serde_json::from_value::<SessionView>(session).unwrap();
}

#[test]
fn a_live_session_serves_the_next_switch() {
    let stage = Stage::set();
    let first = stage.json(["switch", "ledger-reader-direct", "--json"]);
    let second = stage.json(["switch", "LedgerReaderDirect", "--json"]);
    assert_eq!(first["id"], second["id"]);
    assert_eq!(stage.admin().calls("AssumeRole"), 1);
}

#[test]
fn role_left_out_is_aws_profile() {
    let stage = Stage::set();
    let ran = stage
        .hat(["switch", "--json"])
        .env("AWS_PROFILE", "stuzio")
        .output()
        .unwrap();
    assert_eq!(crate::stage::Ran::of(ran).json()["profile"], "stuzio");
}

#[test]
fn a_denial_is_exit_1_with_awss_words_and_request_id() {
    let stage = Stage::set();
    let wrong = stage
        .story("S2")
        .wrong
        .iter()
        .find(|w| w.call == "AssumeRole")
        .unwrap();
    let mut arguments = vec!["switch".to_owned(), wrong.profile.clone()];
    if let Some(id) = &wrong.external_id {
        arguments.extend(["--external-id".to_owned(), id.clone()]);
    }
    let ran = stage.run(&arguments);
    let message = ran.failed(1);
    assert!(
        message.contains("AccessDenied") && message.contains("is not authorized to perform: sts:AssumeRole"),
        "{message}"
    );
    let history = stage.json(["history", "--json", "--outcome", "denied"]);
    let request_id = history[0]["request_id"].as_str().unwrap();
    assert!(message.contains(request_id), "{message}");
}

#[test]
fn an_unknown_and_an_ambiguous_role_are_exit_2() {
    let stage = Stage::set();
    let ran = stage.run(["switch", "no-role-is-called-this"]);
    assert!(ran.failed(2).contains("no-role-is-called-this"));
    let ran = stage.run(["switch", "ledger"]);
    let message = ran.failed(2);
    assert!(
        message.contains("\n") && message.matches("\n  ledger-reader-direct ").count() == 1,
        "{message}"
    );
    assert_eq!(stage.admin().calls("AssumeRole"), 0);
}

#[test]
fn a_missing_code_is_exit_3_a_wrong_one_exit_1_the_right_one_exit_0() {
    let stage = Stage::set();
    let story = stage.story("X2");
    let serial = story.mfa_serial.clone().unwrap();
    let ran = stage.run(["switch", &story.profile]);
    assert!(ran.failed(3).contains(&serial));
    assert_eq!(stage.admin().calls("AssumeRole"), 0);

    let code = stage.mfa_code(story);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let ran = stage.run(["switch", &story.profile, "--mfa-code", wrong]);
    assert!(!ran.failed(1).contains(wrong));
    assert_eq!(
        (
            stage.admin().calls("GetSessionToken"),
            stage.admin().calls("AssumeRole")
        ),
        (1, 0),
        "a wrong code is never tried again"
    );

    stage
        .run(["switch", &story.profile, "--mfa-code", &stage.mfa_code(story)])
        .succeeded();
}

#[test]
fn options_reach_sts() {
    let stage = Stage::set();
    let session = stage.json([
        "switch",
        "stuzio",
        "--json",
        "--duration",
        "15m",
        "--session-name",
        "troy-at-work",
        "--region",
        "eu-west-3",
    ]);
    assert!(
        session["assumed_role_arn"]
            .as_str()
            .unwrap()
            .ends_with("/troy-at-work")
    );
    assert_eq!(
        (&session["region"], &session["life"]),
        (&"eu-west-3".into(), &900.into())
    );
}

#[test]
fn eight_hours_through_a_chain_is_refused_before_the_call() {
    let stage = Stage::set();
    let ran = stage.run(["switch", "ledger-reader", "--duration", "8h"]);
    assert!(ran.code == Some(1) || ran.code == Some(2), "{ran:?}");
    assert!(ran.err.contains("hour"), "{ran:?}");
    let reader_called = stage
        .json(["history", "--json"])
        .as_array()
        .unwrap()
        .iter()
        .any(|row| row["event"] == "switch" && row["outcome"] == "ok" && row["role_name"] == "LedgerReader");
    assert!(!reader_called);
}

#[test]
fn a_profile_with_only_keys_gives_a_session_token() {
    let stage = Stage::set();
    let session = stage.json(["switch", "troy", "--json"]);
    assert!(session["arn"].is_null() && session["access_key_id"].as_str().unwrap().starts_with("ASIA"));
    assert_eq!(
        (
            stage.admin().calls("GetSessionToken"),
            stage.admin().calls("AssumeRole")
        ),
        (1, 0)
    );
}

#[test]
fn without_json_a_person_is_told_what_and_until_when() {
    let stage = Stage::set();
    let ran = stage.run(["switch", "stuzio"]);
    let said = ran.succeeded();
    assert!(
        said.contains("StuzioAcmeConsultantRole") && said.contains("min"),
        "{said}"
    );
}
