//! Which terminals there are, and which one opens.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use hatrack_core::terminal::{TerminalChoice, TerminalTemplate};

use super::TerminalNotOpened;
use super::known::{KNOWN, Known, Pass, Place, SYSTEM, USUAL};
use crate::client::browser::find_in;

/// The variables that decide.
pub type Variables = BTreeMap<OsString, OsString>;

/// A terminal of this computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminal {
    /// What settings call it.
    pub name: &'static str,
    /// What people call it.
    pub label: &'static str,
}

/// A way to have something run in a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Way {
    /// What people call the terminal.
    pub label: String,
    told: Told,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Told {
    /// A program, words of the person's own, and its way.
    By(PathBuf, Vec<String>, Pass),
    /// The person's own command.
    Template(TerminalTemplate),
}

impl Terminal {
    /// Those that are installed, by `variables`' PATH.
    pub fn installed(variables: &Variables) -> Vec<Self> {
        let here = KNOWN.iter().filter(|known| place_of(known, variables).is_some());
        here.map(|known| Self {
            name: known.name,
            label: known.label,
        })
        .collect()
    }

    /// Whether settings may name it so.
    pub fn is_known(name: &str) -> bool {
        KNOWN.iter().any(|known| known.name == name)
    }

    /// What people call the one that opens where the person has chosen none; `None` where there is none.
    pub fn of_system(variables: &Variables) -> Option<String> {
        Way::of(&TerminalChoice::System, variables)
            .ok()
            .map(|way| way.label)
    }
}

impl Way {
    pub(super) fn of(choice: &TerminalChoice, variables: &Variables) -> Result<Self, TerminalNotOpened> {
        match choice {
            TerminalChoice::Command { template } => Ok(Self {
                label: name_of_program(template),
                told: Told::Template(template.clone()),
            }),
            TerminalChoice::Known { name } => {
                let known = KNOWN.iter().find(|known| known.name == name);
                known
                    .and_then(|known| Self::of_known(known, variables))
                    .ok_or_else(|| TerminalNotOpened::NotHere(name.clone()))
            }
            TerminalChoice::System => of_environment(variables)
                .or_else(|| {
                    let mut all = SYSTEM.iter().chain(&KNOWN);
                    all.find_map(|known| Self::of_known(known, variables))
                })
                .ok_or(TerminalNotOpened::None),
        }
    }

    fn of_known(known: &Known, variables: &Variables) -> Option<Self> {
        let program = place_of(known, variables)?;
        Some(Self {
            label: known.label.to_owned(),
            told: Told::By(program, Vec::new(), known.pass),
        })
    }

    /// The program and its words.
    pub(super) fn words(&self, command: &[String]) -> (PathBuf, Vec<String>) {
        match &self.told {
            Told::By(program, own, pass) => (program.clone(), [own.clone(), pass.words(command)].concat()),
            Told::Template(template) => {
                let mut words = template.words(command).into_iter();
                (PathBuf::from(words.next().unwrap_or_default()), words.collect())
            }
        }
    }
}

fn name_of_program(template: &TerminalTemplate) -> String {
    let program = template.words(&[]).into_iter().next().map(PathBuf::from);
    let name = program.as_deref().and_then(Path::file_name);
    name.map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// `$TERMINAL`: a program, and perhaps words of its own.
fn of_environment(variables: &Variables) -> Option<Way> {
    let wanted = variables.get(OsStr::new("TERMINAL"))?.to_str()?;
    let mut words = hatrack_core::route::split_words(wanted).ok()?.into_iter();
    let program = PathBuf::from(words.next()?);
    let name = program.file_name()?.to_str()?.to_owned();
    let found = match program.is_absolute() {
        true => program.is_file().then_some(program)?,
        false => find_in(variables.get(OsStr::new("PATH"))?, &name)?,
    };
    // Applications of other systems share names with programs.
    let is_it = |known: &&Known| matches!(known.place, Place::Program(program) if program == name);
    let known = SYSTEM.iter().chain(&KNOWN).find(is_it);
    Some(Way {
        label: known.map_or(name, |known| known.label.to_owned()),
        told: Told::By(found, words.collect(), known.map_or(USUAL, |known| known.pass)),
    })
}

/// What is started for it, where it is installed.
fn place_of(known: &Known, variables: &Variables) -> Option<PathBuf> {
    let on_path = |program: &str| find_in(variables.get(OsStr::new("PATH"))?, program);
    match known.place {
        Place::Program(program) if cfg!(not(any(target_os = "macos", windows))) => on_path(program),
        Place::Bundle(folders) if cfg!(target_os = "macos") => {
            let is_here = folders.iter().any(|folder| Path::new("/").join(folder).exists());
            is_here.then(|| PathBuf::from("/usr/bin/osascript"))
        }
        Place::Windows(program) if cfg!(windows) => on_path(&format!("{program}.exe")),
        _ => None,
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    struct Programs(tempfile::TempDir);

    impl Programs {
        fn of(names: &[&str]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            for name in names {
                let file = folder.path().join(name);
                std::fs::write(&file, "#!/bin/sh\n").unwrap();
                std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
            }
            Self(folder)
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn variables(&self, terminal: Option<&str>) -> Variables {
            let mut variables = Variables::new();
            variables.insert("PATH".into(), self.0.path().into());
            variables.extend(terminal.map(|name| ("TERMINAL".into(), name.into())));
            variables
        }

        fn opens(&self, terminal: Option<&str>) -> (PathBuf, Vec<String>) {
            let way = Way::of(&TerminalChoice::System, &self.variables(terminal)).unwrap();
            way.words(&["hat".to_owned()])
        }
    }

    #[test]
    fn the_environment_comes_before_the_desktop_and_that_before_what_is_found() {
        let all = Programs::of(&[
            "kitty",
            "xterm",
            "x-terminal-emulator",
            "xdg-terminal-exec",
            "mine",
        ]);
        assert_eq!(
            all.opens(Some("mine")),
            (all.path("mine"), vec!["-e".into(), "hat".into()])
        );
        assert_eq!(
            all.opens(Some("kitty --single-instance")),
            (
                all.path("kitty"),
                vec!["--single-instance".into(), "--".into(), "hat".into()]
            )
        );
        assert_eq!(all.opens(Some("gone")).0, all.path("xdg-terminal-exec"));
        assert_eq!(all.opens(Some("")).0, all.path("xdg-terminal-exec"));
        assert_eq!(
            Programs::of(&["x-terminal-emulator", "kitty"]).opens(None).1,
            ["-e", "hat"]
        );
        let two = Programs::of(&["xterm", "konsole"]);
        assert_eq!(two.opens(None).0, two.path("konsole"));
    }

    #[test]
    fn a_program_is_not_taken_for_an_application_of_another_system() {
        for name in ["terminal", "wt"] {
            let opened = Programs::of(&[name]).opens(Some(name));
            assert_eq!(opened.1, ["-e", "hat"], "{name}");
        }
    }

    #[test]
    fn a_command_of_ones_own_is_called_by_its_program() {
        let template = TerminalTemplate::try_from("'/opt/my apps/term' --run {command}".to_owned());
        let choice = TerminalChoice::Command {
            template: template.unwrap(),
        };
        assert_eq!(Way::of(&choice, &Variables::new()).unwrap().label, "term");
    }

    #[test]
    fn a_choice_that_is_not_here_is_told_and_nothing_else_is_taken_for_it() {
        let one = Programs::of(&["xterm"]);
        let kitty = TerminalChoice::Known {
            name: "kitty".to_owned(),
        };
        let missing = Way::of(&kitty, &one.variables(None)).unwrap_err();
        assert!(matches!(&missing, TerminalNotOpened::NotHere(name) if name == "kitty"));
        assert_eq!(Terminal::installed(&one.variables(None)).len(), 1);
        let none = Programs::of(&[]);
        assert!(matches!(
            Way::of(&TerminalChoice::System, &none.variables(None)),
            Err(TerminalNotOpened::None)
        ));
    }
}
