//! The journal of a folder as it is written and read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::PathBuf;

use hatrack_core::bucket::transfer::{Watermark, line, read_lines};
use serde::{Deserialize, Serialize};

use super::super::super::super::Turn;
use super::super::super::super::download::{Folder, new_file};

/// After so many lines the file is written anew, if that makes it much shorter.
const MOST_LINES: usize = 20_000;
/// A line of the journal.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// Up to this key all was looked at.
    Reached { key: String, files: u64, bytes: u64 },
    /// An earlier walk was through, or is long past; up to this key it brought all but what failed.
    Through { key: String },
    /// This key is a file that goes on later.
    Begun { key: String },
    /// This key is not there, and is tried again by the next run.
    Failed { key: String, size: u64 },
    /// This key is about to have this name; without a path there is nothing to have.
    Kept {
        key: String,
        #[serde(flatten)]
        file: Kept,
    },
}

/// What became of a key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Kept {
    pub path: Option<PathBuf>,
    pub size: u64,
    /// What tells the file from another that has the name.
    #[serde(default)]
    pub id: Option<u64>,
    /// The entity tag of what was listed.
    #[serde(default)]
    pub etag: Option<String>,
}

/// The journal, and what is known of the walk.
pub struct Held {
    pub folder: Folder,
    pub name: String,
    pub file: Option<File>,
    pub lines: usize,
    pub mark: Watermark,
    /// Done beyond the mark.
    pub beyond: BTreeMap<String, Kept>,
    /// About to have their names.
    pub named: BTreeMap<String, Kept>,
    pub begun: BTreeSet<String>,
    pub failed: BTreeMap<String, u64>,
    pub files: u64,
    pub bytes: u64,
    pub through: Option<String>,
    /// Until the last name is noted.
    pub _turn: Turn,
}

impl Held {
    /// Reads what an earlier run wrote. The mark, if it has one.
    pub fn read(&mut self, file: &mut File) -> io::Result<Option<String>> {
        let mut reached = None;
        let mut length = 0;
        let mut lines = BufReader::new(&mut *file);
        let mut text = Vec::new();
        loop {
            text.clear();
            let read = lines.read_until(b'\n', &mut text)?;
            if read == 0 {
                break;
            }
            let Some(line) = read_lines::<Line>(&text).0.pop() else {
                // Torn: what comes after was never written.
                break;
            };
            length += read as u64;
            self.lines += 1;
            match line {
                Line::Reached { key, files, bytes } => {
                    (self.files, self.bytes) = (files, bytes);
                    self.beyond.retain(|kept, _| *kept > key);
                    reached = Some(key);
                }
                Line::Through { key } => {
                    reached = None;
                    self.begin_anew(Some(key));
                }
                Line::Begun { key } => {
                    self.begun.insert(key);
                }
                Line::Failed { key, size } => {
                    self.begun.remove(&key);
                    self.failed.insert(key, size);
                }
                Line::Kept { key, file } => {
                    self.begun.remove(&key);
                    self.failed.remove(&key);
                    self.beyond.insert(key, file);
                }
            }
        }
        drop(lines);
        // The torn rest goes, so that the next line starts on its own.
        file.set_len(length)?;
        file.seek(SeekFrom::End(0))?;
        Ok(reached)
    }

    /// The next walk looks at everything; up to this key it may find what an earlier one brought.
    pub fn begin_anew(&mut self, walked: Option<String>) {
        self.through = self.through.take().max(walked);
        (self.files, self.bytes) = (0, 0);
    }

    pub fn done(&mut self, key: &str, file: Kept) {
        self.failed.remove(key);
        self.begun.remove(key);
        self.beyond.insert(key.to_owned(), file);
        self.moved(key);
    }

    /// A key is no longer under way.
    pub fn moved(&mut self, key: &str) {
        let Some(mark) = self.mark.done(key) else {
            return;
        };
        let rest = self.beyond.split_off(&mark);
        let passed = std::mem::replace(&mut self.beyond, rest);
        let last = self.beyond.remove(&mark);
        for file in passed.into_values().chain(last) {
            if file.path.is_some() {
                self.files += 1;
                self.bytes += file.size;
            }
        }
    }

    pub fn write(&mut self, fact: &Line) -> io::Result<()> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        // A short line: not worth a trip to another thread.
        file.write_all(line(fact).unwrap_or_default().as_bytes())?;
        self.lines += 1;
        let needed = self.beyond.len() + self.failed.len() + self.begun.len() + self.named.len();
        if self.lines > MOST_LINES.max(2 * needed) {
            self.rewrite()?;
        }
        Ok(())
    }

    /// The mark and what is not behind it, in a new file that takes the old one's place.
    fn rewrite(&mut self) -> io::Result<()> {
        let mark = self.mark.reached().map(|key| Line::Reached {
            key: key.to_owned(),
            files: self.files,
            bytes: self.bytes,
        });
        let failed = self.failed.iter().map(|(key, size)| Line::Failed {
            key: key.clone(),
            size: *size,
        });
        let begun = self.begun.iter().map(|key| Line::Begun { key: key.clone() });
        let kept = self.beyond.iter().chain(&self.named);
        let beyond = kept.map(|(key, file)| Line::Kept {
            key: key.clone(),
            file: file.clone(),
        });
        let through = self.through.iter().map(|key| Line::Through { key: key.clone() });
        let facts = through.chain(mark).chain(failed).chain(begun).chain(beyond);
        let text: Vec<String> = facts.filter_map(|fact| line(&fact)).collect();
        let (dir, aside) = (self.folder.dir(), format!("{}.new", self.name));
        // That of a run that was killed.
        let _ = dir.remove_file(&aside);
        let mut file = new_file(dir, &aside)?;
        let _ = file.try_lock();
        file.write_all(text.concat().as_bytes())?;
        file.sync_data()?;
        dir.rename(&aside, dir, &self.name)?;
        self.lines = text.len();
        self.file = Some(file);
        Ok(())
    }
}
