//! The terminals that are known, and how each is told what runs in it.

use hatrack_core::terminal::shell_line;

/// How a terminal is told what runs in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// After these words, the command's own.
    Words(&'static [&'static str]),
    /// After these words, the command as one text, which is split or read by a shell there.
    Text(&'static [&'static str]),
}

/// Where a terminal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A program on the PATH, on Linux.
    Program(&'static str),
    /// A folder on macOS. Its application is told by `osascript`.
    Bundle(&'static [&'static str]),
    /// A program on the PATH, on Windows.
    Windows(&'static str),
}

/// A terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    /// What settings call it.
    pub name: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// Where it is.
    pub place: Place,
    /// How it is told.
    pub pass: Pass,
}

const fn program(name: &'static str, label: &'static str, pass: Pass) -> Known {
    Known {
        name,
        label,
        place: Place::Program(name),
        pass,
    }
}

/// What leads on to the desktop's own terminal: the proposed "Default Terminal Execution Specification", and Debian
/// Policy, 11.8.3 "Packages providing a terminal emulator".
pub(super) const SYSTEM: [Known; 2] = [
    program("xdg-terminal-exec", "The desktop’s own", Pass::Words(&[])),
    program("x-terminal-emulator", "The desktop’s own", Pass::Words(&["-e"])),
];

/// In the order in which they are taken where nothing else decides. By their manual pages; where one would hand the
/// command over to a process that runs already, it is asked for one of its own, which has our environment. Those of
/// macOS and Windows have not been tried.
pub(super) const KNOWN: [Known; 16] = [
    program("gnome-terminal", "GNOME Terminal", Pass::Words(&["--"])),
    program("ptyxis", "Ptyxis", Pass::Words(&["--new-window", "--"])),
    program("kgx", "GNOME Console", Pass::Words(&["--"])),
    program("konsole", "Konsole", Pass::Words(&["-e"])),
    program(
        "xfce4-terminal",
        "Xfce Terminal",
        Pass::Words(&["--disable-server", "-x"]),
    ),
    program("kitty", "kitty", Pass::Words(&["--"])),
    program("alacritty", "Alacritty", Pass::Words(&["-e"])),
    program(
        "wezterm",
        "WezTerm",
        Pass::Words(&["start", "--always-new-process", "--"]),
    ),
    program("foot", "foot", Pass::Words(&["--"])),
    program(
        "ghostty",
        "Ghostty",
        Pass::Words(&["--gtk-single-instance=false", "-e"]),
    ),
    program("tilix", "Tilix", Pass::Text(&["--new-process", "-e"])),
    program("terminator", "Terminator", Pass::Words(&["--no-dbus", "-x"])),
    program("xterm", "xterm", Pass::Words(&["-e"])),
    Known {
        name: "iterm",
        label: "iTerm",
        place: Place::Bundle(&["Applications/iTerm.app"]),
        pass: Pass::Text(&[
            "-e",
            "on run argv",
            "-e",
            "tell application \"iTerm\" to create window with default profile command (item 1 of argv)",
            "-e",
            "tell application \"iTerm\" to activate",
            "-e",
            "end run",
        ]),
    },
    Known {
        name: "terminal",
        label: "Terminal",
        place: Place::Bundle(&[
            "System/Applications/Utilities/Terminal.app",
            "Applications/Utilities/Terminal.app",
        ]),
        pass: Pass::Text(&[
            "-e",
            "on run argv",
            "-e",
            "tell application \"Terminal\" to do script (item 1 of argv)",
            "-e",
            "tell application \"Terminal\" to activate",
            "-e",
            "end run",
        ]),
    },
    Known {
        name: "wt",
        label: "Windows Terminal",
        place: Place::Windows("wt"),
        pass: Pass::Words(&["new-tab", "--"]),
    },
];

/// For a program that is not known: what most of them take.
pub(super) const USUAL: Pass = Pass::Words(&["-e"]);

impl Pass {
    /// What follows the program on its command line.
    pub(super) fn words(self, command: &[String]) -> Vec<String> {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        match self {
            Self::Words(before) => [owned(before), command.to_vec()].concat(),
            Self::Text(before) => [owned(before), vec![shell_line(command)]].concat(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The whole command line of each.
    const ROWS: [(&str, &[&str]); 16] = [
        ("xdg-terminal-exec", &["/a b/hat", "exec", "--", "zsh"]),
        ("x-terminal-emulator", &["-e", "/a b/hat", "exec", "--", "zsh"]),
        ("gnome-terminal", &["--", "/a b/hat", "exec", "--", "zsh"]),
        ("ptyxis", &["--new-window", "--", "/a b/hat", "exec", "--", "zsh"]),
        ("kgx", &["--", "/a b/hat", "exec", "--", "zsh"]),
        ("konsole", &["-e", "/a b/hat", "exec", "--", "zsh"]),
        (
            "xfce4-terminal",
            &["--disable-server", "-x", "/a b/hat", "exec", "--", "zsh"],
        ),
        ("kitty", &["--", "/a b/hat", "exec", "--", "zsh"]),
        ("alacritty", &["-e", "/a b/hat", "exec", "--", "zsh"]),
        (
            "wezterm",
            &[
                "start",
                "--always-new-process",
                "--",
                "/a b/hat",
                "exec",
                "--",
                "zsh",
            ],
        ),
        ("foot", &["--", "/a b/hat", "exec", "--", "zsh"]),
        (
            "ghostty",
            &[
                "--gtk-single-instance=false",
                "-e",
                "/a b/hat",
                "exec",
                "--",
                "zsh",
            ],
        ),
        ("tilix", &["--new-process", "-e", "'/a b/hat' exec -- zsh"]),
        (
            "terminator",
            &["--no-dbus", "-x", "/a b/hat", "exec", "--", "zsh"],
        ),
        ("xterm", &["-e", "/a b/hat", "exec", "--", "zsh"]),
        ("wt", &["new-tab", "--", "/a b/hat", "exec", "--", "zsh"]),
    ];

    fn command() -> Vec<String> {
        ["/a b/hat", "exec", "--", "zsh"].map(str::to_owned).into()
    }

    #[test]
    fn each_terminal_is_told_in_its_own_way() {
        for (name, expected) in ROWS {
            let known = SYSTEM
                .iter()
                .chain(&KNOWN)
                .find(|known| known.name == name)
                .unwrap();
            assert_eq!(known.pass.words(&command()), expected, "{name}");
        }
    }

    #[test]
    fn an_application_of_macos_is_told_by_one_text_that_no_script_holds() {
        for name in ["terminal", "iterm"] {
            let known = KNOWN.iter().find(|known| known.name == name).unwrap();
            let words = known.pass.words(&command());
            let (text, script) = words.split_last().unwrap();
            assert_eq!(text, "'/a b/hat' exec -- zsh", "{name}");
            assert!(script.iter().all(|word| !word.contains("hat")), "{name}");
        }
    }

    #[test]
    fn no_terminal_stands_here_twice_or_without_a_row_above() {
        let names: std::collections::BTreeSet<&str> =
            SYSTEM.iter().chain(&KNOWN).map(|known| known.name).collect();
        assert_eq!(names.len(), SYSTEM.len() + KNOWN.len());
        assert_eq!(
            names.len(),
            ROWS.len() + 2,
            "those of macOS have a test of their own"
        );
    }
}
