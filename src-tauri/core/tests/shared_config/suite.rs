//! Every row of `profile-parser-tests.json`, which AWS publishes inside its crate `aws-runtime`.

use hatrack_core::shared_config::listing;
use serde_json::{Value, json};

use crate::{package_folder, parse};

/// Rows that Hatrack reads differently, by name. There are none: a byte order mark has no row.
const EXCEPTIONS: [&str; 0] = [];

#[test]
fn every_row_of_awss_parser_suite_reads_as_aws_reads_it() {
    let path = package_folder("aws-runtime").join("test-data/profile-parser-tests.json");
    let suite: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let rows = suite["tests"].as_array().unwrap();
    assert!(rows.len() >= 65, "the suite has {} rows", rows.len());
    for row in rows {
        let name = row["name"].as_str().unwrap();
        if !EXCEPTIONS.contains(&name) {
            check(name, &row["input"], &row["output"]);
        }
    }
}

fn check(name: &str, input: &Value, output: &Value) {
    let text = |key: &str| input[key].as_str().unwrap_or_default();
    let read = parse(text("configFile"), text("credentialsFile"));
    match (read, output.get("config"), output["errorContaining"].as_str()) {
        (Ok(config), Some(expected), _) => {
            let read = listing(&config, true);
            assert_eq!(read["profiles"], expected["profiles"], "{name}");
            let sessions = expected.get("sso_sessions").cloned().unwrap_or_else(|| json!({}));
            assert_eq!(read["sso_sessions"], sessions, "{name}");
        }
        (Err(error), None, Some(words)) => {
            assert!(error.to_string().contains(words), "{name}: {error}");
            assert!(error.line.is_some(), "{name}: {error}");
        }
        (read, ..) => panic!("{name}: {read:?}"),
    }
}
