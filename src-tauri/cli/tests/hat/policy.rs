//! `hat policy`: no sandbox, no agent, no AWS.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::stage::{HAT, Ran};

fn hat(folder: &Path, arguments: &[&str]) -> Ran {
    Ran::of(
        Command::new(HAT)
            .arg("policy")
            .args(arguments)
            .current_dir(folder)
            .output()
            .unwrap(),
    )
}

fn folder(files: &[(&str, Value)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, document) in files {
        fs::write(
            folder.path().join(name),
            serde_json::to_string_pretty(document).unwrap(),
        )
        .unwrap();
    }
    folder
}

fn policy(statements: Value) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

const ROLE: &str = "arn:aws:iam::111122223333:role/Reader";
const ANN: &str = "arn:aws:iam::444455556666:user/ann";

#[test]
fn lint_names_file_line_and_cure_and_exits_by_errors() {
    let folder = folder(&[(
        "fine.json",
        policy(json!([{ "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b" }])),
    )]);
    let pasted = "{\n  \u{201c}Version\u{201d}: \"2012-10-17\",\n  \"Statement\": [{ \"Effect\": \"Allow\",\n    \"Action\": \"s3:GetObjcet\", \"Resource\": \"arn:aws:s3:::b/*\" }]\n}\n";
    fs::write(folder.path().join("pasted.json"), pasted).unwrap();
    let told = hat(folder.path(), &["lint", "fine.json", "pasted.json"]);
    assert_eq!(told.code, Some(1), "{told:?}");
    assert!(told.out.contains("fine.json: nothing found"), "{}", told.out);
    assert!(
        told.out.contains("pasted.json:2:3: error: 2 typographic quotes"),
        "{}",
        told.out
    );
    assert!(told.out.contains("Did you mean s3:GetObject?"), "{}", told.out);
    let mended = hat(folder.path(), &["lint", "--mend", "pasted.json"]);
    let text = mended.succeeded().to_owned();
    serde_json::from_str::<Value>(&text).unwrap();
    fs::write(folder.path().join("mended.json"), text).unwrap();
    // An unknown name is a warning: it may be newer than the list.
    hat(folder.path(), &["lint", "mended.json"]).succeeded();
    let listed = hat(folder.path(), &["lint", "--json", "pasted.json"]);
    assert_eq!(listed.code, Some(1));
    let listed: Value = serde_json::from_str(&listed.out).unwrap();
    assert_eq!(listed[0]["findings"][0]["severity"], "error");
    assert_eq!(listed[0]["findings"][0]["line"], 2);
    assert_eq!(listed[0]["kind"], "identity");
    assert!(listed[0]["mended"].as_str().unwrap().contains("\"Version\""));
    hat(folder.path(), &["lint", "none.json"]).failed(1);
}

#[test]
fn a_policy_comes_by_standard_input_too() {
    let mut child = Command::new(HAT)
        .args(["policy", "explain", "-", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let text = policy(json!({ "Effect": "Allow", "Principal": { "AWS": ANN }, "Action": "sts:AssumeRole" }))
        .to_string();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let told = Ran::of(child.wait_with_output().unwrap()).json();
    assert_eq!(told["kind"], "trust");
    let sentence = told["statements"][0]["sentence"].as_str().unwrap();
    assert_eq!(
        sentence,
        "Allows the user ann of account 444455556666: take a role (sts:AssumeRole)."
    );
}

#[test]
fn simulate_tells_the_statement_that_decided_or_nearly_did() {
    let folder = folder(&[
        (
            "allow.json",
            policy(
                json!([{ "Sid": "Take", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": ROLE }]),
            ),
        ),
        (
            "trust.json",
            policy(
                json!([{ "Effect": "Allow", "Principal": { "AWS": ANN }, "Action": "sts:AssumeRole",
                "Condition": { "StringEquals": { "sts:ExternalId": "x1" } } }]),
            ),
        ),
        (
            "deny.json",
            policy(json!([{ "Sid": "Never", "Effect": "Deny", "Action": "sts:*", "Resource": "*" }])),
        ),
        (
            "org.json",
            policy(json!([{ "Effect": "Allow", "Action": "s3:*", "Resource": "*" }])),
        ),
    ]);
    let ask = |more: &[&str]| {
        let mut arguments = vec![
            "simulate",
            "--json",
            "--caller",
            ANN,
            "--action",
            "sts:AssumeRole",
            "--resource",
            ROLE,
        ];
        arguments.extend(["--identity", "allow.json", "--trust", "trust.json"]);
        arguments.extend(more);
        hat(folder.path(), &arguments).json()
    };
    let right = ask(&["--context", "sts:ExternalId=x1"]);
    assert_eq!(
        (&right["allowed"], &right["reason"]),
        (&json!(true), &json!("allowed"))
    );
    assert_eq!(right["decided_by"]["file"], "trust.json");
    let without = ask(&[]);
    assert_eq!(
        (&without["allowed"], &without["reason"]),
        (&json!(false), &json!("resource"))
    );
    assert_eq!(
        (&without["nearly"]["file"], &without["nearly"]["line"]),
        (&json!("trust.json"), &json!(4))
    );
    let miss = without["nearly"]["misses"][0].as_str().unwrap();
    assert_eq!(
        miss,
        "StringEquals sts:ExternalId wants x1; the request does not have it"
    );
    let denied = ask(&["--context", "sts:ExternalId=x1", "--identity", "deny.json"]);
    assert_eq!(
        (&denied["reason"], &denied["decided_by"]["sid"]),
        (&json!("explicit_deny"), &json!("Never"))
    );
    let organization = ask(&["--context", "sts:ExternalId=x1", "--scp", "org.json"]);
    assert_eq!(organization["reason"], "service_control");
    let last = organization["statements"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["kind"], &last["applies"]),
        (&json!("service_control"), &json!(false))
    );
    let plain = hat(
        folder.path(),
        &[
            "simulate",
            "--caller",
            ANN,
            "--action",
            "sts:AssumeRole",
            "--resource",
            ROLE,
            "--trust",
            "trust.json",
        ],
    );
    assert!(
        plain.succeeded().starts_with("Denied: sts:AssumeRole"),
        "{plain:?}"
    );
    hat(
        folder.path(),
        &["simulate", "--caller", "ann", "--action", "sts:AssumeRole"],
    )
    .failed(2);
    hat(
        folder.path(),
        &["simulate", "--caller", ANN, "--action", "AssumeRole"],
    )
    .failed(2);
}

#[test]
fn what_compose_writes_lets_simulate_through() {
    let folder = tempfile::tempdir().unwrap();
    let composed = hat(
        folder.path(),
        &[
            "compose",
            "third-party",
            "--caller",
            ANN,
            "--role",
            ROLE,
            "--bucket",
            "example-bucket",
            "--json",
        ],
    )
    .json();
    let id = composed["external_id"].as_str().unwrap().to_owned();
    assert_eq!(id.len(), 32);
    for placed in composed["placements"].as_array().unwrap() {
        let file = folder.path().join(placed["place"].as_str().unwrap());
        fs::write(file, placed["document"].as_str().unwrap()).unwrap();
    }
    hat(folder.path(), &["lint", "allow", "trust", "permissions"]).succeeded();
    let ask = |context: &str| {
        let arguments = [
            "simulate",
            "--json",
            "--caller",
            ANN,
            "--action",
            "sts:AssumeRole",
            "--resource",
            ROLE,
            "--identity",
            "allow",
            "--trust",
            "trust",
            "--context",
            context,
        ];
        hat(folder.path(), &arguments).json()["allowed"].clone()
    };
    assert_eq!(ask(&format!("sts:ExternalId={id}")), json!(true));
    assert_eq!(ask("sts:ExternalId=other"), json!(false));
    let plain = hat(
        folder.path(),
        &[
            "compose",
            "own-accounts",
            "--caller",
            ANN,
            "--role",
            ROLE,
            "--bucket",
            "example-bucket",
            "--write",
        ],
    );
    for words in [
        "the trust policy of the role Reader (account 111122223333)",
        "line ",
        "Tried before",
        "s3:PutObject",
    ] {
        assert!(plain.succeeded().contains(words), "{words} not in {}", plain.out);
    }
    let refused = hat(
        folder.path(),
        &[
            "compose",
            "own-accounts",
            "--caller",
            "ann",
            "--role",
            ROLE,
            "--bucket",
            "example-bucket",
        ],
    );
    assert!(refused.failed(2).contains("neither the ARN"), "{refused:?}");
}
