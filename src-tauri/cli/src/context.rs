//! Where a command runs: its environment as the agent needs it, and Hatrack's home.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use hatrack_agent::client::{Agent, HatExecutable};
use hatrack_core::caller::{CallerContext, Client};
use hatrack_store::home::Home;

use crate::failure::Failure;

/// The shared files to use instead of those that the environment names. Lines that `hat` writes carry these: the
/// program that runs such a line may have an environment of its own.
#[derive(Debug, Clone, Default, Args)]
pub struct SharedFiles {
    /// Used instead of AWS_CONFIG_FILE
    #[arg(long, global = true, hide = true, value_name = "FILE")]
    pub config_file: Option<String>,
    /// Used instead of AWS_SHARED_CREDENTIALS_FILE
    #[arg(long, global = true, hide = true, value_name = "FILE")]
    pub credentials_file: Option<String>,
    /// Used instead of HATRACK_HOME
    #[arg(long, global = true, hide = true, value_name = "FOLDER")]
    pub home: Option<PathBuf>,
}

/// Set by `hat exec`, beside the shared files that were in force before it.
pub const EXEC_CONFIG: &str = "HATRACK_EXEC_CONFIG";
/// The config file in force outside `hat exec`.
pub const OUTER_CONFIG: &str = "HATRACK_CONFIG_FILE";
/// The credentials file in force outside `hat exec`.
pub const OUTER_CREDENTIALS: &str = "HATRACK_CREDENTIALS_FILE";

/// What every command works with.
#[derive(Debug, Clone)]
pub struct Context {
    /// Goes with each request to the agent.
    pub caller: CallerContext,
    /// Hatrack's own files.
    pub home: Home,
}

impl Context {
    /// Of this process.
    pub fn of_process(files: &SharedFiles) -> Result<Self, Failure> {
        let working_folder = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
        let home = match &files.home {
            Some(folder) => Home::at(folder),
            None => Home::of_environment().map_err(Failure::refused)?,
        };
        let caller = caller(working_folder, std::env::vars_os(), files)?;
        Ok(Self { caller, home })
    }

    /// The agent, started where none runs.
    pub async fn agent(&self) -> Result<Agent, Failure> {
        let hat = HatExecutable::current().map_err(|why| {
            Failure::refused(format!(
                "the path of hat itself is not known: {why}; start it by its full path"
            ))
        })?;
        Ok(Agent::connect_or_start(&self.home, self.caller.clone(), hat).await?)
    }

    /// The agent, if one runs.
    pub async fn running_agent(&self) -> Result<Agent, Failure> {
        Ok(Agent::connect(&self.home, self.caller.clone()).await?)
    }
}

fn caller(
    working_folder: PathBuf,
    environment: impl Iterator<Item = (OsString, OsString)>,
    files: &SharedFiles,
) -> Result<CallerContext, Failure> {
    let mut vars = Vec::new();
    for (name, value) in environment {
        match (name.into_string(), value.into_string()) {
            (Ok(name), Ok(value)) => vars.push((name, value)),
            // Leaving it out would silently be another file or profile.
            (Ok(name), Err(_)) if name.starts_with("AWS_") => {
                return Err(Failure::usage(format!(
                    "{name} is not valid UTF-8; set it to a text that is"
                )));
            }
            _ => {}
        }
    }
    outside_exec(&mut vars);
    for (name, file) in [
        ("AWS_CONFIG_FILE", &files.config_file),
        ("AWS_SHARED_CREDENTIALS_FILE", &files.credentials_file),
    ] {
        if let Some(file) = file {
            set(&mut vars, name, file.clone());
        }
    }
    Ok(CallerContext::new(Client::Hat, working_folder, vars))
}

/// Inside `hat exec` the shared files name one role. A `hat` that runs there means the person's own files, unless
/// the person has set others since.
fn outside_exec(vars: &mut Vec<(String, String)>) {
    let get = |name: &str| {
        vars.iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.clone())
    };
    if get(EXEC_CONFIG).is_none() || get(EXEC_CONFIG) != get("AWS_CONFIG_FILE") {
        return;
    }
    let outer = [
        ("AWS_CONFIG_FILE", get(OUTER_CONFIG)),
        ("AWS_SHARED_CREDENTIALS_FILE", get(OUTER_CREDENTIALS)),
    ];
    for (name, value) in outer {
        set(vars, name, value.unwrap_or_default());
    }
}

fn set(vars: &mut Vec<(String, String)>, name: &str, value: String) {
    vars.retain(|(n, _)| n != name);
    vars.push((name.to_owned(), value));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn context(vars: &[(&str, &str)], files: &SharedFiles) -> CallerContext {
        let vars = vars.iter().map(|(n, v)| (OsString::from(n), OsString::from(v)));
        caller(PathBuf::from("/"), vars, files).unwrap()
    }

    #[test]
    fn options_beat_the_environment() {
        let files = SharedFiles {
            config_file: Some("/c".to_owned()),
            ..SharedFiles::default()
        };
        let seen = context(
            &[("AWS_CONFIG_FILE", "/x"), ("AWS_SHARED_CREDENTIALS_FILE", "/y")],
            &files,
        );
        assert_eq!(
            (
                seen.var("AWS_CONFIG_FILE"),
                seen.var("AWS_SHARED_CREDENTIALS_FILE")
            ),
            (Some("/c"), Some("/y"))
        );
    }

    #[test]
    fn inside_exec_the_outer_files_hold_until_others_are_set() {
        let inside = [
            (EXEC_CONFIG, "/private"),
            ("AWS_CONFIG_FILE", "/private"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/empty"),
            (OUTER_CONFIG, "/c"),
        ];
        let seen = context(&inside, &SharedFiles::default());
        assert_eq!(
            (
                seen.var("AWS_CONFIG_FILE"),
                seen.var("AWS_SHARED_CREDENTIALS_FILE")
            ),
            (Some("/c"), None)
        );

        let mut changed = inside;
        changed[1].1 = "/mine";
        assert_eq!(
            context(&changed, &SharedFiles::default()).var("AWS_CONFIG_FILE"),
            Some("/mine")
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_no_text_is_not_silently_left_out() {
        use std::os::unix::ffi::OsStringExt;
        let bad = |name: &str| {
            let vars = [(OsString::from(name), OsString::from_vec(vec![0xff]))];
            caller(PathBuf::from("/"), vars.into_iter(), &SharedFiles::default())
        };
        assert!(bad("AWS_CONFIG_FILE").is_err());
        assert!(bad("LS_COLORS").is_ok());
    }
}
