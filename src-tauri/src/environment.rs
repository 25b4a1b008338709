//! The variables that this window goes by: the process's own, with the sandbox's over them.
//!
//! Nothing else here reads the process's environment, so that a window on the sandbox cannot mix the two.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use hatrack_core::caller::{CallerContext, Client};
use hatrack_store::home::{Home, HomeError};

use crate::start;

/// The variables.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// The process's own.
    pub fn of_process() -> Self {
        Self(std::env::vars_os().collect())
    }

    /// The same with `variables` over it; no `AWS_` variable of before shines through.
    pub fn on_sandbox(&self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let own = self
            .0
            .iter()
            .filter(|(name, _)| !name.to_string_lossy().starts_with("AWS_"));
        let mut all: BTreeMap<_, _> = own.map(|(name, value)| (name.clone(), value.clone())).collect();
        all.extend(
            variables
                .into_iter()
                .map(|(name, value)| (name.into(), value.into())),
        );
        Self(all)
    }

    /// One variable.
    pub fn var(&self, name: &str) -> Option<OsString> {
        self.0.get(OsStr::new(name)).cloned()
    }

    /// Hatrack's own files.
    pub fn home(&self) -> Result<Home, HomeError> {
        Home::resolve(&|name| self.var(name), std::env::consts::OS)
    }

    /// What goes along with each request to the agent.
    pub fn caller(&self, client: Client) -> CallerContext {
        let text = |value: &OsString| value.to_str().map(str::to_owned);
        let variables = self
            .0
            .iter()
            .filter_map(|(name, value)| Some((text(name)?, text(value)?)));
        let working_folder = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
        CallerContext::new(client, working_folder, variables)
    }

    /// The same for the person's own programs: without what is there for this process alone.
    pub fn for_programs(&self) -> BTreeMap<OsString, OsString> {
        let mut all = self.0.clone();
        let here = OURS.iter().copied().chain(start::set_by_us());
        here.for_each(|name| drop(all.remove(OsStr::new(name))));
        // Every path leads into an empty one, and most into the root.
        let is_folder = |bundle: &PathBuf| bundle.is_absolute() && bundle.parent().is_some();
        let Some(bundle) = self.var("APPDIR").map(PathBuf::from).filter(is_folder) else {
            return all;
        };
        for name in OF_APPIMAGE {
            all.remove(OsStr::new(name));
        }
        all.into_iter()
            .filter_map(|(name, value)| Some((name, outside(&bundle, value)?)))
            .collect()
    }

    /// Where a program of the person's starts.
    pub fn folder_of_person(&self) -> PathBuf {
        let home = self
            .var("HOME")
            .or_else(|| self.var("USERPROFILE"))
            .map(PathBuf::from);
        home.filter(|home| home.is_dir())
            .unwrap_or_else(|| PathBuf::from("/"))
    }

    /// The folder of things that can be made again: XDG's, else the platform's.
    pub fn cache(&self) -> Option<PathBuf> {
        let folder = |name: &str| {
            let value = self.var(name).map(PathBuf::from);
            value.filter(|path| path.is_absolute())
        };
        if cfg!(target_os = "windows") {
            return folder("LOCALAPPDATA").map(|base| base.join("Hatrack").join("Cache"));
        }
        if cfg!(target_os = "macos") {
            return folder("HOME").map(|home| home.join("Library/Caches/Hatrack"));
        }
        folder("XDG_CACHE_HOME")
            .or_else(|| folder("HOME").map(|home| home.join(".cache")))
            .map(|base| base.join("hatrack"))
    }
}

/// What tells this process how it was started, and who drives it.
const OURS: [&str; 5] = [
    start::AUTOMATION,
    "DESKTOP_STARTUP_ID",
    "XDG_ACTIVATION_TOKEN",
    "GIO_LAUNCHED_DESKTOP_FILE",
    "GIO_LAUNCHED_DESKTOP_FILE_PID",
];

/// What an AppImage sets for what is in it, beside paths into itself (linuxdeploy-plugin-gtk, AppImage's runtime).
const OF_APPIMAGE: [&str; 6] = ["APPDIR", "APPIMAGE", "ARGV0", "OWD", "GDK_BACKEND", "GTK_THEME"];

/// `value` without the paths in it that lead into `bundle`; `None` where nothing is left.
fn outside(bundle: &Path, value: OsString) -> Option<OsString> {
    let leads_in = |path: &PathBuf| path.starts_with(bundle);
    if !std::env::split_paths(&value).any(|path| leads_in(&path)) {
        return Some(value);
    }
    let rest = std::env::split_paths(&value).filter(|path| !leads_in(path));
    std::env::join_paths(rest).ok().filter(|rest| !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Environment {
        /// Of these variables.
        pub fn of<const N: usize>(variables: [(&str, &str); N]) -> Self {
            Self(variables.iter().map(|(n, v)| (n.into(), v.into())).collect())
        }
    }

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment(variables.iter().map(|(n, v)| (n.into(), v.into())).collect())
    }

    #[test]
    fn what_is_set_for_this_process_reaches_no_program_of_the_persons() {
        let own = Environment::of([
            ("PATH", "/usr/bin:/bin"),
            ("LD_LIBRARY_PATH", "/opt/mine"),
            ("TAURI_WEBVIEW_AUTOMATION", "true"),
            ("DESKTOP_STARTUP_ID", "x_TIME1"),
        ]);
        let names: Vec<_> = own.for_programs().into_keys().collect();
        assert_eq!(names, ["LD_LIBRARY_PATH", "PATH"]);
        let bundled = Environment::of([
            ("APPDIR", "/tmp/.mount_x"),
            ("APPIMAGE", "/home/p/Hatrack.AppImage"),
            ("PATH", "/tmp/.mount_x/usr/bin:/usr/bin"),
            ("LD_LIBRARY_PATH", "/tmp/.mount_x/usr/lib"),
            ("GDK_PIXBUF_MODULE_FILE", "/tmp/.mount_x/usr/lib/loaders.cache"),
            ("XDG_DATA_DIRS", "/tmp/.mount_x/usr/share:/usr/share"),
            ("LANG", "C.UTF-8"),
        ]);
        let expected = [
            ("LANG", "C.UTF-8"),
            ("PATH", "/usr/bin"),
            ("XDG_DATA_DIRS", "/usr/share"),
        ];
        let expected = expected.map(|(name, value)| (OsString::from(name), OsString::from(value)));
        assert_eq!(bundled.for_programs().into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_bundle_that_is_no_folder_takes_nothing_away() {
        for bundle in ["", "/", "usr"] {
            let own = Environment::of([("APPDIR", bundle), ("PATH", "/usr/bin:usr/bin")]);
            assert_eq!(own.for_programs(), own.0, "{bundle}");
        }
    }

    #[test]
    fn no_key_of_the_person_reaches_the_sandbox() {
        let own = environment(&[
            ("AWS_PROFILE", "prod"),
            ("AWS_SECRET_ACCESS_KEY", "s"),
            ("LANG", "C"),
        ]);
        let there = own.on_sandbox([("AWS_CONFIG_FILE".to_owned(), "/d/config".to_owned())]);
        assert_eq!(there.var("AWS_PROFILE"), None);
        assert_eq!(there.var("AWS_SECRET_ACCESS_KEY"), None);
        assert_eq!(there.var("LANG"), Some("C".into()));
        let caller = there.caller(Client::Window);
        assert_eq!(
            caller
                .vars()
                .filter(|(name, _)| name.starts_with("AWS_"))
                .collect::<Vec<_>>(),
            [("AWS_CONFIG_FILE", "/d/config")]
        );
    }
}
