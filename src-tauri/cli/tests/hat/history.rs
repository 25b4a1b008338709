//! `hat history`.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::time::{Duration, Instant};

use hatrack_core::history::{HistoryLog, event, outcome};
use hatrack_core::history_view::HistoryRow;
use hatrack_store::history::SqliteHistory;
use hatrack_store::home::Home;
use jiff::{Timestamp, ToSpan};

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

/// The lines of a CSV text, by RFC 4180: quoted cells may hold commas, doubled quotes and line breaks.
fn read_csv(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut letters = text.chars().peekable();
    let mut quoted = false;
    while let Some(c) = letters.next() {
        let row = rows.last_mut().unwrap();
        match c {
            '"' if quoted && letters.next_if_eq(&'"').is_some() => row.last_mut().unwrap().push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\r' if !quoted => assert_eq!(letters.next(), Some('\n')),
            _ => row.last_mut().unwrap().push(c),
        }
        if c == '\r' && !quoted {
            rows.push(vec![String::new()]);
        }
    }
    assert_eq!(rows.pop(), Some(vec![String::new()]), "the last line has its end");
    rows
}

#[test]
fn c44_an_export_reads_back_and_holds_no_formula() {
    let stage = Stage::set();
    let formula = r#"=HYPERLINK("http://x",1)"#;
    stage
        .run(["settings", "account", "081278057606", "--name", formula])
        .succeeded();
    stage.run(["switch", "stuzio"]).succeeded();
    assert_eq!(stage.run(["switch", "asi-production-misspelled"]).code, Some(1));

    let csv = stage.run(["history", "--export", "csv"]);
    let rows = read_csv(csv.succeeded());
    let json = stage.json(["history", "--export", "json"]);
    let names = &rows[0];
    assert_eq!(rows.len(), 1 + json.as_array().unwrap().len());
    for (row, told) in rows[1..].iter().zip(json.as_array().unwrap()) {
        assert_eq!(row.len(), names.len());
        for (name, cell) in names.iter().zip(row) {
            let text = match &told[name] {
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Null => String::new(),
                other => other.to_string(),
            };
            let guarded = text.starts_with('=');
            assert_eq!(*cell, if guarded { format!("'{text}") } else { text }, "{name}");
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
        }
    }
    assert!(
        csv.out.contains("\"'=HYPERLINK(\"\"http://x\"\",1)\""),
        "{}",
        csv.out
    );
}

#[test]
fn filters_and_limits_hold_for_exports_too() {
    let stage = Stage::set();
    stage.run(["switch", "stuzio"]).succeeded();
    stage.run(["renew", "stuzio"]).succeeded();
    assert_eq!(stage.run(["switch", "asi-production-misspelled"]).code, Some(1));
    let exported = |options: &[&str]| {
        let arguments = ["history", "--export", "json"].iter().chain(options);
        events(&stage.json(arguments))
    };
    assert_eq!(exported(&[]), ["switch", "renew", "switch"]);
    assert_eq!(exported(&["--event", "renew"]), ["renew"]);
    assert_eq!(exported(&["--outcome", "denied"]), ["switch"]);
    assert_eq!(exported(&["--limit", "2"]), ["switch", "renew"]);
    assert_eq!(exported(&["--limit", "0"]), [""; 0]);
    assert_eq!(exported(&["--until", "1h"]), [""; 0]);
    let empty = stage.run(["history", "--export", "csv", "--until", "1h"]);
    assert_eq!(read_csv(empty.succeeded()).len(), 1);
}

#[test]
fn an_export_to_a_file_is_whole_private_and_replaces_nothing_unasked() {
    let stage = Stage::set();
    stage.run(["switch", "stuzio"]).succeeded();
    let file = stage.folder().join("history.csv");
    let to = |options: &[&str]| {
        let arguments = ["history", "--export", "csv", "--to"].map(str::to_owned);
        let arguments = arguments.into_iter().chain([file.display().to_string()]);
        stage.run(arguments.chain(options.iter().map(|&option| option.to_owned())))
    };
    let ran = to(&[]);
    assert!(
        ran.succeeded().is_empty() && ran.err.contains("1 row written to"),
        "{ran:?}"
    );
    let first = fs::read_to_string(&file).unwrap();
    assert_eq!(first, stage.run(["history", "--export", "csv"]).out);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

    stage.run(["renew", "stuzio"]).succeeded();
    assert!(to(&[]).failed(1).contains("--force"));
    assert_eq!(fs::read_to_string(&file).unwrap(), first);
    to(&["--force"]).succeeded();
    assert_eq!(read_csv(&fs::read_to_string(&file).unwrap()).len(), 3);
    let left: Vec<_> = fs::read_dir(stage.folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        left.iter()
            .all(|name| !name.to_string_lossy().starts_with(".hatrack-")),
        "{left:?}"
    );

    let link = stage.folder().join("link.csv");
    symlink(&file, &link).unwrap();
    let through_link = link.display().to_string();
    stage
        .run(["history", "--export", "csv", "--to", &through_link])
        .failed(1);
    stage
        .run(["history", "--export", "csv", "--force", "--to", &through_link])
        .succeeded();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    stage
        .run(["history", "--export", "csv", "--force", "--to", "/dev/null"])
        .failed(2);
    let nowhere = stage.folder().join("no-folder/h.csv").display().to_string();
    stage
        .run(["history", "--export", "csv", "--to", &nowhere])
        .failed(1);
    stage.run(["history", "--to", "x"]).failed(2);
    stage.run(["history", "--export", "csv", "--force"]).failed(2);
}

/// More rows than one answer of the agent's holds, written by the store before any agent is there.
const LONG: usize = 1_100;

fn with_a_long_history() -> Stage {
    let stage = Stage::set();
    let home = Home::at(stage.home());
    home.create().unwrap();
    let start: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
    let fill = async {
        let history = SqliteHistory::open(&home.history(), start).await.unwrap().history;
        for n in 0..LONG {
            let row = HistoryRow {
                id: 0,
                at: start + i64::try_from(n).unwrap().seconds(),
                event: event::SWITCH.into(),
                outcome: outcome::OK.into(),
                account_id: None,
                account_name: None,
                role_name: None,
                arn: None,
                profile: None,
                session_id: Some(format!("s{n:06}")),
                duration_s: None,
                call_ms: None,
                request_id: None,
                error: None,
                client: "hat".into(),
                detail: None,
            };
            history.append(row).await.unwrap();
        }
        history.close().await;
    };
    tokio::runtime::Runtime::new().unwrap().block_on(fill);
    stage
}

#[test]
fn a_long_history_comes_page_by_page_and_none_of_it_is_missing() {
    let stage = with_a_long_history();
    let csv = stage.run(["history", "--export", "csv"]);
    let rows = read_csv(csv.succeeded());
    let told: Vec<&str> = rows[1..].iter().map(|row| row[8].as_str()).collect();
    let wanted: Vec<String> = (0..LONG).rev().map(|n| format!("s{n:06}")).collect();
    assert_eq!(
        (rows[0][8].as_str(), told),
        ("session_id", wanted.iter().map(String::as_str).collect())
    );
    let json = stage.json(["history", "--export", "json", "--limit", "1050"]);
    assert_eq!(json.as_array().unwrap().len(), 1050);

    // A reader that goes away is no failure.
    let mut hat = stage.hat(["history", "--export", "csv"]).spawn().unwrap();
    drop(hat.stdout.take());
    assert_eq!(hat.wait().unwrap().code(), Some(0));
}

#[test]
fn the_report_tells_how_each_role_was_used() {
    let stage = Stage::set();
    stage.run(["switch", "stuzio"]).succeeded();
    stage.run(["end", "stuzio"]).succeeded();
    assert_eq!(stage.run(["switch", "asi-production-misspelled"]).code, Some(1));
    let report = stage.json(["history", "report", "--json"]);
    let told: Vec<_> = report
        .as_array()
        .unwrap()
        .iter()
        .map(|role| {
            (
                role["switches"].as_u64().unwrap(),
                role["denials"].as_u64().unwrap(),
            )
        })
        .collect();
    // The role used last comes first.
    assert_eq!(told, [(0, 1), (1, 0)]);
    assert_eq!(report[1]["role_name"], "StuzioAcmeConsultantRole");
    assert!(report[1]["held_s"].is_u64() && report[1]["last_use"].is_string());
    let text = stage.run(["history", "report"]);
    let head = text.succeeded().lines().next().unwrap();
    let words: Vec<_> = head.split_whitespace().collect();
    assert_eq!(
        words,
        ["ACCOUNT", "ROLE", "SWITCHES", "HELD", "DENIED", "LAST", "USE"]
    );
    let before = stage.json(["history", "report", "--until", "1h", "--json"]);
    assert_eq!(before.as_array().unwrap().len(), 0);
    let of_role = stage.json(["history", "--role", "StuzioAcmeConsultantRole", "--json"]);
    assert_eq!(events(&of_role), ["switch_back", "switch"]);
}

#[test]
fn what_is_not_to_be_kept_goes() {
    let stage = Stage::set();
    assert_eq!(stage.run(["history", "keep"]).succeeded(), "all of it\n");
    stage.run(["switch", "stuzio"]).succeeded();
    stage.run(["end", "stuzio"]).succeeded();
    stage.run(["switch", "stuzio"]).succeeded();
    stage.run(["history", "keep", "--days", "0"]).failed(2);
    stage.run(["history", "keep", "--days", "3", "--all"]).failed(2);
    stage.run(["history", "keep", "--rows", "1"]).succeeded();
    assert_eq!(stage.run(["history", "keep"]).succeeded(), "1 row\n");
    // It goes beside everything else: what is waited for is that it has gone.
    let gone_by = Instant::now() + Duration::from_secs(60);
    while events(&stage.json(["history", "--json"])).len() > 1 {
        assert!(Instant::now() < gone_by, "the older rows are still there");
    }
    assert_eq!(events(&stage.json(["history", "--json"])), ["switch"]);
    stage.run(["history", "keep", "--days", "30"]).succeeded();
    assert_eq!(stage.run(["history", "keep"]).succeeded(), "30 days\n");
    stage.run(["history", "keep", "--all"]).succeeded();
    assert_eq!(stage.run(["history", "keep"]).succeeded(), "all of it\n");
}
