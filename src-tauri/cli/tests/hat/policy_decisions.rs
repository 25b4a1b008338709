//! `hat policy simulate`, `explain` and `compose` where AWS's answer is another than the policies' first look.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::stage::{HAT, Ran};

const ANN: &str = "arn:aws:iam::111122223333:user/ann";
const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

fn hat(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::new(HAT);
    Ran::of(
        command
            .arg("policy")
            .args(arguments)
            .current_dir(folder)
            .output()
            .unwrap(),
    )
}

fn folder(files: &[(&str, Value)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, statement) in files {
        let document = json!({ "Version": "2012-10-17", "Statement": statement });
        fs::write(folder.path().join(name), document.to_string()).unwrap();
    }
    folder
}

fn asked(folder: &TempDir, action: &str, resource: &str, more: &[&str]) -> Value {
    let mut arguments = vec![
        "simulate",
        "--json",
        "--caller",
        ANN,
        "--action",
        action,
        "--resource",
        resource,
    ];
    arguments.extend(more);
    hat(folder.path(), &arguments).json()
}

#[test]
fn a_keys_policy_must_allow() {
    let folder = folder(&[
        (
            "all.json",
            json!({ "Effect": "Allow", "Action": "kms:*", "Resource": "*" }),
        ),
        (
            "key.json",
            json!({ "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:role/admin" }, "Action": "kms:*", "Resource": "*" }),
        ),
        (
            "account.json",
            json!({ "Effect": "Allow", "Principal": { "AWS": "111122223333" }, "Action": "kms:*", "Resource": "*" }),
        ),
    ]);
    let with = |key: &str| {
        asked(
            &folder,
            "kms:Decrypt",
            KEY,
            &["--identity", "all.json", "--resource-policy", key],
        )
    };
    assert_eq!(with("key.json")["reason"], "resource");
    assert_eq!(with("account.json")["allowed"], true);
    // What is not about a key has no such policy.
    let listed = asked(&folder, "kms:ListAliases", "*", &["--identity", "all.json"]);
    assert_eq!(listed["allowed"], true);
}

#[test]
fn each_request_has_the_keys_that_aws_sets() {
    let folder = folder(&[(
        "tls.json",
        json!([{ "Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": { "Bool": { "aws:SecureTransport": "true" } } },
                { "Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*", "Condition": { "Bool": { "aws:PrincipalIsAWSService": "false" } } }]),
    )]);
    let may = |action: &str| asked(&folder, action, "arn:aws:s3:::b/k", &["--identity", "tls.json"]);
    assert_eq!(may("s3:GetObject")["allowed"], true);
    assert_eq!(may("s3:DeleteObject")["reason"], "explicit_deny");
}

#[test]
fn what_was_taken_for_granted_is_said_and_wildcards_are_refused() {
    let folder = folder(&[(
        "s3.json",
        json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "*" }),
    )]);
    let object = "arn:aws:s3:::b/k";
    let assumed = asked(&folder, "s3:GetObject", object, &["--identity", "s3.json"]);
    assert_eq!(
        (&assumed["allowed"], &assumed["owner_assumed"]),
        (&json!(true), &json!("111122223333"))
    );
    let other = asked(
        &folder,
        "s3:GetObject",
        object,
        &["--identity", "s3.json", "--owner", "444455556666"],
    );
    assert_eq!(
        (&other["reason"], &other["owner_assumed"]),
        (&json!("resource"), &Value::Null)
    );
    let plain = [
        "simulate",
        "--caller",
        ANN,
        "--action",
        "s3:GetObject",
        "--resource",
        object,
        "--identity",
        "s3.json",
    ];
    let told = hat(folder.path(), &plain);
    assert!(
        told.succeeded()
            .contains("taken to belong to account 111122223333"),
        "{told:?}"
    );
    for wild in ["s3:*", "s3:Get?bject"] {
        let told = hat(folder.path(), &["simulate", "--caller", ANN, "--action", wild]);
        assert!(told.failed(2).contains("more than one action"), "{told:?}");
    }
}

#[test]
fn a_service_control_policy_is_never_the_near_one() {
    let folder = folder(&[
        (
            "own.json",
            json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/other*" }),
        ),
        (
            "scp.json",
            json!([{ "Effect": "Allow", "Action": "*", "Resource": "*" },
                { "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": { "StringEquals": { "aws:RequestedRegion": "eu-west-1" } } }]),
        ),
    ]);
    let told = asked(
        &folder,
        "s3:GetObject",
        "arn:aws:s3:::b/k",
        &["--identity", "own.json", "--scp", "scp.json"],
    );
    assert_eq!(
        (&told["reason"], &told["nearly"]["file"]),
        (&json!("identity"), &json!("own.json"))
    );
}

#[test]
fn a_name_with_a_dash_is_explained_as_it_is() {
    let key = "arn:aws:s3:::b/Bericht \u{2013} 2024/*";
    let folder = folder(&[(
        "dash.json",
        json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": key }),
    )]);
    let told = hat(folder.path(), &["explain", "dash.json"]);
    assert!(told.succeeded().contains("Bericht \u{2013} 2024"), "{told:?}");
    let mended = hat(folder.path(), &["lint", "--mend", "dash.json"]);
    assert!(mended.succeeded().contains(key), "{mended:?}");
    hat(folder.path(), &["lint", "dash.json"]).succeeded();
}

#[test]
fn what_can_never_work_is_not_composed() {
    let folder = folder(&[]);
    let role = "arn:aws:iam::444455556666:role/Reader";
    let compose = |caller: &str, more: &[&str]| {
        let mut arguments = vec![
            "compose",
            "own-accounts",
            "--caller",
            caller,
            "--role",
            role,
            "--bucket",
            "example-bucket",
        ];
        arguments.extend(more);
        hat(folder.path(), &arguments)
    };
    let chained = compose("arn:aws:iam::111122223333:role/r", &["--mfa"]);
    assert!(chained.failed(2).contains("no MFA code"), "{chained:?}");
    let away = compose("arn:aws-cn:iam::111122223333:user/ann", &[]);
    assert!(away.failed(2).contains("partition"), "{away:?}");
    let own = hat(
        folder.path(),
        &[
            "compose",
            "direct-bucket",
            "--caller",
            "444455556666",
            "--owner",
            "444455556666",
            "--bucket",
            "example-bucket",
        ],
    );
    assert!(own.succeeded().contains("the whole account"), "{own:?}");
}
