//! Which browsers there are.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How a browser keeps sign-ins apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// By containers, with the extension "Open external links in a container".
    Firefox,
    /// By profiles.
    Chromium,
}

/// A browser of this computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browser {
    /// What settings call it.
    pub name: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// What kind it is.
    pub family: Family,
    /// What starts it: a program and its first words.
    pub start: Vec<String>,
}

/// A browser, and where it may be.
struct Known {
    name: &'static str,
    label: &'static str,
    family: Family,
    programs: &'static [&'static str],
    /// Its desktop file, where it comes by Flatpak.
    flatpak: &'static str,
    /// Its folder, on macOS.
    bundle: &'static str,
}

const KNOWN: [Known; 6] = [
    Known {
        name: "firefox",
        label: "Firefox",
        family: Family::Firefox,
        programs: &["firefox", "firefox-esr"],
        flatpak: "org.mozilla.firefox",
        bundle: "Firefox.app/Contents/MacOS/firefox",
    },
    Known {
        name: "chromium",
        label: "Chromium",
        family: Family::Chromium,
        programs: &["chromium", "chromium-browser"],
        flatpak: "org.chromium.Chromium",
        bundle: "Chromium.app/Contents/MacOS/Chromium",
    },
    Known {
        name: "chrome",
        label: "Chrome",
        family: Family::Chromium,
        programs: &["google-chrome", "google-chrome-stable"],
        flatpak: "com.google.Chrome",
        bundle: "Google Chrome.app/Contents/MacOS/Google Chrome",
    },
    Known {
        name: "edge",
        label: "Edge",
        family: Family::Chromium,
        programs: &["microsoft-edge", "microsoft-edge-stable"],
        flatpak: "com.microsoft.Edge",
        bundle: "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    },
    Known {
        name: "brave",
        label: "Brave",
        family: Family::Chromium,
        programs: &["brave-browser", "brave"],
        flatpak: "com.brave.Browser",
        bundle: "Brave Browser.app/Contents/MacOS/Brave Browser",
    },
    Known {
        name: "vivaldi",
        label: "Vivaldi",
        family: Family::Chromium,
        programs: &["vivaldi", "vivaldi-stable"],
        flatpak: "com.vivaldi.Vivaldi",
        bundle: "Vivaldi.app/Contents/MacOS/Vivaldi",
    },
];

impl Browser {
    /// Those that are installed.
    pub fn installed() -> Vec<Self> {
        KNOWN.iter().filter_map(Known::here).collect()
    }

    /// The installed one of this name, which may also be its program's.
    pub fn named(name: &str) -> Option<Self> {
        let is_it = |known: &&Known| known.name == name || known.programs.contains(&name);
        KNOWN.iter().find(is_it).and_then(Known::here)
    }

    /// The desktop's own, where it is a known one.
    pub fn default_one() -> Option<Self> {
        let said = Command::new("xdg-settings")
            .args(["get", "default-web-browser"])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .ok()?;
        let file = String::from_utf8(said.stdout).ok()?;
        let id = file.trim().strip_suffix(".desktop")?;
        let is_it = |known: &&Known| {
            known.flatpak.eq_ignore_ascii_case(id)
                || known.programs.iter().any(|program| is_entry(id, program))
        };
        KNOWN.iter().find(is_it).and_then(Known::here)
    }
}

/// Whether a desktop file's name is the program's: Snap puts its own before it (`firefox_firefox`).
fn is_entry(id: &str, program: &str) -> bool {
    id == program
        || id
            .strip_suffix(program)
            .is_some_and(|before| before.ends_with('_'))
}

impl Known {
    fn here(&self) -> Option<Browser> {
        let start = match cfg!(target_os = "macos") {
            true => self.on_mac().map(|path| vec![path.display().to_string()]),
            false => self.on_path().or_else(|| self.by_flatpak()),
        };
        Some(Browser {
            name: self.name,
            label: self.label,
            family: self.family,
            start: start?,
        })
    }

    fn on_path(&self) -> Option<Vec<String>> {
        let path = std::env::var_os("PATH")?;
        self.programs.iter().find_map(|program| {
            let found = find_in(&path, program)?;
            Some(vec![found.display().to_string()])
        })
    }

    fn by_flatpak(&self) -> Option<Vec<String>> {
        let flatpak = find_in(&std::env::var_os("PATH")?, "flatpak")?;
        let file = format!("{}.desktop", self.flatpak);
        let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
        let folders = [
            home.join(".local/share/flatpak/exports/share/applications"),
            PathBuf::from("/var/lib/flatpak/exports/share/applications"),
        ];
        let is_here = folders.iter().any(|folder| folder.join(&file).exists());
        is_here.then(|| {
            vec![
                flatpak.display().to_string(),
                "run".to_owned(),
                self.flatpak.to_owned(),
            ]
        })
    }

    fn on_mac(&self) -> Option<PathBuf> {
        let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
        [PathBuf::from("/Applications"), home.join("Applications")]
            .iter()
            .map(|folder| folder.join(self.bundle))
            .find(|program| program.exists())
    }
}

/// The program of this name that may be executed.
pub(in crate::client) fn find_in(path: &OsStr, program: &str) -> Option<PathBuf> {
    std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(program))
        .find(|file| is_executable(file))
}

fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata()
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::is_entry;

    #[test]
    fn a_desktop_file_tells_its_browser() {
        assert!(is_entry("firefox", "firefox") && is_entry("firefox_firefox", "firefox"));
        assert!(!is_entry("notfirefox", "firefox") && !is_entry("firefox-esr", "firefox"));
    }
}
