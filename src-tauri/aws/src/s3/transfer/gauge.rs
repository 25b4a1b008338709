//! How far a transfer is, counted where bytes move and read now and then.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use hatrack_core::bucket::transfer::State;

use super::super::copy::Way;
use super::super::locked;
use super::Status;

/// So many files under way are told one by one.
const TOLD_FILES: usize = 20;

/// Counts. What moves bytes adds; nobody waits for anybody.
#[derive(Debug, Default)]
pub struct Gauge {
    done: AtomicU64,
    total: AtomicU64,
    files_done: AtomicU64,
    files: AtomicU64,
    counted: AtomicBool,
    under_way: Mutex<UnderWay>,
    way: Mutex<Option<Way>>,
}

#[derive(Debug, Default)]
struct UnderWay {
    made: u64,
    files: BTreeMap<u64, FileStatus>,
}

/// One file of a transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileStatus {
    /// Its key or path, below what is transferred.
    pub name: String,
    /// Bytes done.
    pub done: u64,
    /// Its size, once known.
    pub total: Option<u64>,
}

/// One file's own part of the gauge. Dropped before the file is done, what it counted is taken back.
#[derive(Debug)]
pub struct FileGauge<'a> {
    gauge: &'a Gauge,
    id: u64,
    counted: AtomicU64,
    kept: bool,
}

impl Gauge {
    /// A run begins: it counts anew what is there.
    pub fn restart(&self) {
        for count in [&self.done, &self.total, &self.files_done, &self.files] {
            count.store(0, Ordering::Relaxed);
        }
        self.counted.store(false, Ordering::Relaxed);
        locked(&self.under_way).files.clear();
    }

    /// Another file was found, of this size.
    pub fn found(&self, size: u64) {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.total.fetch_add(size, Ordering::Relaxed);
    }

    /// So many files more were found, of so many bytes together.
    pub fn found_many(&self, files: u64, bytes: u64) {
        self.files.fetch_add(files, Ordering::Relaxed);
        self.total.fetch_add(bytes, Ordering::Relaxed);
    }

    /// A file that was found before turns out to be of this size.
    pub fn sized(&self, size: u64) {
        self.total.fetch_add(size, Ordering::Relaxed);
    }

    /// All files have been found.
    pub fn all_found(&self) {
        self.counted.store(true, Ordering::Relaxed);
    }

    /// A file that was done before.
    pub fn was_done(&self, size: u64) {
        self.files_done.fetch_add(1, Ordering::Relaxed);
        self.done.fetch_add(size, Ordering::Relaxed);
    }

    /// So many files were done before, and are not found again.
    pub fn were_done(&self, files: u64, bytes: u64) {
        self.files.fetch_add(files, Ordering::Relaxed);
        self.files_done.fetch_add(files, Ordering::Relaxed);
        self.total.fetch_add(bytes, Ordering::Relaxed);
        self.done.fetch_add(bytes, Ordering::Relaxed);
    }

    /// A copy goes this way. Of several, the first that goes through this machine is told.
    pub fn goes(&self, way: &Way) {
        let mut told = locked(&self.way);
        if !matches!(*told, Some(Way::Streamed { .. })) {
            *told = Some(way.clone());
        }
    }

    /// A file begins.
    pub fn file(&self, name: &str, total: Option<u64>) -> FileGauge<'_> {
        let mut under_way = locked(&self.under_way);
        under_way.made += 1;
        let id = under_way.made;
        let status = FileStatus {
            name: name.to_owned(),
            done: 0,
            total,
        };
        under_way.files.insert(id, status);
        FileGauge {
            gauge: self,
            id,
            counted: AtomicU64::new(0),
            kept: false,
        }
    }

    pub(super) fn status(&self, state: State) -> Status {
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let counted = self.counted.load(Ordering::Relaxed);
        let under_way = locked(&self.under_way);
        Status {
            state,
            done: get(&self.done),
            total: counted.then(|| get(&self.total)),
            files_done: get(&self.files_done),
            files: get(&self.files),
            counted,
            rate: 0,
            left: None,
            under_way: under_way.files.values().take(TOLD_FILES).cloned().collect(),
            way: locked(&self.way).clone(),
        }
    }
}

impl FileGauge<'_> {
    /// So many of its bytes are there. Calls may come out of order: the most counts.
    pub fn at(&self, done: u64, total: Option<u64>) {
        let before = self.counted.fetch_max(done, Ordering::Relaxed);
        self.gauge
            .done
            .fetch_add(done.saturating_sub(before), Ordering::Relaxed);
        if let Some(status) = locked(&self.gauge.under_way).files.get_mut(&self.id) {
            status.done = status.done.max(done);
            status.total = total.or(status.total);
        }
    }

    /// It starts again from its beginning.
    pub fn again(&self) {
        let before = self.counted.swap(0, Ordering::Relaxed);
        self.gauge.done.fetch_sub(before, Ordering::Relaxed);
        if let Some(status) = locked(&self.gauge.under_way).files.get_mut(&self.id) {
            status.done = 0;
        }
    }

    /// All of it is there.
    pub fn finished(mut self, size: u64) {
        self.at(size, Some(size));
        self.gauge.files_done.fetch_add(1, Ordering::Relaxed);
        self.kept = true;
    }
}

impl Drop for FileGauge<'_> {
    fn drop(&mut self) {
        if !self.kept {
            self.again();
        }
        locked(&self.gauge.under_way).files.remove(&self.id);
    }
}
