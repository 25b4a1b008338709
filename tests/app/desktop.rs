//! A private desktop for each test: a display, a session bus and a home of its own. Nothing of the person's is touched.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::patience::eventually;

/// Without service folders nothing on this bus starts by being asked for; on a stock bus a notification server or a
/// keyring that happens to be installed would answer for the test's own.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
</busconfig>"#;

/// What of the surroundings a program of the test keeps.
const KEPT: [&str; 5] = ["PATH", "LANG", "LC_ALL", "TZ", "TMPDIR"];

/// A child that is ended, with all that it started, when this is dropped.
pub struct Process(pub Child);

impl Process {
    /// Starts it in a process group of its own.
    pub fn start(command: &mut Command) -> Self {
        let program = command.get_program().to_owned();
        Self(
            command
                .process_group(0)
                .spawn()
                .unwrap_or_else(|why| panic!("{program:?}: {why}")),
        )
    }

    fn signal(&self, name: &str) {
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill")
            .args([name, "--", &group])
            .stderr(Stdio::null())
            .status();
    }

    /// Asks it to end, as a session manager does.
    pub fn terminate(&self) {
        let _ = Command::new("kill")
            .args(["-TERM", &self.0.id().to_string()])
            .status();
    }

    /// Waits for its end.
    pub fn ended(&mut self) -> std::process::ExitStatus {
        eventually("the process ends", || self.0.try_wait().unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal("-TERM");
        // Time to end in good order: a sandbox that is killed leaves its agent behind.
        for _ in 0..1000 {
            if matches!(self.0.try_wait(), Ok(Some(_))) {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        self.signal("-KILL");
        let _ = self.0.wait();
    }
}

/// A display, a bus and a home.
pub struct Desktop {
    // Dropped in this order: programs before what they stand on.
    others: Vec<Process>,
    bus: Process,
    _screen: Process,
    pub display: String,
    pub bus_address: String,
    folder: tempfile::TempDir,
}

impl Desktop {
    /// An empty one.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("hatrack-app-").tempdir().unwrap();
        for name in ["run", "home"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let mut screen = Process::start(
            Command::new("Xvfb")
                .args([
                    "-displayfd",
                    "1",
                    "-screen",
                    "0",
                    "1400x900x24",
                    "-nolisten",
                    "tcp",
                ])
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        );
        let display = format!(":{}", first_line(screen.0.stdout.take().unwrap()));
        let config = folder.path().join("bus.conf");
        std::fs::write(&config, BUS).unwrap();
        let mut bus = Process::start(
            Command::new("dbus-daemon")
                .args(["--nofork", "--nopidfile", "--print-address=1"])
                .arg(format!("--config-file={}", config.display()))
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        );
        let bus_address = first_line(bus.0.stdout.take().unwrap());
        Self {
            others: Vec::new(),
            bus,
            _screen: screen,
            display,
            bus_address,
            folder,
        }
    }

    /// The person's home folder.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// A program on this desktop.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear();
        for name in KEPT {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus_address)
            .env("XDG_RUNTIME_DIR", self.folder.path().join("run"))
            .env("HOME", self.home())
            .env("GDK_BACKEND", "x11")
            .env("NO_AT_BRIDGE", "1")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .current_dir(self.home());
        command
    }

    /// Where the tested programs' own words go, for a test that fails.
    pub fn said(&self) -> File {
        let path = self.folder.path().join("said.log");
        File::options().create(true).append(true).open(path).unwrap()
    }

    /// What a program prints.
    pub fn output(&self, program: &str, arguments: &[&str]) -> String {
        let output = self
            .command(program)
            .args(arguments)
            .output()
            .unwrap_or_else(|why| panic!("{program}: {why}"));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// What is on the clipboard, if it is text.
    pub fn clipboard(&self) -> String {
        self.output("xclip", &["-out", "-selection", "clipboard"])
    }

    /// A keyring whose login collection is open.
    pub async fn with_keyring(mut self) -> Self {
        let mut command = self.command("gnome-keyring-daemon");
        command.args(["--foreground", "--unlock", "--components=secrets"]);
        let mut daemon = Process::start(
            command
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        );
        daemon.0.stdin.take().unwrap().write_all(b"a password").unwrap();
        self.others.push(daemon);
        self.named("org.freedesktop.secrets").await;
        self
    }

    /// A connection to the bus.
    pub async fn connection(&self) -> zbus::Connection {
        let address: &str = &self.bus_address;
        zbus::connection::Builder::address(address)
            .unwrap()
            .build()
            .await
            .unwrap()
    }

    /// Waits until somebody owns a name on the bus.
    async fn named(&self, name: &str) {
        let bus = self.connection().await;
        let names = zbus::fdo::DBusProxy::new(&bus).await.unwrap();
        let until = std::time::Instant::now() + Duration::from_secs(20);
        while !names.name_has_owner(name.try_into().unwrap()).await.unwrap() {
            assert!(std::time::Instant::now() < until, "{name} never came");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Takes the bus away: what programs meet when it crashed.
    pub fn without_bus(mut self) -> Self {
        let _ = self.bus.0.kill();
        let _ = self.bus.0.wait();
        self
    }
}

impl Drop for Desktop {
    /// An agent outlives the window that started it; a test's own must not outlive the test.
    fn drop(&mut self) {
        let hat = crate::app::hatrack().with_file_name("hat");
        let sandbox = self.home().join(".cache/hatrack/sandbox/home");
        for home in [None, Some(sandbox)] {
            if home.as_ref().is_some_and(|home| !home.exists()) {
                continue;
            }
            let mut stop = self.command(&hat);
            stop.args(["agent", "--stop"])
                .envs(home.map(|home| ("HATRACK_HOME", home)))
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            let _ = stop.status();
        }
        tell_if_failing(&self.folder.path().join("said.log"));
    }
}

/// The end of a log, on a failing test's output.
pub fn tell_if_failing(log: &Path) {
    if !std::thread::panicking() {
        return;
    }
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let from = text.lines().count().saturating_sub(60);
    eprintln!("-- the end of {}:", log.display());
    text.lines().skip(from).for_each(|line| eprintln!("{line}"));
}

fn first_line(from: impl Read) -> String {
    let mut line = String::new();
    BufReader::new(from).read_line(&mut line).unwrap();
    line.trim().to_owned()
}
