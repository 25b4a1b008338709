//! A sandbox, a home, and `hat` run between them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use hatrack_sandbox::{Admin, Options, Running, Story};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The program under test.
pub const HAT: &str = env!("CARGO_BIN_EXE_hat");

/// Everything that one test has to itself.
pub struct Stage {
    sandbox: Option<Running>,
    folder: TempDir,
    runtime: Runtime,
}

/// What a run of `hat` left.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Stage {
    pub fn set() -> Self {
        Self::with(Options::default())
    }

    pub fn with(options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = Runtime::new().unwrap();
        let options = Options {
            dir: Some(folder.path().join("sandbox")),
            ..options
        };
        let sandbox = runtime.block_on(hatrack_sandbox::start(options)).unwrap();
        std::fs::File::create(sandbox.manifest().home.join("sandbox-home")).unwrap();
        Self {
            sandbox: Some(sandbox),
            folder,
            runtime,
        }
    }

    fn sandbox(&self) -> &Running {
        self.sandbox.as_ref().unwrap()
    }

    pub fn admin(&self) -> Admin {
        self.sandbox().admin()
    }

    pub fn manifest(&self) -> &hatrack_sandbox::Manifest {
        self.sandbox().manifest()
    }

    pub fn story(&self, id: &str) -> &Story {
        self.sandbox()
            .manifest()
            .story(id)
            .unwrap_or_else(|| panic!("no story {id}"))
    }

    /// A folder for the test's own files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn home(&self) -> &Path {
        &self.sandbox().manifest().home
    }

    pub fn config_file(&self) -> &Path {
        &self.sandbox().manifest().config_file
    }

    pub fn credentials_file(&self) -> &Path {
        &self.sandbox().manifest().credentials_file
    }

    /// The code that the story's MFA device shows now.
    pub fn mfa_code(&self, story: &Story) -> String {
        hatrack_sandbox::totp(story.mfa_seed.as_deref().unwrap(), self.admin().now()).unwrap()
    }

    /// `hat` in an environment of its own, without keyring and without terminal.
    pub fn hat<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut hat = Command::new(HAT);
        hat.args(arguments);
        self.dress(&mut hat);
        hat
    }

    /// Gives a command the stage's environment.
    pub fn dress(&self, command: &mut Command) {
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.folder())
            .env("HATRACK_HOME", self.home())
            .env("AWS_CONFIG_FILE", self.config_file())
            .env("AWS_SHARED_CREDENTIALS_FILE", self.credentials_file())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env(
                "DBUS_SESSION_BUS_ADDRESS",
                format!("unix:path={}", self.folder().join("no-bus").display()),
            )
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
    }

    pub fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Ran {
        Ran::of(self.hat(arguments).output().unwrap())
    }

    /// Runs and expects exit 0 and JSON.
    pub fn json<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Value {
        self.run(arguments).json()
    }

    /// The agent's status; fails where none runs.
    pub fn agent_status(&self) -> Value {
        self.json(["agent", "--status", "--json"])
    }

    /// Stops AWS: what is asked of it from now on gets no answer.
    pub fn stop_sandbox(&mut self) {
        if let Some(sandbox) = self.sandbox.take() {
            self.runtime.block_on(sandbox.shutdown());
        }
    }

    /// Every file below the home.
    pub fn files_of_home(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut folders = vec![self.folder().join("sandbox/home")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.is_file() {
                    files.push(path);
                }
            }
        }
        files
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if self.sandbox.is_some() {
            let stopped = self.hat(["agent", "--stop"]).output();
            if !std::thread::panicking() {
                let stopped = Ran::of(stopped.unwrap());
                assert_eq!(stopped.code, Some(0), "{stopped:?}");
            }
        }
    }
}

impl Ran {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        self.succeeded();
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    #[track_caller]
    pub fn succeeded(&self) -> &str {
        assert_eq!(self.code, Some(0), "{self:?}");
        &self.out
    }

    /// Failed with this code, one message, and nothing on standard output. Gives the message.
    #[track_caller]
    pub fn failed(&self, code: i32) -> &str {
        assert_eq!((self.code, self.out.as_str()), (Some(code), ""), "{self:?}");
        let message = self
            .err
            .strip_prefix("hat: ")
            .unwrap_or_else(|| panic!("{self:?}"));
        assert!(
            !message.contains("panicked") && message.ends_with('\n'),
            "{self:?}"
        );
        message.trim_end()
    }
}

/// Waits until `look` gives something; another process decides when.
#[track_caller]
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(since.elapsed() < Duration::from_secs(60), "{what} did not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}
