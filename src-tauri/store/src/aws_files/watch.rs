//! Knowing within a second that a file has changed.
//!
//! Folders are watched, not files: editors and the AWS CLI replace files, links move, and what is not there yet has
//! nothing to watch. For each file these are the folder that holds it, or the nearest one above that exists, and
//! every folder that holds a link on the way.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::stamp::{FileStamp, Node};

/// How long a burst of events may go on before it is looked at; a save is three or four of them.
const BURST: Duration = Duration::from_millis(200);
/// The pause that ends a burst.
const PAUSE: Duration = Duration::from_millis(40);
/// Where the system cannot watch (no more watches, a network file system), the files are looked at this often.
const POLL: Duration = Duration::from_millis(800);
/// Links followed on the way to one file; the same bound as Linux's.
const MOST_LINKS: usize = 40;

/// The watching thread could not be started.
#[derive(Debug, thiserror::Error)]
#[error("the AWS files cannot be watched: {0}; changes show when the list is opened again")]
pub struct WatchFailure(#[from] io::Error);

/// Watches files until it is dropped.
#[derive(Debug)]
pub struct Watch {
    signals: Sender<Signal>,
}

#[derive(Debug)]
enum Signal {
    Changed,
    Stop,
}

impl Watch {
    /// Calls `on_change`, from a thread of its own, after each change of one of `files`: an edit, a replacement, a
    /// moved link, a file or its folder that appears or goes. It is called once for a burst of changes.
    pub fn start(
        files: Vec<PathBuf>,
        on_change: impl FnMut() + Send + 'static,
    ) -> Result<Self, WatchFailure> {
        let (signals, received) = channel();
        let mut eye = Eye::open(files, signals.clone());
        // Armed before this returns: whatever changes from here on is seen.
        let seen = eye.arm();
        thread::Builder::new()
            .name("aws-files".to_owned())
            .spawn(move || eye.look(seen, &received, on_change))?;
        Ok(Self { signals })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // The thread ends on its own if it has gone already.
        let _ = self.signals.send(Signal::Stop);
    }
}

/// The watching side.
struct Eye {
    files: Vec<PathBuf>,
    watcher: Option<RecommendedWatcher>,
    /// The folders watched, and which they were then.
    armed: HashMap<PathBuf, Option<Node>>,
    /// Whether every folder that should be is watched.
    complete: bool,
}

impl Eye {
    fn open(files: Vec<PathBuf>, signals: Sender<Signal>) -> Self {
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // Reading a file is an event too, and reading is what follows a change.
            if event.is_ok_and(|event| matches!(event.kind, EventKind::Access(_))) {
                return;
            }
            let _ = signals.send(Signal::Changed);
        });
        Self {
            files,
            watcher: watcher.ok(),
            armed: HashMap::new(),
            complete: false,
        }
    }

    fn look(
        &mut self,
        mut seen: Vec<Option<FileStamp>>,
        received: &Receiver<Signal>,
        mut on_change: impl FnMut(),
    ) {
        while self.wait(received) {
            let now = self.arm();
            if now != seen {
                seen = now;
                on_change();
            }
        }
    }

    /// Waits for a change and the end of its burst. False when it is time to stop.
    fn wait(&self, received: &Receiver<Signal>) -> bool {
        let first = if self.complete {
            received.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            received.recv_timeout(POLL)
        };
        match first {
            Ok(Signal::Changed) => {}
            Err(RecvTimeoutError::Timeout) => return true,
            Ok(Signal::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
        }
        let start = Instant::now();
        while start.elapsed() < BURST {
            match received.recv_timeout(PAUSE) {
                Ok(Signal::Changed) => {}
                Ok(Signal::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) => break,
            }
        }
        true
    }

    /// Watches the folders that matter now, and then looks at the files: what changes later makes an event.
    fn arm(&mut self) -> Vec<Option<FileStamp>> {
        // A folder that appears while its parent is being watched asks for another round.
        for _ in 0..MOST_LINKS {
            let wanted: BTreeSet<PathBuf> = self
                .files
                .iter()
                .flat_map(|file| folders_to_watch(file))
                .collect();
            if !self.watch_exactly(&wanted) {
                break;
            }
        }
        self.files.iter().map(|file| FileStamp::of(file)).collect()
    }

    /// Returns whether anything had to be changed.
    fn watch_exactly(&mut self, wanted: &BTreeSet<PathBuf>) -> bool {
        let Some(watcher) = &mut self.watcher else {
            return false;
        };
        let nodes: HashMap<PathBuf, Option<Node>> = wanted
            .iter()
            .map(|folder| (folder.clone(), Node::of(folder)))
            .collect();
        let mut changed = false;
        self.armed.retain(|folder, node| {
            let keep = nodes.get(folder) == Some(node);
            if !keep {
                changed = true;
                // Already gone where the folder is gone.
                let _ = watcher.unwatch(folder);
            }
            keep
        });
        self.complete = true;
        for (folder, node) in nodes {
            if self.armed.contains_key(&folder) {
                continue;
            }
            if watcher.watch(&folder, RecursiveMode::NonRecursive).is_ok() {
                changed = true;
                self.armed.insert(folder, node);
            } else {
                self.complete = false;
            }
        }
        changed
    }
}

/// The folders where a change may make `file` another file: the one that holds it, or the nearest above that
/// exists, and each that holds a link on the way.
fn folders_to_watch(file: &Path) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    let mut at = PathBuf::new();
    // The components still to walk, the next one last.
    let mut ahead: Vec<PathBuf> = Vec::new();
    let put = |ahead: &mut Vec<PathBuf>, path: &Path| {
        ahead.extend(path.components().rev().map(|c| PathBuf::from(c.as_os_str())));
    };
    put(&mut ahead, file);
    let mut links = 0;
    while let Some(part) = ahead.pop() {
        match part.components().next() {
            Some(Component::ParentDir) => {
                at.pop();
                continue;
            }
            Some(Component::Normal(_)) => {}
            _ => {
                at.push(&part);
                continue;
            }
        }
        let here = if at.as_os_str().is_empty() {
            PathBuf::from(".")
        } else {
            at.clone()
        };
        let next = at.join(&part);
        match fs::symlink_metadata(&next) {
            Ok(about) if about.is_symlink() && links < MOST_LINKS => {
                links += 1;
                folders.push(here);
                match fs::read_link(&next) {
                    // An absolute target starts anew by itself: pushing its root replaces what came before.
                    Ok(target) => put(&mut ahead, &target),
                    Err(_) => break,
                }
            }
            Ok(_) if !ahead.is_empty() => at = next,
            // The file itself, or where the way ends for now.
            _ => {
                folders.push(here);
                break;
            }
        }
    }
    folders
}
