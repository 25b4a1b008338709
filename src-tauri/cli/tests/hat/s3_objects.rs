//! `hat s3 rm`, `mv`, `mkdir`, `presign`: acts on objects.

use std::io::{Read, Write};
use std::net::TcpStream;

use hatrack_sandbox::Versioning;
use serde_json::Value;

use crate::stage::{HAT, Stage};
use crate::terminal::{at_terminal, shows, types};

const ACCOUNT: &str = "081278057606";

struct Bucket<'a> {
    stage: &'a Stage,
    name: String,
}

impl<'a> Bucket<'a> {
    fn of(stage: &'a Stage) -> Self {
        let name = stage.story("S13").bucket.clone();
        Self { stage, name }
    }

    fn put(&self, key: &str, text: &'static str) {
        assert!(self.stage.admin().put_object(&self.name, key, text, "text/plain"));
    }

    fn text(&self, key: &str) -> Option<String> {
        let bytes = self.stage.admin().object(&self.name, key, 1000)?;
        Some(String::from_utf8(bytes).unwrap())
    }

    fn at(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.name)
    }

    fn s3<const N: usize>(&self, words: [&str; N]) -> crate::stage::Ran {
        let all = ["s3"].into_iter().chain(words).chain(["--role", "stuzio"]);
        self.stage.run(all.collect::<Vec<_>>())
    }

    fn json<const N: usize>(&self, words: [&str; N]) -> Value {
        let all = ["s3"]
            .into_iter()
            .chain(words)
            .chain(["--role", "stuzio", "--json"]);
        self.stage.json(all.collect::<Vec<_>>())
    }

    fn history(&self, event: &str) -> Vec<Value> {
        let rows = self.stage.json(["history", "--json", "--event", event]);
        rows.as_array().unwrap().clone()
    }
}

#[test]
fn what_is_deleted_comes_back_while_the_bucket_keeps_versions() {
    let stage = Stage::set();
    let bucket = Bucket::of(&stage);
    stage.admin().set_versioning(&bucket.name, Versioning::Enabled);
    bucket.put("rm/a", "a");
    bucket.put("rm/b", "b");
    let place = bucket.at("rm/");
    let listed = bucket.json(["rm", "-r", &place, "--dry-run"]);
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert!(bucket.text("rm/a").is_some());

    let done = bucket.json(["rm", "-r", &place]);
    assert_eq!((&done["deleted"], &done["undoable"]), (&2.into(), &true.into()));
    assert!(done["objects"][0]["delete_marker"].is_string());
    assert_eq!((bucket.text("rm/a"), bucket.text("rm/b")), (None, None));
    let back = bucket.json(["rm", "--undo", "-r", &place]);
    assert_eq!(back["deleted"], 2);
    assert_eq!(bucket.text("rm/b").as_deref(), Some("b"));

    let rows = bucket.history("delete");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["account_id"], ACCOUNT);
    assert_eq!(bucket.history("undelete").len(), 1);

    bucket.s3(["rm", "--versions", "-r", &place]).succeeded();
    assert!(stage.admin().versions(&bucket.name, "rm/a").is_empty());
}

#[test]
fn a_pattern_takes_what_it_matches_and_a_literal_key_is_taken_as_written() {
    let stage = Stage::set();
    let bucket = Bucket::of(&stage);
    for key in ["g/1.log", "g/2.log", "g/3.txt", "g/*.log"] {
        bucket.put(key, "x");
    }
    bucket.s3(["rm", "--literal", &bucket.at("g/*.log")]).succeeded();
    assert!(bucket.text("g/*.log").is_none() && bucket.text("g/1.log").is_some());
    let done = bucket.json(["rm", &bucket.at("g/*.log")]);
    assert_eq!((&done["deleted"], &done["undoable"]), (&2.into(), &false.into()));
    assert!(bucket.text("g/1.log").is_none() && bucket.text("g/3.txt").is_some());
    bucket.s3(["rm", &bucket.at("")]).failed(2);
}

#[test]
fn what_is_refused_is_exit_1_and_in_the_history_as_denied() {
    let stage = Stage::set();
    let bucket = Bucket::of(&stage);
    bucket.put("kept", "x");
    let deny = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Principal":"*","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::{}/*"}}]}}"#,
        bucket.name
    );
    stage.admin().set_bucket_policy(&bucket.name, Some(&deny));
    let ran = bucket.s3(["rm", &bucket.at("kept")]);
    assert!(ran.failed(1).contains("s3:DeleteObject"));
    assert_eq!(bucket.text("kept").as_deref(), Some("x"));
    assert_eq!(bucket.history("delete")[0]["outcome"], "denied");
}

#[test]
fn production_asks_once_more_and_without_a_terminal_needs_yes() {
    let stage = Stage::set();
    let bucket = Bucket::of(&stage);
    bucket.put("p/a", "a");
    stage
        .run(["settings", "account", ACCOUNT, "--production", "yes"])
        .succeeded();
    let place = bucket.at("p/a");
    let told = bucket.s3(["rm", &place]).failed(3).to_owned();
    assert!(told.contains("--yes") && told.contains("production"), "{told}");
    bucket.s3(["mv", &place, &bucket.at("p/b")]).failed(3);
    assert!(bucket.text("p/a").is_some());

    let mut hat = at_terminal(&stage, &format!("'{HAT}' s3 rm '{place}' --role stuzio"));
    shows(&mut hat, "marked as production");
    shows(&mut hat, "[y/N] ");
    types(&mut hat, "n\n");
    assert_eq!(hat.wait().unwrap().code(), Some(1));
    assert!(bucket.text("p/a").is_some());

    let mut hat = at_terminal(&stage, &format!("'{HAT}' s3 rm '{place}' --role stuzio"));
    shows(&mut hat, "[y/N] ");
    types(&mut hat, "y\n");
    assert_eq!(hat.wait().unwrap().code(), Some(0));
    assert!(bucket.text("p/a").is_none());
    bucket.put("p/c", "c");
    bucket.s3(["rm", "--yes", &bucket.at("p/c")]).succeeded();
    assert!(bucket.text("p/c").is_none());
}

#[test]
fn objects_and_prefixes_move_and_nothing_is_replaced_unasked() {
    let stage = Stage::set();
    let bucket = Bucket::of(&stage);
    bucket.put("m/a", "a");
    bucket.put("m/b", "b");
    let ran = bucket.s3(["mv", &bucket.at("m/a"), &bucket.at("m/b")]);
    assert!(ran.failed(1).contains("there already"));
    assert_eq!(bucket.text("m/a").as_deref(), Some("a"));
    let moved = bucket.json(["mv", &bucket.at("m/a"), &bucket.at("m/c")]);
    assert_eq!(moved["moved"], 1);
    bucket.s3(["mkdir", &bucket.at("m/empty")]).succeeded();
    bucket.s3(["mkdir", &bucket.at("m/empty/")]).failed(1);
    let moved = bucket.json(["mv", "-r", &bucket.at("m/"), &bucket.at("n/")]);
    assert_eq!((&moved["moved"], &moved["failures"]), (&3.into(), &0.into()));
    assert_eq!(bucket.text("n/c").as_deref(), Some("a"));
    assert!(bucket.text("n/empty/").is_some() && bucket.text("m/b").is_none());
    bucket
        .s3(["mv", "-r", &bucket.at("n/"), &bucket.at("n/o/")])
        .failed(2);
    assert_eq!(bucket.history("rename").len(), 3);
}

#[test]
fn a_link_works_for_anybody_and_its_end_is_told() {
    let stage = Stage::set();
    let bucket = Bucket::of(&stage);
    bucket.put("lent", "lent bytes");
    let made = bucket.json(["presign", &bucket.at("lent"), "--expires-in", "15m"]);
    assert_eq!(
        (&made["limited_by"], &made["seconds"]),
        (&"asked".into(), &900.into())
    );
    let body = get(made["url"].as_str().unwrap());
    assert!(
        body.starts_with("HTTP/1.1 200") && body.ends_with("lent bytes"),
        "{body}"
    );
    let long = bucket.json(["presign", "--put", &bucket.at("new"), "--expires-in", "7d"]);
    assert_eq!(
        (&long["limited_by"], &long["method"]),
        (&"session".into(), &"PUT".into())
    );
    let rows = bucket.history("presign");
    assert_eq!(rows.len(), 2);
    assert!(!format!("{rows:?}").contains("X-Amz-Signature"));
    bucket
        .s3(["presign", &bucket.at("lent"), "--expires-in", "soon"])
        .failed(2);
}

/// As anybody fetches it.
fn get(address: &str) -> String {
    let rest = address.strip_prefix("http://").unwrap();
    let (host, target) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let head = format!("GET /{target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
