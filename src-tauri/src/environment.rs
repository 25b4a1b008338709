//! The variables that this window goes by: the process's own, with the sandbox's over them.
//!
//! Nothing else here reads the process's environment, so that a window on the sandbox cannot mix the two.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use hatrack_core::caller::{CallerContext, Client};
use hatrack_store::home::{Home, HomeError};

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
        self.0.get(std::ffi::OsStr::new(name)).cloned()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment(variables.iter().map(|(n, v)| (n.into(), v.into())).collect())
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
