//! `hat history`.

use crate::stage::Stage;

fn events(rows: &serde_json::Value) -> Vec<String> {
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| row["event"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn everything_done_is_there_newest_first_and_can_be_narrowed() {
    let stage = Stage::set();
    stage.run(["switch", "stuzio"]).succeeded();
    stage.run(["renew", "stuzio"]).succeeded();
    stage.run(["env", "stuzio", "--shell", "bash"]).succeeded();
    stage.run(["end", "stuzio"]).succeeded();
    assert_eq!(stage.run(["switch", "asi-production-misspelled"]).code, Some(1));

    let rows = stage.json(["history", "--json"]);
    assert_eq!(
        events(&rows),
        ["switch", "switch_back", "export", "renew", "switch"]
    );
    let denied = &rows[0];
    assert_eq!(
        (&denied["outcome"], &denied["account_id"]),
        (&"denied".into(), &"345678901234".into())
    );
    assert!(denied["error"].as_str().unwrap().contains("AccessDenied") && denied["request_id"].is_string());
    for name in [
        "at",
        "event",
        "outcome",
        "account_id",
        "role_name",
        "arn",
        "duration_s",
        "request_id",
        "error",
        "client",
    ] {
        assert!(denied.get(name).is_some(), "{name}");
    }

    assert_eq!(
        stage
            .json(["history", "--json", "--account", "081278057606"])
            .as_array()
            .unwrap()
            .len(),
        4
    );
    stage
        .run(["history", "--account", "no account has this name"])
        .failed(2);
    assert_eq!(
        stage
            .json(["history", "--json", "--outcome", "denied"])
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        stage
            .json(["history", "--json", "--since", "1h"])
            .as_array()
            .unwrap()
            .len(),
        5
    );
    assert_eq!(
        stage
            .json(["history", "--json", "--until", "1h"])
            .as_array()
            .unwrap()
            .len(),
        0
    );
    assert_eq!(
        stage
            .json(["history", "--json", "--limit", "2"])
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(events(&stage.json(["history", "--json", "Consultant"])).len(), 4);
    assert!(stage.run(["history"]).succeeded().starts_with("AT "));
}

#[test]
fn it_is_exported_for_other_programs() {
    let stage = Stage::set();
    stage.run(["switch", "stuzio"]).succeeded();
    let csv = stage.run(["history", "--export", "csv"]);
    let lines: Vec<&str> = csv.succeeded().split("\r\n").collect();
    assert!(
        lines[0].starts_with("at,event,outcome,account_id") && lines[1].contains(",switch,ok,081278057606,"),
        "{lines:?}"
    );
    assert_eq!(
        stage
            .json(["history", "--export", "json"])
            .as_array()
            .unwrap()
            .len(),
        1
    );
}
