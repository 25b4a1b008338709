//! The shared config, held to what AWS's own SDK reads.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bad_inputs;
mod oracle;
mod spans;
mod suite;

use std::path::PathBuf;

use hatrack_core::shared_config::{ConfigError, FileKind, SharedConfig, SourceFile};

/// Both files, under the names that errors then show.
fn parse(config: &str, credentials: &str) -> Result<SharedConfig, ConfigError> {
    SharedConfig::parse(&[
        SourceFile::from_text(FileKind::Config, "~/.aws/config", config),
        SourceFile::from_text(FileKind::Credentials, "~/.aws/credentials", credentials),
    ])
}

/// The folder of a package that this workspace builds with, as cargo unpacked it.
fn package_folder(name: &str) -> PathBuf {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = std::process::Command::new(cargo)
        .args([
            "metadata",
            "--format-version",
            "1",
            "--offline",
            "--manifest-path",
        ])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .expect("cargo metadata runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let package = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .find(|p| p["name"] == name)
        .unwrap();
    PathBuf::from(package["manifest_path"].as_str().unwrap())
        .parent()
        .unwrap()
        .to_owned()
}
