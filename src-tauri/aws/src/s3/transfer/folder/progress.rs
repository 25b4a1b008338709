//! Which objects of a folder are down already, so that a run that was stopped goes on.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use hatrack_core::bucket::S3Location;
use hatrack_core::bucket::transfer::{Watermark, journal_id, line, read_lines};
use serde::{Deserialize, Serialize};

use super::super::super::download::{Folder, blocking, new_file, own_file};
use super::super::super::walk::Found;
use super::super::super::{S3Failure, Turn, locked};

/// After so many lines the file is written anew, as short as it can be.
const MOST_LINES: u64 = 20_000;

/// A line of the journal.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// Up to this key all is done.
    Reached { key: String, files: u64, bytes: u64 },
    /// This key is done; without a path there is nothing to have.
    Kept {
        key: String,
        path: Option<PathBuf>,
        size: u64,
    },
}

/// The journal of one folder, and what it told.
pub struct Done {
    folder: Folder,
    name: String,
    held: Mutex<Held>,
    /// What an earlier run did beyond the mark.
    earlier: BTreeMap<String, (Option<PathBuf>, u64)>,
    before: (u64, u64),
    reached: Option<String>,
    _turn: Turn,
}

struct Held {
    file: Option<File>,
    lines: u64,
    mark: Watermark,
    /// Done in this run and beyond the mark.
    beyond: BTreeMap<String, (Option<PathBuf>, u64)>,
    files: u64,
    bytes: u64,
}

impl Done {
    /// What an earlier run of the same left in the folder. A journal that another process has is left to it, and
    /// nothing is noted then.
    pub async fn open(folder: &Folder, from: &S3Location, turn: Turn) -> Result<Self, S3Failure> {
        let id = journal_id(&[from.bucket.as_str().as_bytes(), from.key.as_bytes()]);
        let (folder, name) = (folder.clone(), format!(".hatrack-{id}.folder.journal"));
        blocking(move || Self::open_now(folder.clone(), name, turn).map_err(|why| failed(folder.path(), why)))
            .await
    }

    fn open_now(folder: Folder, name: String, turn: Turn) -> io::Result<Self> {
        let file = match own_file(folder.dir(), &name)? {
            Some(file) => Some(file),
            None => match new_file(folder.dir(), &name) {
                Ok(file) => {
                    // The lock of a file system that has none is not missed.
                    let _ = file.try_lock();
                    Some(file)
                }
                Err(why) if why.kind() == io::ErrorKind::AlreadyExists => None,
                Err(why) => return Err(why),
            },
        };
        let mut done = Self {
            folder,
            name,
            held: Mutex::new(Held {
                file: None,
                lines: 0,
                mark: Watermark::default(),
                beyond: BTreeMap::new(),
                files: 0,
                bytes: 0,
            }),
            earlier: BTreeMap::new(),
            before: (0, 0),
            reached: None,
            _turn: turn,
        };
        if let Some(mut file) = file {
            done.read(&mut file)?;
            let mut held = locked(&done.held);
            held.mark = Watermark::from(done.reached.clone());
            (held.files, held.bytes) = done.before;
            held.beyond = done.earlier.clone();
            held.file = Some(file);
            held.rewrite(done.reached.as_deref())?;
            drop(held);
        }
        Ok(done)
    }

    fn read(&mut self, file: &mut File) -> io::Result<()> {
        let mut lines = BufReader::new(file);
        let mut text = Vec::new();
        loop {
            text.clear();
            if lines.read_until(b'\n', &mut text)? == 0 {
                return Ok(());
            }
            match read_lines::<Line>(&text).0.pop() {
                Some(Line::Reached { key, files, bytes }) => {
                    self.before = (files, bytes);
                    self.earlier.retain(|kept, _| *kept > key);
                    self.reached = Some(key);
                }
                Some(Line::Kept { key, path, size }) => {
                    self.earlier.insert(key, (path, size));
                }
                // Torn: what comes after was never written.
                None => return Ok(()),
            }
        }
    }

    /// Files and bytes up to the mark.
    pub fn before(&self) -> (u64, u64) {
        self.before
    }

    /// The mark: where the walk starts.
    pub fn reached(&self) -> Option<String> {
        self.reached.clone()
    }

    /// A key is under way.
    pub fn begin(&self, key: &str) {
        locked(&self.held).mark.begin(key);
    }

    /// Whether an earlier run has it, and its file is still there.
    pub fn is_there(&self, found: &Found) -> bool {
        let Some((path, size)) = self.earlier.get(&found.key) else {
            return false;
        };
        let Some(path) = path else {
            return false;
        };
        let there = self.folder.dir().symlink_metadata(path);
        *size == found.size && there.is_ok_and(|there| there.is_file() && there.len() == found.size)
    }

    /// A key is done: it is at `path`, or there is nothing to have.
    pub async fn note(&self, found: &Found, path: Option<&Path>) -> Result<(), S3Failure> {
        // A short line: not worth a trip to another thread.
        let noted = locked(&self.held).note(found, path, &self.earlier);
        noted.map_err(|why| failed(self.folder.path(), why))
    }

    /// All of it is there.
    pub fn finished(self) {
        if locked(&self.held).file.take().is_some()
            && let Err(why) = self.folder.dir().remove_file(&self.name)
        {
            tracing::warn!(name = self.name, %why, "the journal of a download was left behind");
        }
    }
}

impl Held {
    fn note(
        &mut self,
        found: &Found,
        path: Option<&Path>,
        earlier: &BTreeMap<String, (Option<PathBuf>, u64)>,
    ) -> io::Result<()> {
        let was = earlier.get(&found.key).and_then(|(path, _)| path.clone());
        let path = path.map(PathBuf::from).or(was);
        let kept = Line::Kept {
            key: found.key.clone(),
            path: path.clone(),
            size: found.size,
        };
        self.beyond.insert(found.key.clone(), (path, found.size));
        if let Some(mark) = self.mark.done(&found.key) {
            let rest = self.beyond.split_off(&mark);
            let passed = std::mem::replace(&mut self.beyond, rest);
            let last = self.beyond.remove(&mark);
            for (path, size) in passed.into_values().chain(last) {
                if path.is_some() {
                    self.files += 1;
                    self.bytes += size;
                }
            }
        }
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        file.write_all(line(&kept).unwrap_or_default().as_bytes())?;
        self.lines += 1;
        if self.lines > MOST_LINES {
            let mark = self.mark.reached().map(str::to_owned);
            self.rewrite(mark.as_deref())?;
        }
        Ok(())
    }

    /// The mark and what is beyond it, in place of all lines so far.
    fn rewrite(&mut self, mark: Option<&str>) -> io::Result<()> {
        let reached = mark.map(|key| Line::Reached {
            key: key.to_owned(),
            files: self.files,
            bytes: self.bytes,
        });
        let beyond = self.beyond.iter().map(|(key, (path, size))| Line::Kept {
            key: key.clone(),
            path: path.clone(),
            size: *size,
        });
        let text: String = reached
            .into_iter()
            .chain(beyond)
            .filter_map(|fact| line(&fact))
            .collect();
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(text.as_bytes())?;
        self.lines = 0;
        Ok(())
    }
}

fn failed(path: &Path, why: io::Error) -> S3Failure {
    S3Failure::Disk {
        path: path.to_owned(),
        doing: "written",
        why,
    }
}
