//! What runs in a terminal.

use std::path::{Path, PathBuf};

use hatrack_store::home::Home;

use crate::environment::Environment;

/// `hat exec` with a session and the person's shell. A terminal that hands it over to another process may lose the
/// environment on the way, so where things are is told by words.
pub struct Command<'a> {
    pub hat: &'a Path,
    pub home: &'a Home,
    pub environment: &'a Environment,
    pub session_id: &'a str,
}

impl Command<'_> {
    /// The words; its `hat` announces itself at `socket`.
    pub fn words(&self, socket: &Path) -> Vec<String> {
        let mut words = vec![self.hat.display().to_string()];
        let home = self.home.variable().map(|(_, folder)| folder.to_owned());
        let file = |name: &str| self.environment.var(name).map(PathBuf::from);
        let places = [
            ("home", home),
            ("config-file", file("AWS_CONFIG_FILE")),
            ("credentials-file", file("AWS_SHARED_CREDENTIALS_FILE")),
        ];
        for (option, place) in places {
            words.extend(place.map(|place| format!("--{option}={}", place.display())));
        }
        words.push("exec".to_owned());
        words.push(format!("--session={}", self.session_id));
        words.push(format!("--announce={}", socket.display()));
        words.push("--".to_owned());
        words.extend(super::shell(self.environment));
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_where_things_are_and_no_secret() {
        let environment = Environment::of([
            ("AWS_CONFIG_FILE", "/w/config"),
            ("AWS_SECRET_ACCESS_KEY", "canary"),
            ("SHELL", "/bin/zsh"),
        ]);
        let home = Home::at(Path::new("/w/home"));
        let command = Command {
            hat: Path::new("/usr/bin/hat"),
            home: &home,
            environment: &environment,
            session_id: "0123456789abcdef",
        };
        let words = command.words(Path::new("/w/home/run/t-1"));
        let expected = [
            "/usr/bin/hat",
            "--home=/w/home",
            "--config-file=/w/config",
            "exec",
            "--session=0123456789abcdef",
            "--announce=/w/home/run/t-1",
            "--",
            "/bin/zsh",
        ];
        assert_eq!(words[..8], expected);
        let none = Environment::default();
        let command = Command { environment: &none, ..command };
        assert!(command.words(Path::new("/s")).contains(&"/bin/sh".to_owned()));
    }
}
