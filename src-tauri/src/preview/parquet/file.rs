//! The file as the library reads it: a few ranges, which are kept, out of a budget.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::reader::{ChunkReader, Length};
use bytes::Bytes;
use hatrack_core::bucket::transfer::Range;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::super::source::{Refused, Source};

/// What is read at once at least: a request takes as long as some 100 KiB.
const AT_ONCE: u64 = 128 * 1024;
/// Heads of pages are smaller.
const A_HEAD: usize = 4 * 1024;
/// What is read in all.
const BUDGET: u64 = 48 * 1024 * 1024;

/// An object, read from a thread that may wait.
#[derive(Debug)]
pub struct File {
    source: Arc<dyn Source>,
    runtime: Handle,
    held: Mutex<Held>,
}

#[derive(Debug)]
struct Held {
    /// Closed when nobody wants the file any more.
    unwanted: oneshot::Receiver<()>,
    /// What was read, each with where it begins.
    parts: Vec<(u64, Bytes)>,
    left: u64,
}

impl Held {
    /// The most that is held from `start` on.
    fn rest(&self, start: u64) -> Option<Bytes> {
        let rests = self.parts.iter().filter_map(|(at, part)| {
            let skip = usize::try_from(start.checked_sub(*at)?).ok()?;
            (skip < part.len()).then(|| part.slice(skip..))
        });
        rests.max_by_key(Bytes::len)
    }
}

impl File {
    pub fn new(source: Arc<dyn Source>, runtime: Handle, unwanted: oneshot::Receiver<()>) -> Self {
        Self {
            source,
            runtime,
            held: Mutex::new(Held {
                unwanted,
                parts: Vec::new(),
                left: BUDGET,
            }),
        }
    }

    /// The last `length` bytes; more than them is read at once, since what describes the file lies before them.
    pub fn end(&self, length: u64) -> Result<Bytes> {
        let size = self.len();
        let wide = size.saturating_sub(AT_ONCE);
        self.bytes(wide, size).map(|bytes| {
            bytes.slice(
                bytes
                    .len()
                    .saturating_sub(usize::try_from(length).unwrap_or(usize::MAX))..,
            )
        })
    }

    /// Some bytes from `start` on: what is held, or some more.
    pub fn following(&self, start: u64) -> Result<Bytes> {
        let held = self
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .rest(start);
        match held.filter(|rest| rest.len() >= A_HEAD) {
            Some(rest) => Ok(rest),
            None => self.bytes(start, start.saturating_add(AT_ONCE).min(self.len())),
        }
    }

    /// Bytes `start..end`, which may come with others that follow.
    fn bytes(&self, start: u64, end: u64) -> Result<Bytes> {
        if start > end || end > self.len() {
            return Err(ParquetError::EOF("it names a place behind its end".to_owned()));
        }
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rest) = held.rest(start).filter(|rest| rest.len() as u64 >= end - start) {
            // Within memory, so within a usize.
            return Ok(rest.slice(..(end - start) as usize));
        }
        let wide = Range {
            start,
            end: end.max(start.saturating_add(AT_ONCE)).min(self.len()),
        };
        held.left = held
            .left
            .checked_sub(wide.length())
            .ok_or_else(|| ParquetError::General("its pages are larger than a preview reads".to_owned()))?;
        let source = &self.source;
        let read = self.runtime.block_on(async {
            tokio::select! {
                biased;
                _ = &mut held.unwanted => Err(Refused("Another object is shown by now.".to_owned())),
                read = source.range(wide) => read,
            }
        });
        let read = read.map_err(|why| ParquetError::External(Box::new(why)))?;
        if read.len() as u64 != wide.length() {
            return Err(ParquetError::EOF("it ended before its end".to_owned()));
        }
        held.parts.push((start, read.clone()));
        Ok(read.slice(..(end - start) as usize))
    }
}

impl Length for File {
    fn len(&self) -> u64 {
        self.source.size()
    }
}

impl ChunkReader for File {
    type T = From;

    fn get_read(&self, start: u64) -> Result<From> {
        // What is read like this is the head of a page, which was looked at: all of it is held.
        let bytes = self.following(start)?;
        Ok(From { bytes, at: 0 })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        self.bytes(start, start.saturating_add(length as u64))
    }
}

/// Bytes that follow a place.
#[derive(Debug)]
pub struct From {
    bytes: Bytes,
    at: usize,
}

impl Read for From {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let rest = &self.bytes[self.at..];
        let length = rest.len().min(into.len());
        into[..length].copy_from_slice(&rest[..length]);
        self.at += length;
        Ok(length)
    }
}
