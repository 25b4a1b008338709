//! What the tray menu says, apart from any toolkit: sessions, favourites, recents, and the rest, in that order.

use hatrack_core::export::Shell;
use hatrack_core::view::{RoleView, SessionView};

use crate::acts::Act;

/// One line of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A heading, not clickable.
    Heading(&'static str),
    /// A separator.
    Line,
    /// Does something.
    Item {
        /// What, and with it the item's name in the toolkit.
        act: Act,
        /// The label.
        text: String,
    },
    /// Opens to more.
    Branch {
        /// Names it in the toolkit.
        id: String,
        /// The label.
        text: String,
        /// What it opens to.
        entries: Vec<Entry>,
    },
}

/// Longer lists are for the window.
const MOST_FAVOURITES: usize = 9;
const MOST_RECENTS: usize = 5;

/// The menu for these sessions and roles.
pub fn entries(sessions: &[SessionView], roles: &[RoleView]) -> Vec<Entry> {
    let live: Vec<_> = sessions
        .iter()
        .filter(|session| session.seconds_left > 0)
        .collect();
    let is_live = |role: &RoleView| {
        live.iter()
            .any(|session| session.role_key.as_deref() == Some(role.key.as_str()))
    };
    let usable = || {
        roles
            .iter()
            .filter(|role| role.unusable.is_none() && !is_live(role))
    };
    let favourites: Vec<_> = usable()
        .filter(|role| role.favourite)
        .take(MOST_FAVOURITES)
        .collect();
    let mut recents: Vec<_> = usable()
        .filter(|role| !role.favourite && role.last_use.is_some())
        .collect();
    recents.sort_by_key(|role| std::cmp::Reverse(role.last_use.as_ref().map(|last| last.at)));
    recents.truncate(MOST_RECENTS);

    let mut menu = Vec::new();
    section(
        &mut menu,
        "Active",
        live.iter().map(|session| of_session(session)).collect(),
    );
    section(
        &mut menu,
        "Favourites",
        favourites.into_iter().map(of_role).collect(),
    );
    section(&mut menu, "Recent", recents.into_iter().map(of_role).collect());
    if !live.is_empty() {
        menu.push(item(Act::EndAll, "Switch back from all"));
        menu.push(Entry::Line);
    }
    menu.push(item(Act::OpenWindow, "Open Hatrack"));
    menu.push(item(Act::Quit, "Quit Hatrack"));
    menu
}

fn section(menu: &mut Vec<Entry>, heading: &'static str, entries: Vec<Entry>) {
    if !entries.is_empty() {
        menu.push(Entry::Heading(heading));
        menu.extend(entries);
        menu.push(Entry::Line);
    }
}

fn item(act: Act, text: &str) -> Entry {
    Entry::Item {
        act,
        text: text.to_owned(),
    }
}

fn of_role(role: &RoleView) -> Entry {
    Entry::Item {
        act: Act::Switch {
            role: role.key.clone(),
        },
        text: format!("{} / {}", role.account_name, role.role_name),
    }
}

fn of_session(session: &SessionView) -> Entry {
    let id = || session.id.clone();
    let copies = Shell::ALL.map(|shell| item(Act::CopyEnv { session: id(), shell }, shell.label()));
    let renew = if session.renew_needs_code {
        "Renew…"
    } else {
        "Renew"
    };
    Entry::Branch {
        id: format!("session {}", session.id),
        text: format!(
            "{} / {} ({})",
            session.account_name,
            session.role_name,
            time_left(session.seconds_left)
        ),
        entries: vec![
            Entry::Branch {
                id: format!("copy {}", session.id),
                text: "Copy env".to_owned(),
                entries: copies.into(),
            },
            item(Act::Console { session: id() }, "Open console"),
            item(Act::Terminal { session: id() }, "Open terminal"),
            item(Act::Browse { session: id() }, "Browse S3"),
            Entry::Line,
            item(Act::Renew { session: id() }, renew),
            item(Act::End { session: id() }, "Switch back"),
            item(Act::Open { session: id() }, "Open"),
        ],
    }
}

/// Minutes up to two hours, then hours; rounded down, since a session lives no longer than it says.
fn time_left(seconds: u32) -> String {
    match seconds / 60 {
        0 => "under 1 min".to_owned(),
        minutes @ 1..=119 => format!("{minutes} min"),
        minutes => format!("{} h", minutes / 60),
    }
}

/// Seconds until a label of these sessions reads differently; `None` without a live session.
pub fn next_change(sessions: &[SessionView]) -> Option<u32> {
    let live = sessions.iter().filter(|session| session.seconds_left > 0);
    live.map(|session| session.seconds_left % 60 + 1).min()
}

/// Whether the icon asks for attention: a session ends within five minutes.
pub fn is_urgent(sessions: &[SessionView]) -> bool {
    sessions
        .iter()
        .any(|session| (1..=300).contains(&session.seconds_left))
}

impl Act {
    /// The item's name in the toolkit: stable while the item stands.
    pub fn item_id(&self) -> String {
        match self {
            Self::CopyEnv { session, shell } => format!("copy-env {} {session}", shell_word(*shell)),
            Self::Renew { session } => format!("renew {session}"),
            Self::End { session } => format!("end {session}"),
            Self::UndoEnd { undo } => format!("undo-end {undo}"),
            Self::Open { session } => format!("open {session}"),
            Self::Browse { session } => format!("browse {session}"),
            Self::Console { session } => format!("console {session}"),
            Self::Terminal { session } => format!("terminal {session}"),
            Self::Switch { role } => format!("switch {role}"),
            Self::EndAll => "end-all".to_owned(),
            Self::OpenWindow => "open-window".to_owned(),
            Self::Quit => "quit".to_owned(),
        }
    }

    /// The act that an item's name stands for.
    pub fn of_item(id: &str) -> Option<Self> {
        let (word, rest) = id.split_once(' ').unwrap_or((id, ""));
        let name = rest.to_owned();
        Some(match word {
            "copy-env" => {
                let (shell, session) = rest.split_once(' ')?;
                let shell = Shell::ALL.into_iter().find(|known| shell_word(*known) == shell)?;
                Self::CopyEnv {
                    session: session.to_owned(),
                    shell,
                }
            }
            "renew" => Self::Renew { session: name },
            "end" => Self::End { session: name },
            "undo-end" => Self::UndoEnd { undo: name },
            "open" => Self::Open { session: name },
            "browse" => Self::Browse { session: name },
            "console" => Self::Console { session: name },
            "terminal" => Self::Terminal { session: name },
            "switch" => Self::Switch { role: name },
            "end-all" => Self::EndAll,
            "open-window" => Self::OpenWindow,
            "quit" => Self::Quit,
            _ => return None,
        })
    }
}

fn shell_word(shell: Shell) -> String {
    shell.label().replace(' ', "-")
}

#[cfg(test)]
mod tests;
