//! Acts on many objects while they run, and what they left to be undone.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hatrack_aws::s3::objects::{Stop, Stopper, Which};
use hatrack_core::bucket::BucketName;

/// What can be undone at a time: the page offers it for seconds, and deletes very many rows in several acts.
const MOST_UNDOS: usize = 32;

/// All of them.
#[derive(Default)]
pub struct ObjectActs(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    running: HashMap<String, Running>,
    undos: VecDeque<(String, Undo)>,
}

#[derive(Clone)]
struct Running {
    done: Arc<AtomicU64>,
    stopper: Arc<Stopper>,
}

/// The delete markers whose removal brings back what was deleted.
#[derive(Debug, Clone)]
pub struct Undo {
    /// Whose credentials deleted.
    pub session_id: String,
    /// The bucket.
    pub bucket: BucketName,
    /// The markers.
    pub markers: Vec<Which>,
}

/// An act's own end. Dropped, the act has ended.
pub struct Act<'a> {
    acts: &'a ObjectActs,
    name: String,
    running: Running,
    stop: Stop,
}

impl ObjectActs {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins one under the page's name for it.
    pub fn begin(&self, name: &str) -> Act<'_> {
        let (stopper, stop) = Stop::new();
        let running = Running {
            done: Arc::default(),
            stopper: Arc::new(stopper),
        };
        self.kept().running.insert(name.to_owned(), running.clone());
        Act {
            acts: self,
            name: name.to_owned(),
            running,
            stop,
        }
    }

    /// How many one has done; `None` once it has ended.
    pub fn done(&self, name: &str) -> Option<u64> {
        let kept = self.kept();
        let running = kept.running.get(name)?;
        Some(running.done.load(Ordering::Relaxed))
    }

    /// Stops one. Nothing happens if it has ended.
    pub fn stop(&self, name: &str) {
        if let Some(running) = self.kept().running.get(name) {
            running.stopper.stop();
        }
    }

    /// Keeps what undoes the act of this name.
    pub fn keep_undo(&self, name: &str, undo: Undo) {
        let mut kept = self.kept();
        kept.undos.push_back((name.to_owned(), undo));
        while kept.undos.len() > MOST_UNDOS {
            kept.undos.pop_front();
        }
    }

    /// Takes it: it is undone once.
    pub fn take_undo(&self, name: &str) -> Option<Undo> {
        let mut kept = self.kept();
        let at = kept.undos.iter().position(|(known, _)| known == name)?;
        kept.undos.remove(at).map(|(_, undo)| undo)
    }
}

impl Act<'_> {
    /// So many are done.
    pub fn at(&self, done: u64) {
        self.running.done.store(done, Ordering::Relaxed);
    }

    /// Whether the person has stopped it.
    pub fn stop(&self) -> &Stop {
        &self.stop
    }
}

impl Drop for Act<'_> {
    fn drop(&mut self) {
        self.acts.kept().running.remove(&self.name);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn an_act_is_watched_and_stopped_by_its_name() {
        let acts = ObjectActs::default();
        let (one, two) = (acts.begin("one"), acts.begin("two"));
        one.at(7);
        acts.stop("two");
        two.stop().asked().await;
        assert!(one.stop().asked().now_or_never().is_none());
        assert_eq!((acts.done("one"), acts.done("two")), (Some(7), Some(0)));
        drop(one);
        assert_eq!(acts.done("one"), None);
    }

    #[test]
    fn what_can_be_undone_is_undone_once_and_only_the_last_are_kept() {
        let acts = ObjectActs::default();
        let undo = Undo {
            session_id: "s".into(),
            bucket: "bucket".parse().unwrap(),
            markers: Vec::new(),
        };
        for n in 0..=MOST_UNDOS {
            acts.keep_undo(&n.to_string(), undo.clone());
        }
        assert!(acts.take_undo("0").is_none());
        assert!(acts.take_undo("1").is_some());
        assert!(acts.take_undo("1").is_none());
    }
}
