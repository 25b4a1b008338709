//! The files below a folder, found while they are sent.

use std::fs::ReadDir;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::UNIX_EPOCH;

use futures::stream::{self, Stream, StreamExt};

use super::super::super::download::is_own_name;
use super::super::super::{S3Failure, locked};
use super::FolderReport;

/// A file to send.
#[derive(Debug, Clone)]
pub struct LocalFile {
    pub path: PathBuf,
    /// Below the folder, with slashes.
    pub name: String,
    pub size: u64,
    /// When it was last written, as it tells itself from another of that name and size.
    pub version: String,
}

/// Looked at in one go.
const AT_ONCE: usize = 256;

enum Step {
    File(LocalFile),
    Trouble(String, String),
    End,
}

/// A walk into depth: one open folder for each level is all that is held.
struct Walk {
    root: PathBuf,
    open: Vec<ReadDir>,
}

/// The regular files below `folder`. Links and what cannot be read are noted in the report.
pub fn files_below(
    folder: PathBuf,
    report: &Mutex<FolderReport>,
) -> impl Stream<Item = Result<LocalFile, S3Failure>> + Send + '_ {
    stream::unfold(None::<Walk>, move |walk| {
        let folder = folder.clone();
        async move {
            let next = tokio::task::spawn_blocking(move || {
                // Some at once: a trip to another thread takes longer than a look at a file.
                let mut walk = match walk {
                    Some(walk) => walk,
                    None => Walk {
                        open: vec![std::fs::read_dir(&folder).map_err(|why| read_badly(&folder, why))?],
                        root: folder,
                    },
                };
                let mut steps = Vec::new();
                while steps.len() < AT_ONCE && !matches!(steps.last(), Some(Step::End)) {
                    steps.push(walk.step());
                }
                Ok::<_, S3Failure>((steps, walk))
            });
            let next = next.await.unwrap_or_else(|stopped| {
                Err(read_badly(Path::new("the folder"), io::Error::other(stopped)))
            });
            match next {
                Err(failure) => Some((vec![Err(failure)], Some(Walk::ended()))),
                Ok((steps, _)) if matches!(steps.first(), Some(Step::End)) => None,
                Ok((steps, walk)) => {
                    let files = steps.into_iter().filter_map(|step| match step {
                        Step::File(file) => Some(Ok(file)),
                        Step::Trouble(name, why) => {
                            locked(report).trouble(name, why);
                            None
                        }
                        Step::End => None,
                    });
                    Some((files.collect(), Some(walk)))
                }
            }
        }
    })
    .flat_map(stream::iter)
}

impl Walk {
    fn ended() -> Self {
        Self {
            root: PathBuf::new(),
            open: Vec::new(),
        }
    }

    fn step(&mut self) -> Step {
        loop {
            let Some(folder) = self.open.last_mut() else {
                return Step::End;
            };
            let entry = match folder.next() {
                None => {
                    self.open.pop();
                    continue;
                }
                Some(Err(why)) => return Step::Trouble(self.root.display().to_string(), why.to_string()),
                Some(Ok(entry)) => entry,
            };
            let path = entry.path();
            let shown = path.display().to_string();
            let found = match entry.metadata() {
                Ok(found) => found,
                Err(why) => return Step::Trouble(shown, why.to_string()),
            };
            if found.is_dir() {
                match std::fs::read_dir(&path) {
                    Ok(below) => self.open.push(below),
                    Err(why) => return Step::Trouble(shown, why.to_string()),
                }
                continue;
            }
            if !found.is_file() {
                return Step::Trouble(
                    shown,
                    "it is a link, a pipe or a device, and is not followed".to_owned(),
                );
            }
            // What an unfinished download keeps is of nobody else's concern.
            if is_own_name(&entry.file_name().to_string_lossy()) {
                continue;
            }
            return match name_below(&self.root, &path) {
                Some(name) => Step::File(LocalFile {
                    path,
                    name,
                    size: found.len(),
                    version: version(&found),
                }),
                None => Step::Trouble(
                    shown,
                    "its name is not valid UTF-8, which a key has to be".to_owned(),
                ),
            };
        }
    }
}

fn name_below(root: &Path, path: &Path) -> Option<String> {
    let names = path.strip_prefix(root).ok()?.components();
    let names: Option<Vec<&str>> = names.map(|name| name.as_os_str().to_str()).collect();
    Some(names?.join("/"))
}

fn version(found: &std::fs::Metadata) -> String {
    let at = found
        .modified()
        .ok()
        .and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    at.map(|at| at.as_nanos().to_string()).unwrap_or_default()
}

fn read_badly(path: &Path, why: io::Error) -> S3Failure {
    S3Failure::Disk {
        path: path.to_owned(),
        doing: "read",
        why,
    }
}
