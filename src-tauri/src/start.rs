//! How the program is started: its arguments, and what must be right before the first window.

use std::ffi::OsString;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

/// What the arguments ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Start {
    /// Work on the miniature AWS.
    pub sandbox: bool,
    /// Start in the tray, without a window.
    pub hidden: bool,
    /// Ask what to do with this link.
    pub link: Option<OpenedLink>,
}

/// A `hatrack://` link that the desktop hands over. What it names is read only once it is shown to the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedLink(String);

impl OpenedLink {
    /// The longest that is handed on, in bytes. A link that names a role ends long before.
    pub const LONGEST: usize = 8 * 1024;

    /// `text`, if it is one of ours.
    pub fn of(text: &str) -> Option<Self> {
        let scheme = text.get(.."hatrack://".len())?;
        let ours = scheme.eq_ignore_ascii_case("hatrack://") && text.len() <= Self::LONGEST;
        ours.then(|| Self(text.to_owned()))
    }

    /// As it came.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What `main` does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Opens the window.
    Open(Start),
    /// Prints a text and ends.
    Print(String),
}

/// An argument that is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("hatrack takes no {0}; see hatrack --help")]
pub struct UnknownArgument(pub String);

const HELP: &str = "\
Hatrack, an access broker for AWS on the desktop. In a terminal, use hat.

Usage: hatrack [--sandbox] [--hidden] [LINK]

  LINK        a hatrack:// link; the window asks what to do with it
  --sandbox   work on a miniature AWS on this computer; no account is needed
  --hidden    start in the tray
  --version   the version
  --help      this text";

/// Reads the arguments after the program's name.
pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked, UnknownArgument> {
    let mut start = Start::default();
    for argument in arguments {
        match argument.to_str() {
            Some("--sandbox") => start.sandbox = true,
            Some("--hidden") => start.hidden = true,
            Some(text) if start.link.is_none() && OpenedLink::of(text).is_some() => {
                start.link = OpenedLink::of(text);
            }
            Some("--help" | "-h") => return Ok(Asked::Print(HELP.into())),
            Some("--version" | "-V") => {
                return Ok(Asked::Print(format!("hatrack {}", env!("CARGO_PKG_VERSION"))));
            }
            _ => {
                return Err(UnknownArgument(
                    argument.to_string_lossy().escape_debug().to_string(),
                ));
            }
        }
    }
    Ok(Asked::Open(start))
}

/// There is no display that a window could open on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoDisplay;

impl fmt::Display for NoDisplay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "There is no display to open a window on: set DISPLAY or WAYLAND_DISPLAY, or use hat, which needs none.",
        )
    }
}

impl std::error::Error for NoDisplay {}

/// Opens the connection to the display. GTK itself would panic where there is none.
#[cfg(target_os = "linux")]
pub fn reach_display() -> Result<(), NoDisplay> {
    gtk::init().map_err(|_| NoDisplay)
}

/// Only Linux runs without a display.
#[cfg(not(target_os = "linux"))]
pub fn reach_display() -> Result<(), NoDisplay> {
    Ok(())
}

/// WebKitGTK lets whoever sets this variable drive the page. Tests do; a released program must not.
pub const AUTOMATION: &str = "TAURI_WEBVIEW_AUTOMATION";

const RENDERER: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
static SET_BY_US: AtomicBool = AtomicBool::new(false);

/// The variables that [`settle_environment`] has set, which are for this process alone.
pub fn set_by_us() -> Option<&'static str> {
    SET_BY_US.load(Ordering::Relaxed).then_some(RENDERER)
}

/// Settles what WebKitGTK reads from the environment. To be called before anything else has started a thread: a
/// process's variables cannot be changed safely beside one.
///
/// [`AUTOMATION`] goes, unless this is a build for tests. Where the person has not said otherwise, the page's process
/// loads no graphics driver: lists and forms gain nothing from one, and on a machine without a GPU the driver's
/// software takes longer to load than the page.
#[cfg(target_os = "linux")]
pub fn settle_environment() {
    if !cfg!(debug_assertions) {
        gtk::glib::unsetenv(AUTOMATION);
    }
    if std::env::var_os(RENDERER).is_some() {
        return;
    }
    match gtk::glib::setenv(RENDERER, "1", false) {
        Ok(()) => SET_BY_US.store(true, Ordering::Relaxed),
        // It only costs time.
        Err(why) => eprintln!("hatrack: {why}"),
    }
}

/// Only WebKitGTK reads variables.
#[cfg(not(target_os = "linux"))]
pub fn settle_environment() {}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use super::*;

    fn asked(arguments: &[&str]) -> Result<Asked, UnknownArgument> {
        read(arguments.iter().map(OsString::from))
    }

    #[test]
    fn flags_are_read_and_anything_else_is_refused() {
        assert_eq!(asked(&[]), Ok(Asked::Open(Start::default())));
        let both = Start {
            sandbox: true,
            hidden: true,
            link: None,
        };
        assert_eq!(asked(&["--hidden", "--sandbox"]), Ok(Asked::Open(both)));
        assert_eq!(asked(&["--sandbux"]), Err(UnknownArgument("--sandbux".into())));
        assert_eq!(asked(&["a\u{1b}[2J"]), Err(UnknownArgument("a\\u{1b}[2J".into())));
        assert!(matches!(asked(&["--sandbox", "--help"]), Ok(Asked::Print(_))));
    }

    #[test]
    fn one_link_of_ours_is_taken_and_no_other_address() {
        let link = "hatrack://switch?account=081278057606&role=Reader";
        let Ok(Asked::Open(start)) = asked(&[link]) else {
            panic!("the link was not taken")
        };
        assert_eq!(start.link.as_ref().map(OpenedLink::as_str), Some(link));
        let long = format!("hatrack://switch?role={}", "x".repeat(OpenedLink::LONGEST));
        for wrong in [
            &[link, link][..],
            &["https://signin.aws.amazon.com/switchrole"],
            &["hatrack:switch"],
            &["file:///etc/passwd"],
            &[&long],
        ] {
            assert!(asked(wrong).is_err(), "{wrong:?}");
        }
    }
}
