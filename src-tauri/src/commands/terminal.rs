//! Terminals that open with a session, and the shells in them.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use hatrack_agent::client::{HatExecutable, Terminal, Variables};
use hatrack_agent::protocol::ChangeSettings;
use hatrack_core::caller::Client;
use hatrack_core::shell_setup::SHELL_SETUPS;
use hatrack_core::terminal::{TerminalChoice, TerminalTemplate, shell_line};

use crate::desk::Desk;
use crate::terminal;
use crate::wire::{
    CommandError, FoundTerminal, SessionRequest, SetTerminalRequest, ShellSetupView, TerminalSettings,
    TerminalView,
};

type Answer<T> = Result<T, CommandError>;

/// Opens the person's terminal with a session, and returns once its shell runs.
pub async fn open_terminal(desk: &Desk, request: SessionRequest) -> Answer<()> {
    terminal::open(desk, Client::Window, request.session_id).await
}

/// The command that does the same in a terminal that is open already.
pub async fn terminal_command(desk: &Desk, request: SessionRequest) -> Answer<String> {
    let sessions = desk.agent().await?.sessions().await?;
    let session = sessions
        .into_iter()
        .find(|session| session.id == request.session_id);
    let role = session
        .and_then(|session| session.role_key)
        .ok_or_else(|| CommandError::new("That session has ended, or belongs to no role. Switch again."))?;
    let hat = terminal::hat()?;
    let called = match is_on_path(hat.path(), &desk.environment().for_programs()) {
        true => Path::new("hat"),
        false => hat.path(),
    };
    let shell = terminal::shell(desk, called, &request.session_id);
    Ok(shell_line(&shell.typed(role)))
}

/// Whether it is this `hat` that a shell finds by its name.
fn is_on_path(hat: &Path, variables: &Variables) -> bool {
    let path = variables.get(OsStr::new("PATH")).map(OsString::as_os_str);
    let mut places = std::env::split_paths(path.unwrap_or_default())
        .filter(|folder| folder.is_absolute())
        .filter_map(|folder| hat.file_name().map(|name| folder.join(name)));
    let first = places.find(|place| place.is_file());
    first.is_some_and(|first| first.canonicalize().ok() == hat.canonicalize().ok())
}

/// The terminals whose shells still run.
pub async fn terminals(desk: &Desk) -> Answer<Vec<TerminalView>> {
    Ok(desk.terminals().all())
}

/// Which terminal opens, and what shells can be told.
pub async fn terminal_settings(desk: &Desk) -> Answer<TerminalSettings> {
    let choice = desk.agent().await?.settings().await?.terminal;
    let variables = desk.environment().for_programs();
    let hat = HatExecutable::beside_current();
    let found = Terminal::installed(&variables).into_iter();
    Ok(TerminalSettings {
        choice,
        system: Terminal::of_system(&variables),
        found: found
            .map(|terminal| FoundTerminal {
                name: terminal.name.to_owned(),
                label: terminal.label.to_owned(),
            })
            .collect(),
        hat_on_path: hat.as_ref().is_some_and(|hat| is_on_path(hat.path(), &variables)),
        hat: hat.map(|hat| hat.path().display().to_string()),
        shells: SHELL_SETUPS
            .iter()
            .map(|shell| ShellSetupView {
                name: shell.name.to_owned(),
                file: shell.file.to_owned(),
                prompt: shell.prompt.to_owned(),
                completions: shell.completions.map(str::to_owned),
            })
            .collect(),
    })
}

/// Chooses the terminal. A command of the person's own is shown in a dialog of the system's first: no page can have a
/// program run that the person has not seen.
pub async fn set_terminal(desk: &Desk, request: SetTerminalRequest) -> Answer<bool> {
    let choice = match request {
        SetTerminalRequest::System => TerminalChoice::System,
        SetTerminalRequest::Known { name } if Terminal::is_known(&name) => TerminalChoice::Known { name },
        SetTerminalRequest::Known { .. } => return Err(CommandError::new("That terminal is not known.")),
        SetTerminalRequest::Command { template } => {
            let template = TerminalTemplate::try_from(template).map_err(CommandError::new)?;
            let text = format!(
                "Open terminal will run this command from now on:\n\n{}",
                template.as_str()
            );
            if !desk.front().ask_yes("Use this command?", &text, "Use it").await {
                return Ok(false);
            }
            TerminalChoice::Command { template }
        }
    };
    let change = ChangeSettings {
        terminal: Some(choice),
        ..ChangeSettings::default()
    };
    desk.agent().await?.change_settings(change).await?;
    Ok(true)
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_shell_finds_our_hat_and_not_another_of_its_name() {
        let made = tempfile::tempdir().unwrap();
        let folder = |name: &str| {
            let folder = made.path().join(name);
            std::fs::create_dir(&folder).unwrap();
            folder
        };
        let (ours, other) = (folder("ours"), folder("other"));
        let link = made.path().join("link");
        std::os::unix::fs::symlink(&ours, &link).unwrap();
        for folder in [&ours, &other] {
            std::fs::write(folder.join("hat"), "").unwrap();
        }
        let on = |folders: &[&Path]| {
            let path = std::env::join_paths(folders).unwrap();
            is_on_path(&ours.join("hat"), &Variables::from([("PATH".into(), path)]))
        };
        assert!(on(&[&ours]) && on(&[made.path(), &link, &other]));
        assert!(!on(&[&other, &ours]) && !on(&[made.path()]));
        assert!(!is_on_path(&ours.join("hat"), &Variables::new()));
    }
}
