//! Opening a terminal, and waiting until what runs in it does.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use hatrack_core::broker::Random;
use hatrack_core::shared_config::inert_whole;
use hatrack_core::terminal::TerminalChoice;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::process::{Child, Command};

use super::TerminalNotOpened;
use super::announce::Said;
use super::find::{Variables, Way};
use crate::machine::SystemRandom;

/// A terminal that has to start first takes its time.
const PATIENCE: Duration = Duration::from_secs(60);
/// A line is a sentence.
const LONGEST_LINE: u64 = 8 * 1024;
/// So much of what a terminal says is repeated, from its end.
const LONGEST_WORDS: usize = 400;
/// And so much of it is read.
const LAST_BYTES: u64 = 4 * 1024;

/// Variables that a program finds credentials by. A terminal gets none of them: what runs in it asks `hat`.
const SECRET: [&str; 7] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_BEARER_TOKEN_BEDROCK",
];

/// A terminal to open.
#[derive(Debug)]
pub struct TerminalOrder {
    /// Which.
    pub choice: TerminalChoice,
    /// Its environment, in which it is found too. Credentials among them stay behind.
    pub variables: Variables,
    /// The folder it starts in.
    pub start_in: PathBuf,
    /// What runs in it: a `hat` that announces itself at the socket of `awaited` (see [`super::Announcer`]).
    pub command: Vec<String>,
    /// Where that is heard.
    pub awaited: AwaitedCommand,
}

/// A terminal in which what was asked for runs.
#[derive(Debug)]
pub struct OpenTerminal {
    /// What people call it.
    pub label: String,
    connection: BufReader<UnixStream>,
}

impl OpenTerminal {
    /// Returns when what runs in it has ended.
    pub async fn closed(mut self) {
        let mut rest = [0; 64];
        while let Ok(1..) = self.connection.read(&mut rest).await {}
    }
}

impl TerminalOrder {
    /// Opens it and returns once the command runs.
    pub async fn open(self) -> Result<OpenTerminal, TerminalNotOpened> {
        let way = Way::of(&self.choice, &self.variables)?;
        let (program, words) = way.words(&self.command);
        let not_started = |why| TerminalNotOpened::NotStarted {
            program: program.clone(),
            why,
        };
        let mut words_of_it = SaidAloud::beside(&self.awaited.socket).map_err(TerminalNotOpened::NoSocket)?;
        let mut child = self.start(&program, &words, &words_of_it).map_err(not_started)?;
        let said = tokio::time::timeout(PATIENCE, self.awaited.hears(&mut child)).await;
        match said {
            Ok(Heard::Said(Said::Started, connection)) => Ok(OpenTerminal {
                label: way.label,
                connection,
            }),
            Ok(Heard::Said(Said::Failed(why), _)) => Err(TerminalNotOpened::Refused(why)),
            Ok(Heard::Ended(how)) => Err(TerminalNotOpened::Ended {
                label: way.label,
                how,
                said: words_of_it.end(),
            }),
            Ok(Heard::Nothing(why)) => Err(TerminalNotOpened::NoSocket(why)),
            Err(_) => Err(TerminalNotOpened::Silent { label: way.label }),
        }
    }

    fn start(&self, program: &Path, words: &[String], said: &SaidAloud) -> io::Result<Child> {
        let mut command = std::process::Command::new(program);
        let variables = self.variables.iter();
        command
            .args(words)
            .env_clear()
            .envs(variables.filter(|(name, _)| !SECRET.iter().any(|secret| *name == *secret)))
            .current_dir(&self.start_in)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(said.0.try_clone()?)
            // What stops us at our own terminal is not meant for it.
            .process_group(0);
        // Tokio's child is not killed when it is dropped, and is reaped when it ends.
        Command::from(command).spawn()
    }
}

/// The socket that a command's `hat` announces itself at, for as long as it is waited for.
#[derive(Debug)]
pub struct AwaitedCommand {
    listener: UnixListener,
    socket: PathBuf,
}

enum Heard {
    Said(Said, BufReader<UnixStream>),
    /// The terminal is gone, and not well.
    Ended(std::process::ExitStatus),
    Nothing(io::Error),
}

impl AwaitedCommand {
    /// In a folder that only this user reads, with a short path.
    pub fn in_folder(folder: &Path) -> Result<Self, TerminalNotOpened> {
        let socket = folder.join(format!("t-{}", random_name()));
        let listener = UnixListener::bind(&socket).map_err(TerminalNotOpened::NoSocket)?;
        Ok(Self { listener, socket })
    }

    /// Where it is.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    async fn hears(&self, terminal: &mut Child) -> Heard {
        let mut ended_well = false;
        loop {
            tokio::select! {
                biased;
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => if let Some((said, connection)) = first_line(stream).await {
                        return Heard::Said(said, connection);
                    },
                    Err(why) => return Heard::Nothing(why),
                },
                status = terminal.wait(), if !ended_well => match status {
                    // It has handed the command over to a process that runs already.
                    Ok(status) if status.success() => ended_well = true,
                    Ok(status) => return Heard::Ended(status),
                    Err(why) => return Heard::Nothing(why),
                },
            }
        }
    }
}

impl Drop for AwaitedCommand {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.socket);
    }
}

async fn first_line(stream: UnixStream) -> Option<(Said, BufReader<UnixStream>)> {
    let ours = stream.peer_cred().ok()?.uid() == rustix::process::geteuid().as_raw();
    let mut connection = BufReader::new(stream);
    let mut line = String::new();
    let read = (&mut connection).take(LONGEST_LINE).read_line(&mut line).await;
    let said = read.ok().and_then(|_| Said::read(&line)).filter(|_| ours)?;
    Some((said, connection))
}

/// What the terminal says to whoever started it. A pipe would end it with us, so it is a file that has no name any more.
struct SaidAloud(File);

impl SaidAloud {
    fn beside(socket: &Path) -> io::Result<Self> {
        let path = socket.with_extension("said");
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        std::fs::remove_file(&path)?;
        Ok(Self(file))
    }

    /// Its last words, on one line.
    fn end(&mut self) -> String {
        let mut bytes = Vec::new();
        let length = self.0.metadata().map_or(0, |file| file.len());
        let start = SeekFrom::Start(length.saturating_sub(LAST_BYTES));
        let read = self
            .0
            .seek(start)
            .and_then(|_| (&self.0).take(LAST_BYTES).read_to_end(&mut bytes));
        if read.is_err() {
            return String::new();
        }
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        let text = inert_whole(&lines.join("; "));
        let over = text.chars().count().saturating_sub(LONGEST_WORDS);
        text.chars().skip(over).collect()
    }
}

fn random_name() -> String {
    let mut bytes = [0; 4];
    SystemRandom.fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
