//! The steps of a plan in a file: a million of them are not held in memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::sync::Arc;

use hatrack_core::bucket::sync::Step;

/// Steps being written.
pub(super) struct Spool {
    out: BufWriter<File>,
    steps: u64,
}

impl Spool {
    /// Into an empty file that nobody else can read.
    pub(super) fn new(file: File) -> Self {
        Self {
            out: BufWriter::with_capacity(128 * 1024, file),
            steps: 0,
        }
    }

    pub(super) fn push(&mut self, step: &Step) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, step)?;
        self.out.write_all(b"\n")?;
        self.steps += 1;
        Ok(())
    }

    pub(super) fn done(self) -> io::Result<Written> {
        Ok(Written {
            file: Arc::new(self.out.into_inner().map_err(|why| why.into_error())?),
            steps: self.steps,
        })
    }
}

/// Steps that were written.
#[derive(Debug, Clone)]
pub(super) struct Written {
    file: Arc<File>,
    pub(super) steps: u64,
}

impl Written {
    pub(super) fn read(&self) -> Steps {
        Steps(BufReader::with_capacity(
            128 * 1024,
            Place {
                file: Arc::clone(&self.file),
                at: 0,
            },
        ))
    }
}

/// The steps of a plan, in the order of their names as far as they were compared in it. Several can be read at once.
#[derive(Debug)]
pub struct Steps(BufReader<Place>);

impl Iterator for Steps {
    type Item = io::Result<Step>;

    fn next(&mut self) -> Option<io::Result<Step>> {
        let mut line = Vec::new();
        match self.0.read_until(b'\n', &mut line) {
            Ok(0) => None,
            Ok(_) => Some(serde_json::from_slice(&line).map_err(io::Error::from)),
            Err(why) => Some(Err(why)),
        }
    }
}

/// A place in the file of its own.
#[derive(Debug)]
struct Place {
    file: Arc<File>,
    at: u64,
}

impl Read for Place {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let n = std::os::unix::fs::FileExt::read_at(&*self.file, bytes, self.at)?;
        #[cfg(windows)]
        let n = std::os::windows::fs::FileExt::seek_read(&*self.file, bytes, self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}
