//! The file beside a part file that says which of its ranges are whole.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex};

use cap_std::fs::Dir;
use crc_fast::{CrcAlgorithm, Digest};
use hatrack_core::bucket::transfer::{Taken, Version, WholeRange, line};

use super::super::{Turn, locked};
use super::disk::read_range;
use super::integrity::Expected;
use super::part::{new_file, own_file};

/// The longest journal that is read: that of the largest object is shorter.
const LONGEST: u64 = 16 * 1024 * 1024;

/// Appended to; what is torn at its end counts as never written.
#[derive(Debug, Clone)]
pub struct Journal {
    name: String,
    file: Arc<Mutex<File>>,
    /// Until the last line is written.
    _turn: Option<Turn>,
}

impl Journal {
    /// That of the part file `part`, if it is there and ours.
    pub fn open(dir: &Dir, part: &str, turn: Option<Turn>) -> io::Result<Option<Self>> {
        let name = name_of(part);
        let file = own_file(dir, &name)?;
        Ok(file.map(|file| Self {
            name,
            file: Arc::new(Mutex::new(file)),
            _turn: turn,
        }))
    }

    /// A new one for `version`.
    pub fn make(dir: &Dir, part: &str, version: &Version, turn: Option<Turn>) -> io::Result<Self> {
        let name = name_of(part);
        // One without its part file is of nothing.
        let _ = dir.remove_file(&name);
        let mut file = new_file(dir, &name)?;
        let written = line(version)
            .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))
            .and_then(|line| file.write_all(line.as_bytes()));
        if let Err(why) = written {
            let _ = dir.remove_file(&name);
            return Err(why);
        }
        Ok(Self {
            name,
            file: Arc::new(Mutex::new(file)),
            _turn: turn,
        })
    }

    /// Notes that a range is there.
    pub fn note(&self, whole: WholeRange) -> io::Result<()> {
        let line = line(&whole).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
        locked(&self.file).write_all(line.as_bytes())
    }

    /// What it tells, of which each range's bytes are still those in `part`: after a power cut they may not be.
    pub fn taken(
        &mut self,
        part: &File,
        bucket: &str,
        key: &str,
    ) -> io::Result<Option<(Version, Vec<WholeRange>)>> {
        let mut file = locked(&self.file);
        let mut text = Vec::new();
        (&mut *file).take(LONGEST).read_to_end(&mut text)?;
        let Some(taken) = Taken::read(&text, bucket, key) else {
            return Ok(None);
        };
        if part.metadata()?.len() != taken.version.size {
            return Ok(None);
        }
        let algorithm = Expected::of(&taken.version).range_crc();
        let noted = taken.whole.len();
        let mut whole = Vec::new();
        for range in taken.whole {
            if crc(part, range, algorithm)? == Some(range.crc) {
                whole.push(range);
            }
        }
        if whole.len() < noted {
            // Ranges that were not right are fetched again, and their new lines come too late to be believed beside
            // the old ones.
            let mut lines = line(&taken.version).unwrap_or_default();
            for range in &whole {
                lines += &line(range).unwrap_or_default();
            }
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            file.write_all(lines.as_bytes())?;
            file.sync_data()?;
        } else {
            // The torn rest goes, so that the next line starts on its own.
            file.set_len(taken.length as u64)?;
            file.seek(SeekFrom::End(0))?;
        }
        Ok(Some((taken.version, whole)))
    }

    /// Takes it away.
    pub fn remove(self, dir: &Dir) {
        if let Err(why) = dir.remove_file(&self.name) {
            tracing::warn!(name = self.name, %why, "the journal of a download was left behind");
        }
    }
}

fn name_of(part: &str) -> String {
    format!("{}.journal", part.trim_end_matches(".part"))
}

/// The CRC of a range as it is on disk; `None` where the file ends before.
fn crc(part: &File, whole: WholeRange, algorithm: CrcAlgorithm) -> io::Result<Option<u64>> {
    let mut digest = Digest::new(algorithm);
    let all = read_range(part, whole.range.start, whole.range.end, |bytes| {
        digest.update(bytes)
    })?;
    Ok(all.then(|| digest.finalize()))
}
