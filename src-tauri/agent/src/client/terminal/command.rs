//! What runs in a terminal: `hat exec` with a session and the person's shell.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::Variables;

/// A shell with a session. A terminal that hands it over to another process may lose the environment on the way, so
/// where things are is told by words. None of them is a secret.
#[derive(Debug, Clone)]
pub struct SessionShell<'a> {
    /// The path of `hat`.
    pub hat: &'a Path,
    /// Hatrack's own files, where they are not in their usual places.
    pub home: Option<&'a Path>,
    /// The person's config file, where it is not in its usual place.
    pub config_file: Option<PathBuf>,
    /// The same for the credentials file.
    pub credentials_file: Option<PathBuf>,
    /// The session.
    pub session_id: &'a str,
    /// The shell, as words.
    pub shell: Vec<String>,
}

impl SessionShell<'_> {
    /// The words. Its `hat` announces itself at `socket`.
    pub fn words(&self, socket: &Path) -> Vec<String> {
        let session = format!("--session={}", self.session_id);
        self.exec([session, format!("--announce={}", socket.display())])
    }

    /// What a person types instead, in a terminal that is open already. It names the role, which outlives the session.
    pub fn typed(&self, role: String) -> Vec<String> {
        self.exec([role])
    }

    fn exec(&self, what: impl IntoIterator<Item = String>) -> Vec<String> {
        let mut words = vec![self.hat.display().to_string()];
        let places = [
            ("home", self.home),
            ("config-file", self.config_file.as_deref()),
            ("credentials-file", self.credentials_file.as_deref()),
        ];
        for (option, place) in places {
            words.extend(place.map(|place| format!("--{option}={}", place.display())));
        }
        words.push("exec".to_owned());
        words.extend(what);
        words.push("--".to_owned());
        words.extend_from_slice(&self.shell);
        words
    }
}

/// The person's shell, as words: `$SHELL`. Terminals of macOS start it as a login shell, where its files expect that.
pub fn shell_of_person(variables: &Variables) -> Vec<String> {
    let shell = variables
        .get(OsStr::new("SHELL"))
        .and_then(|shell| shell.to_str());
    let shell = shell
        .filter(|shell| shell.starts_with('/'))
        .unwrap_or("/bin/sh")
        .to_owned();
    let login = cfg!(target_os = "macos").then(|| "-l".to_owned());
    [shell].into_iter().chain(login).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_where_things_are() {
        let shell = SessionShell {
            hat: Path::new("/usr/bin/hat"),
            home: Some(Path::new("/w/home")),
            config_file: Some(PathBuf::from("/w/config")),
            credentials_file: None,
            session_id: "0123456789abcdef",
            shell: vec!["/bin/zsh".to_owned()],
        };
        assert_eq!(
            shell.words(Path::new("/w/home/run/t-1")),
            [
                "/usr/bin/hat",
                "--home=/w/home",
                "--config-file=/w/config",
                "exec",
                "--session=0123456789abcdef",
                "--announce=/w/home/run/t-1",
                "--",
                "/bin/zsh",
            ]
        );
        assert_eq!(
            shell.typed("prod".to_owned())[3..],
            ["exec", "prod", "--", "/bin/zsh"]
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_shell_that_is_no_path_is_not_looked_for() {
        let of = |shell: &str| shell_of_person(&Variables::from([("SHELL".into(), shell.into())]));
        assert_eq!(of("/usr/bin/fish"), ["/usr/bin/fish"]);
        assert_eq!(of("fish"), ["/bin/sh"]);
        assert_eq!(shell_of_person(&Variables::new()), ["/bin/sh"]);
    }
}
