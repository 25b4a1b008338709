//! `hat s3 sync`.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::stage::Stage;

const STUZIO: &str = "081278057606";

/// A file that was written long ago.
fn old(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    let then = SystemTime::now() - Duration::from_secs(86_400);
    fs::File::open(path).unwrap().set_modified(then).unwrap();
}

fn counts(done: &Value) -> (u64, u64, u64) {
    let of = |kind: &str| done["plan"][kind]["count"].as_u64().unwrap();
    (of("new"), of("missing"), of("same"))
}

#[test]
fn a_plan_is_shown_and_changes_nothing() {
    let stage = Stage::set();
    let bucket = &stage.story("S13").bucket;
    let folder = stage.folder().join("up");
    old(&folder.join("a"), "1");
    old(&folder.join("d/b"), "22");
    let (from, to) = (folder.to_str().unwrap(), format!("s3://{bucket}/up"));
    let shown = stage.run(["s3", "sync", from, &to, "--role", "stuzio", "--dry-run"]);
    let shown = shown.succeeded();
    assert!(
        shown.contains("New: 2 (3 B)") && shown.contains("  d/b (2 B)"),
        "{shown}"
    );
    let plan = stage.json(["s3", "sync", from, &to, "--role", "stuzio", "--dry-run", "--json"]);
    assert_eq!((counts(&plan), &plan["done"]), ((2, 0, 0), &Value::Null));
    assert_eq!(plan["steps"][1]["name"], "d/b");
    assert!(stage.admin().object(bucket, "up/a", 1).is_none());
    assert_eq!(
        stage.json(["history", "--json", "--event", "sync"]),
        serde_json::json!([])
    );
}

#[test]
fn up_and_down_again_with_what_is_gone_deleted_where_that_is_asked() {
    let stage = Stage::set();
    let bucket = &stage.story("S13").bucket;
    let (up, down) = (stage.folder().join("up"), stage.folder().join("down"));
    old(&up.join("a"), "1");
    old(&up.join("d/b"), "22");
    let place = format!("s3://{bucket}/up/");
    let (up, down) = (up.to_str().unwrap(), down.to_str().unwrap());
    let done = stage.json(["s3", "sync", up, &place, "--role", "stuzio", "--json"]);
    assert_eq!((counts(&done), &done["done"]["copied"]), ((2, 0, 0), &2.into()));
    stage
        .run(["s3", "sync", &place, down, "--role", "stuzio"])
        .succeeded();
    assert_eq!(fs::read(Path::new(down).join("d/b")).unwrap(), b"22");

    fs::remove_file(Path::new(up).join("a")).unwrap();
    let kept = stage.json(["s3", "sync", up, &place, "--role", "stuzio", "--json"]);
    assert_eq!((counts(&kept), &kept["done"]), ((0, 1, 1), &Value::Null));
    let done = stage.json(["s3", "sync", up, &place, "--role", "stuzio", "--delete", "--json"]);
    assert_eq!(done["done"]["deleted"], 1);
    assert!(stage.admin().object(bucket, "up/a", 1).is_none());

    let rows = stage.json(["history", "--json", "--event", "sync"]);
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 3, "one for each that did something: {rows:?}");
    assert!(
        rows.iter()
            .all(|row| row["outcome"] == "ok" && row["account_id"] == STUZIO)
    );
}

#[test]
fn from_one_roles_bucket_to_anothers() {
    let stage = Stage::set();
    let (reader, writer) = (stage.story("S14"), stage.story("S13"));
    stage
        .admin()
        .put_object(&reader.bucket, "set/x", "theirs", "text/plain");
    let (from, to) = (
        format!("s3://{}/set/", reader.bucket),
        format!("s3://{}/copies/", writer.bucket),
    );
    let done = stage.json([
        "s3",
        "sync",
        &from,
        &to,
        "--role",
        "asi-production",
        "--to-role",
        "stuzio",
        "--json",
    ]);
    assert_eq!(
        (&done["done"]["copied"], &done["done"]["streamed"]),
        (&1.into(), &1.into())
    );
    let stored = stage.admin().object(&writer.bucket, "copies/x", 10);
    assert_eq!(stored.as_deref(), Some(&b"theirs"[..]));
}

#[test]
fn production_asks_once_more_and_without_anybody_there_ends() {
    let stage = Stage::set();
    let bucket = &stage.story("S13").bucket;
    stage
        .run(["settings", "account", STUZIO, "--production", "yes"])
        .succeeded();
    let folder = stage.folder().join("up");
    old(&folder.join("a"), "1");
    let (from, to) = (folder.to_str().unwrap(), format!("s3://{bucket}/up/"));
    let ran = stage.run(["s3", "sync", from, &to, "--role", "stuzio"]);
    assert!(ran.failed(3).contains("production"));
    assert!(stage.admin().object(bucket, "up/a", 1).is_none());
    stage
        .run(["s3", "sync", from, &to, "--role", "stuzio", "--yes"])
        .succeeded();
    assert!(stage.admin().object(bucket, "up/a", 1).is_some());
    // To this computer nothing of production changes.
    let down = stage.folder().join("down");
    let down = down.to_str().unwrap();
    stage
        .run(["s3", "sync", &to, down, "--role", "stuzio"])
        .succeeded();
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_asked() {
    let stage = Stage::set();
    let bucket = &stage.story("S13").bucket;
    let place = format!("s3://{bucket}/up/");
    for arguments in [
        vec!["a", "b"],
        vec!["/no/such/folder", &place],
        vec![&place, "/dev/null"],
        vec![&place, "down", "--to-role", "stuzio"],
        vec![&place, "down", "--exclude", "[a"],
        vec![&place, &place],
        vec![&place, "down", "--batch-over", "5"],
    ] {
        let all = ["s3", "sync"]
            .into_iter()
            .chain(arguments.iter().map(|word| &**word));
        stage.run(all.chain(["--role", "stuzio"])).failed(2);
    }
}

#[test]
fn more_than_a_chosen_number_is_copied_by_a_job() {
    const ROLE: &str = "arn:aws:iam::081278057606:role/Copier";
    let stage = Stage::set();
    let story = stage.story("S13");
    let (bucket, admin) = (&story.bucket, stage.admin());
    for n in 0..12 {
        admin.put_object(bucket, &format!("set/{n}"), format!("{n}"), "text/plain");
    }
    let all = format!(r#""Resource":["arn:aws:s3:::{bucket}","arn:aws:s3:::{bucket}/*"]"#);
    assert!(admin.put_role(
        ROLE,
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"batchoperations.s3.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#,
        &format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"s3:*",{all}}}]}}"#),
    ));
    assert!(admin.add_role_policy(
        &story.role_arn,
        "batch",
        &format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"s3:*Job*","Resource":"*"}},{{"Effect":"Allow","Action":"iam:PassRole","Resource":"{ROLE}"}}]}}"#
        ),
    ));
    let (from, to) = (
        format!("s3://{bucket}/set/"),
        format!("s3://{bucket}/copies/set/"),
    );
    let done = stage.json([
        "s3",
        "sync",
        &from,
        &to,
        "--role",
        "stuzio",
        "--batch-over",
        "10",
        "--batch-role",
        ROLE,
        "--json",
    ]);
    assert_eq!(
        (&done["done"]["copied"], &done["done"]["failures"]),
        (&12.into(), &0.into())
    );
    assert!(done["done"]["job"].is_string());
    assert_eq!(admin.calls("BatchCopy"), 12);
    assert_eq!(
        admin.object(bucket, "copies/set/7", 10).as_deref(),
        Some(&b"7"[..])
    );
}
