//! Every row of `file-location-tests.json`, which AWS publishes inside its crate `aws-runtime`.

use std::path::{Path, PathBuf};
use std::process::Command;

use hatrack_core::caller::{CallerContext, Client};
use hatrack_store::aws_files::{Locations, NamedBy, Os};
use serde_json::Value;

fn suite() -> Value {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--format-version",
            "1",
            "--offline",
            "--manifest-path",
            manifest,
        ])
        .output()
        .expect("cargo metadata runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let package = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .find(|p| p["name"] == "aws-runtime")
        .unwrap();
    let folder = PathBuf::from(package["manifest_path"].as_str().unwrap())
        .parent()
        .unwrap()
        .to_owned();
    let text = std::fs::read_to_string(folder.join("test-data/file-location-tests.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn every_row_of_awss_location_suite_leads_where_aws_looks() {
    let suite = suite();
    let rows = suite["tests"].as_array().unwrap();
    assert!(rows.len() >= 9, "the suite has {} rows", rows.len());
    for row in rows {
        let name = row["name"].as_str().unwrap();
        let os = if row["platform"] == "windows" {
            Os::Windows
        } else {
            Os::Unix
        };
        let var = |name: &str| row["environment"][name].as_str().map(str::to_owned);
        let found = Locations::resolve(&var, os);
        assert_eq!(
            found.config.path.to_str(),
            row["configLocation"].as_str(),
            "{name}"
        );
        assert_eq!(
            found.credentials.path.to_str(),
            row["credentialsLocation"].as_str(),
            "{name}"
        );
        if let Some(profile) = row["profile"].as_str() {
            assert_eq!(found.profile, profile, "{name}");
        }
    }
}

#[test]
fn a_tilde_is_the_home_folder_only_as_a_whole_component() {
    let config = |written: &'static str, home: Option<&'static str>| {
        let var = move |name: &str| match name {
            "HOME" => home.map(str::to_owned),
            "AWS_CONFIG_FILE" => Some(written.to_owned()),
            _ => None,
        };
        Locations::resolve(&var, Os::Unix).config.path
    };
    assert_eq!(
        config("~/x/config", Some("/home/troy/")),
        Path::new("/home/troy/x/config")
    );
    assert_eq!(
        config("~troy/config", Some("/home/troy")),
        Path::new("~troy/config")
    );
    assert_eq!(config("~/config", None), Path::new("~/config"));
    assert_eq!(
        config("/a/~/config", Some("/home/troy")),
        Path::new("/a/~/config")
    );
}

#[test]
fn relative_paths_start_from_the_callers_folder() {
    let variables = [
        ("AWS_CONFIG_FILE", "cfg/aws"),
        ("AWS_PROFILE", "stuzio"),
        ("HOME", "/home/troy"),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let caller = CallerContext::new(Client::Hat, "/srv/folder".into(), variables);
    let found = Locations::of_caller(&caller);
    assert_eq!(found.config.path, Path::new("/srv/folder/cfg/aws"));
    assert_eq!(
        (&*found.config.name, found.config.named_by),
        ("cfg/aws", NamedBy::Variable("AWS_CONFIG_FILE"))
    );
    assert_eq!(found.credentials.path, Path::new("/home/troy/.aws/credentials"));
    assert_eq!(
        (&*found.credentials.name, found.profile.as_str()),
        ("~/.aws/credentials", "stuzio")
    );
}
