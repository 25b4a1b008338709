//! G2: what hands secrets out leaves none behind: not in logs, history, the data folder, the shared files, nor where
//! other programs look at processes.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::stage::{Ran, Stage, eventually};

/// What must be found nowhere, and all places that were looked at.
struct Hunt<'a> {
    stage: &'a Stage,
    secrets: Vec<String>,
    places: Vec<(String, Vec<u8>)>,
}

impl<'a> Hunt<'a> {
    fn at(stage: &'a Stage) -> Self {
        let traced = stage.hat(["agent"]).env("HATRACK_LOG", "trace").output().unwrap();
        assert_eq!(traced.status.code(), Some(0));
        Self {
            stage,
            secrets: Vec::new(),
            places: Vec::new(),
        }
    }

    fn secret(&mut self, text: &str) {
        assert!(text.len() >= 16, "too short to be told from other words");
        self.secrets.push(text.to_owned());
    }

    /// The session of a profile: what `hat` hands out of it is secret.
    fn session_of(&mut self, profile: &str) {
        let given = self.stage.json(["credential-process", profile]);
        for name in ["SecretAccessKey", "SessionToken"] {
            self.secret(given[name].as_str().unwrap());
        }
    }

    /// Runs `hat` with everything logged. What it says on standard error is looked at; its output is what was asked for.
    fn run(&mut self, arguments: &[&str]) -> Ran {
        let ran = Ran::of(
            self.stage
                .hat(arguments)
                .env("HATRACK_LOG", "trace")
                .output()
                .unwrap(),
        );
        self.places
            .push((format!("errors of {arguments:?}"), ran.err.clone().into_bytes()));
        ran
    }

    /// The same, and its output must hold none either.
    fn look_at(&mut self, arguments: &[&str]) {
        let ran = self.run(arguments);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        self.places
            .push((format!("output of {arguments:?}"), ran.out.into_bytes()));
    }

    /// Command lines and environments of all processes of this stage, as they are now; how many there are.
    fn look_at_processes(&mut self) -> usize {
        let folder = self.stage.folder().as_os_str().as_encoded_bytes().to_owned();
        let agent = self.stage.agent_status()["pid"].to_string();
        let mut found = 0;
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            if !entry
                .file_name()
                .to_string_lossy()
                .chars()
                .all(|c| c.is_ascii_digit())
            {
                continue;
            }
            // One may end meanwhile, and the agent lets nobody but root read its environment.
            let read = |name: &str| fs::read(entry.path().join(name)).unwrap_or_default();
            let (words, environment) = (read("cmdline"), read("environ"));
            let is_agent = entry.file_name().to_string_lossy() == agent;
            if !is_agent && !holds(&words, &folder) && !holds(&environment, &folder) {
                continue;
            }
            found += 1;
            let name = String::from_utf8_lossy(&words).replace('\0', " ");
            self.places.push((format!("the command line {name}"), words));
            self.places
                .push((format!("the environment of {name}"), environment));
        }
        found
    }

    fn look_at_files(&mut self) {
        let shared = [self.stage.config_file(), self.stage.credentials_file()].map(Path::to_owned);
        for file in self.stage.files_of_home().into_iter().chain(shared) {
            match fs::read(&file) {
                Ok(bytes) => self.places.push((file.display().to_string(), bytes)),
                // A file beside another is renamed over it in the end.
                Err(why) => assert_eq!(why.kind(), ErrorKind::NotFound, "{}", file.display()),
            }
        }
    }

    #[track_caller]
    fn ends_empty(mut self) {
        self.look_at(&["history", "--json", "--limit", "1000"]);
        self.look_at(&["history", "--export", "csv"]);
        self.look_at(&["history", "--export", "json"]);
        self.look_at(&["sessions", "--json"]);
        self.look_at(&["config"]);
        self.look_at_files();
        let logged = self.places.iter().any(|(place, _)| place.ends_with("agent.log"));
        let remembered = self.places.iter().any(|(place, _)| place.contains("history.db"));
        assert!(logged && remembered && !self.secrets.is_empty());
        for (place, bytes) in &self.places {
            for secret in &self.secrets {
                assert!(
                    !holds(bytes, secret.as_bytes()),
                    "a secret of {} characters is in {place}",
                    secret.len()
                );
            }
        }
    }
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Ended when the test is over, however that ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn g2_exports_and_prompts_leave_no_secret() {
    let stage = Stage::set();
    let mut hunt = Hunt::at(&stage);
    hunt.session_of("stuzio");
    for shell in ["bash", "fish", "powershell", "cmd", "nu", "dotenv", "json"] {
        let ran = hunt.run(&["env", "stuzio", "--shell", shell]);
        assert!(ran.succeeded().contains(&hunt.secrets[0]), "{shell}");
        if shell != "dotenv" {
            hunt.look_at(&["env", "--unset", "--shell", shell]);
        }
    }
    let exported = stage.json(["env", "stuzio", "--shell", "json"]);
    let mut prompt = stage.hat(["prompt", "--segment"]);
    for (name, value) in exported.as_object().unwrap() {
        prompt.env(name, value.as_str().unwrap());
    }
    let shown = Ran::of(prompt.env("HATRACK_ROLE", "stuzio/Consultant").output().unwrap());
    assert!(shown.succeeded().contains("stuzio/Consultant"), "{shown:?}");
    hunt.places
        .push(("the prompt".to_owned(), (shown.out + &shown.err).into_bytes()));
    hunt.look_at_processes();
    hunt.ends_empty();
}

#[test]
fn g2_a_command_of_exec_shows_no_secret_to_who_looks_at_processes() {
    let stage = Stage::set();
    let mut hunt = Hunt::at(&stage);
    hunt.session_of("stuzio");
    let ready = stage.folder().join("ready");
    let script = format!("touch '{}'; read never", ready.display());
    let command = ["exec", "stuzio", "--", "sh", "-c", &script];
    let running = Running(stage.hat(command).stdin(Stdio::piped()).spawn().unwrap());
    eventually("the command", || ready.exists().then_some(()));
    // The agent, `hat exec` and its shell.
    assert!(hunt.look_at_processes() >= 3, "{:?}", hunt.places);
    hunt.look_at_files();
    drop(running);
    hunt.ends_empty();
}

#[test]
fn g2_the_console_s_link_is_in_no_file_and_on_no_command_line() {
    let stage = Stage::set();
    let mut hunt = Hunt::at(&stage);
    hunt.session_of("stuzio");
    let token = |link: &str| {
        link.split("SigninToken=")
            .nth(1)
            .unwrap()
            .split('&')
            .next()
            .unwrap()
            .trim()
            .to_owned()
    };
    let printed = hunt.run(&["console", "stuzio", "--print"]);
    hunt.secret(&token(printed.succeeded()));

    // A browser that stays open, and tells where the page that it was given leads.
    let browsers = stage.folder().join("bin");
    fs::create_dir(&browsers).unwrap();
    let led = stage.folder().join("led");
    let script = format!(
        "#!/bin/sh\nfor word; do :; done\ncurl -s -o /dev/null -w '%{{redirect_url}}' \"$word\" > '{led}.tmp'\n\
         mv '{led}.tmp' '{led}'\nwhile [ -e '{led}' ]; do sleep 0.05; done\n",
        led = led.display()
    );
    let path = browsers.join("chromium");
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let search = format!("{}:{}", browsers.display(), std::env::var("PATH").unwrap());
    let mut console = stage.hat(["console", "stuzio", "--browser", "chromium"]);
    let console = console
        .env("PATH", search)
        .env("HATRACK_LOG", "trace")
        .spawn()
        .unwrap();
    let link = eventually("the link", || fs::read_to_string(&led).ok());
    hunt.secret(&token(&link));
    assert!(hunt.look_at_processes() >= 2, "the agent and the browser");
    fs::remove_file(&led).unwrap();
    let told = console.wait_with_output().unwrap();
    hunt.places.push((
        "what the console said".to_owned(),
        [told.stdout, told.stderr].concat(),
    ));
    hunt.ends_empty();
}

#[test]
fn g2_a_profile_holds_a_secret_only_where_keys_were_asked_for_and_while_they_live() {
    let stage = Stage::set();
    let mut hunt = Hunt::at(&stage);
    hunt.session_of("stuzio");
    let written = hunt.run(&["profile", "write", "stuzio", "--as", "by-line", "--yes"]);
    written.succeeded();
    hunt.look_at(&["profile", "list", "--json"]);
    hunt.look_at_files();
    // The exception that rules name: plain keys, on request.
    hunt.run(&["profile", "write", "stuzio", "--as", "by-keys", "--keys", "--yes"])
        .succeeded();
    let file = fs::read(stage.credentials_file()).unwrap();
    assert!(holds(&file, hunt.secrets[0].as_bytes()));
    hunt.look_at(&["profile", "list", "--json"]);
    hunt.look_at(&["end", "stuzio"]);
    hunt.ends_empty();
}

#[test]
fn g2_an_endpoint_s_token_is_told_once_and_written_nowhere() {
    let stage = Stage::set();
    let mut hunt = Hunt::at(&stage);
    hunt.session_of("stuzio");
    let served = hunt
        .run(&["serve", "stuzio", "--detach", "--shell", "json"])
        .json();
    let token = served["AWS_CONTAINER_AUTHORIZATION_TOKEN"].as_str().unwrap();
    hunt.secret(token);
    let address = served["AWS_CONTAINER_CREDENTIALS_FULL_URI"].as_str().unwrap();
    // Both a program that is served and one that is refused.
    for header in [
        format!("Authorization: {token}"),
        "Authorization: wrong".to_owned(),
    ] {
        let curl = Command::new("curl")
            .args(["-s", "-H", &header, address])
            .output()
            .unwrap();
        assert!(curl.status.success());
    }
    hunt.look_at(&["serve", "--log", "--json"]);
    hunt.look_at_processes();
    hunt.look_at(&["serve", "stuzio", "--stop"]);
    hunt.ends_empty();
}
