//! `hat sessions`, `renew`, `end`.

use serde_json::json;

use crate::stage::{Ran, Stage};

#[test]
fn sessions_are_listed_renewed_and_ended() {
    let stage = Stage::set();
    assert_eq!(stage.json(["sessions", "--json"]), json!([]));
    let first = stage.json(["switch", "stuzio", "--json"]);
    let other = stage.json(["switch", "asi-production", "--json"]);
    let listed = stage.json(["sessions", "--json"]);
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert!(
        stage
            .run(["sessions"])
            .succeeded()
            .contains(first["id"].as_str().unwrap())
    );

    let id = first["id"].as_str().unwrap();
    let renewed = stage.json(["renew", id, "--json"]);
    assert_eq!(renewed["id"], first["id"]);
    assert_ne!(renewed["access_key_id"], first["access_key_id"]);
    let by_role = stage.json(["renew", "stuzio", "--json"]);
    assert_eq!(by_role["id"], first["id"]);

    stage.run(["end", "asi-production"]).succeeded();
    let left = stage.json(["sessions", "--json"]);
    assert_eq!(
        (left.as_array().unwrap().len(), &left[0]["id"]),
        (1, &first["id"])
    );
    stage.run(["end", other["id"].as_str().unwrap()]).failed(2);

    stage.run(["end", "--all"]).succeeded();
    assert_eq!(stage.json(["sessions", "--json"]), json!([]));
}

#[test]
fn role_left_out_is_aws_profile() {
    let stage = Stage::set();
    stage.run(["switch", "stuzio"]).succeeded();
    for command in ["renew", "end"] {
        let ran = Ran::of(
            stage
                .hat([command])
                .env("AWS_PROFILE", "stuzio")
                .output()
                .unwrap(),
        );
        ran.succeeded();
    }
    assert_eq!(stage.json(["sessions", "--json"]), json!([]));
}

#[test]
fn renewing_takes_another_duration() {
    let stage = Stage::set();
    stage.run(["switch", "stuzio"]).succeeded();
    assert_eq!(
        stage.json(["renew", "stuzio", "--duration", "15m", "--json"])["life"],
        900
    );
}

#[test]
fn an_expired_session_is_not_listed() {
    let stage = Stage::with(hatrack_sandbox::Options {
        max_life: Some(std::time::Duration::from_secs(1)),
        ..Default::default()
    });
    stage.run(["switch", "stuzio"]).succeeded();
    crate::stage::eventually("the end of the session", || {
        (stage.json(["sessions", "--json"]) == json!([])).then_some(())
    });
}

#[test]
fn end_says_what_went_and_what_stays() {
    let stage = Stage::set();
    let role = stage.story("S13").profile.clone();
    stage
        .run(["profile", "write", &role, "--name", "mine", "--yes"])
        .succeeded();
    stage.run(["env", &role, "--shell", "sh"]).succeeded();
    let session = &stage.json(["sessions", "--json"])[0];
    let text = |name: &str| session[name].as_str().unwrap().to_owned();
    let ended = stage.run(["end", &role]);
    assert_eq!(ended.succeeded(), "");
    let until = &text("expires_at")[11..16];
    let expected = format!(
        "hat: switched back from {} / {}; AWS accepts its credentials until {until}; removed the profile mine; \
         these still have them: shells that took exports\n",
        text("account_name"),
        text("role_name")
    );
    assert_eq!(ended.err, expected);
}
