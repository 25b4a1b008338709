//! The shared config of one command, in a folder of its own that goes when the command has ended.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use hatrack_agent::protocol::HandOut;
use hatrack_core::shared_config::process_line;
use tempfile::TempDir;

use crate::failure::Failure;
use crate::private_folder::private_folder;

/// The folder, removed when this is dropped. It holds no secret.
#[derive(Debug)]
pub struct PrivateConfig {
    folder: TempDir,
}

impl PrivateConfig {
    /// Writes both files below `runtime`, readable by this user alone. `words` follow the path of `hat`.
    pub fn write(runtime: &Path, given: &HandOut, words: &[String]) -> Result<Self, Failure> {
        let hat = std::env::current_exe().map_err(|why| {
            Failure::refused(format!(
                "the path of hat itself is not known: {why}; start it by its full path"
            ))
        })?;
        let hat = hat.display().to_string();
        let line = process_line([hat.as_str()].into_iter().chain(words.iter().map(String::as_str)));
        let text = config_text(given, &line.map_err(Failure::refused)?)?;
        remove_orphans(runtime);
        let folder = private_folder(&format!("{PREFIX}{}-", std::process::id()))
            .tempdir_in(runtime)
            .map_err(|why| unwritable(runtime, &why))?;
        let written = Self { folder };
        write_private(&written.config(), &text)?;
        write_private(&written.credentials(), "")?;
        Ok(written)
    }

    /// For `AWS_CONFIG_FILE`.
    pub fn config(&self) -> PathBuf {
        self.folder.path().join("config")
    }

    /// For `AWS_SHARED_CREDENTIALS_FILE`: empty.
    pub fn credentials(&self) -> PathBuf {
        self.folder.path().join("credentials")
    }
}

/// `exec-`, our process ID, and something random.
const PREFIX: &str = "exec-";

/// Removes the folders of processes that were killed before they could.
fn remove_orphans(runtime: &Path) {
    for entry in fs::read_dir(runtime).into_iter().flatten().flatten() {
        let owner = entry.file_name().to_str().and_then(owner_of);
        if owner.is_some_and(has_gone) {
            // Another `hat` may be removing it too.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn owner_of(folder: &str) -> Option<i32> {
    folder.strip_prefix(PREFIX)?.split('-').next()?.parse().ok()
}

#[cfg(unix)]
fn has_gone(process: i32) -> bool {
    use rustix::process::{Pid, test_kill_process};
    Pid::from_raw(process).is_some_and(|pid| test_kill_process(pid) == Err(rustix::io::Errno::SRCH))
}

#[cfg(not(unix))]
fn has_gone(_process: i32) -> bool {
    false
}

fn config_text(given: &HandOut, process: &str) -> Result<String, Failure> {
    let mut text = format!(
        "[default]\nregion = {}\ncredential_process = {process}\n",
        plain(&given.region)?
    );
    if let Some(url) = &given.endpoints.global {
        text += &format!("endpoint_url = {}\n", plain(url)?);
    }
    if let Some(bundle) = &given.s3.ca_bundle {
        text += &format!("ca_bundle = {}\n", plain(bundle)?);
    }
    if given.s3.path_style {
        text += "s3 =\n  addressing_style = path\n";
    }
    if !given.endpoints.by_service.is_empty() {
        text += "services = outside\n\n[services outside]\n";
        for (service, url) in &given.endpoints.by_service {
            text += &format!("{} =\n  endpoint_url = {}\n", plain(service)?, plain(url)?);
        }
    }
    Ok(text)
}

/// A value that stands in a line of its own and ends with it.
fn plain(value: &str) -> Result<&str, Failure> {
    if value.chars().any(char::is_control) || value.contains(" #") || value.contains(" ;") {
        return Err(Failure::refused(format!(
            "\"{}\" cannot stand in a config file; mend it where it is set",
            value.escape_debug()
        )));
    }
    Ok(value)
}

fn write_private(path: &Path, text: &str) -> Result<(), Failure> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|why| unwritable(path, &why))
}

fn unwritable(path: &Path, why: &std::io::Error) -> Failure {
    Failure::refused(format!(
        "{} could not be written: {why}; check its folder and the space left",
        path.display()
    ))
}
