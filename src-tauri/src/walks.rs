//! Walks over everything below a prefix, for a search or a folder's size. The page takes what was found when it is ready
//! for more; a walk that is too far ahead waits, and one that nobody asks about any more ends.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hatrack_aws::s3::{Listed, S3Failure, Scan};
use hatrack_core::bucket::KeyPattern;
use hatrack_core::listing_view::WalkView;
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use crate::wire::CommandError;

/// What was found and not yet taken; with more, the walk waits.
const MOST_AHEAD: usize = 5_000;
/// Between two answers, so that the page draws a few times a second and not for each page of keys.
const PACE: Duration = Duration::from_millis(120);
/// A walk that was not asked about for so long ends: its page is gone.
const LEFT_AFTER: Duration = Duration::from_secs(60);

/// The walks under way.
#[derive(Debug, Default)]
pub struct Walks {
    made: AtomicU64,
    running: Mutex<HashMap<String, Walk>>,
}

#[derive(Debug, Clone)]
struct Walk {
    state: Arc<State>,
    task: AbortHandle,
}

#[derive(Debug)]
struct State {
    prefix: String,
    so_far: Mutex<SoFar>,
    /// Rung at its end.
    ended: Notify,
    /// Rung when it was taken.
    taken: Notify,
}

#[derive(Debug, Default)]
struct SoFar {
    objects: Vec<Listed>,
    read: u64,
    bytes: u64,
    /// When it was asked about last.
    asked: Option<Instant>,
    end: Option<Result<(), S3Failure>>,
}

impl Walks {
    fn running(&self) -> MutexGuard<'_, HashMap<String, Walk>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts one, and names it. Without a pattern it only counts.
    pub fn start(&self, scan: Scan, prefix: String, pattern: Option<KeyPattern>) -> String {
        let id = format!("walk-{}", self.made.fetch_add(1, Ordering::Relaxed));
        let state = Arc::new(State {
            prefix,
            so_far: Mutex::new(SoFar {
                asked: Some(Instant::now()),
                ..SoFar::default()
            }),
            ended: Notify::new(),
            taken: Notify::new(),
        });
        let task = tokio::spawn(drive(scan, pattern, state.clone())).abort_handle();
        let walk = Walk { state, task };
        let mut running = self.running();
        running.retain(|_, walk| !walk.is_left());
        running.insert(id.clone(), walk);
        id
    }

    /// What was found since it was last asked; waits for the pace, or the end.
    pub async fn next(&self, id: &str) -> Result<WalkView, CommandError> {
        let walk = self.running().get(id).cloned();
        let walk = walk.ok_or_else(|| CommandError::new("This search has ended. Start it again."))?;
        let ended = walk.state.wait().await;
        let view = walk.state.take();
        if ended {
            self.running().remove(id);
        }
        view
    }

    /// Ends one.
    pub fn stop(&self, id: &str) {
        if let Some(walk) = self.running().remove(id) {
            walk.task.abort();
        }
    }
}

impl Walk {
    /// Whether it ended for want of anybody who asks.
    fn is_left(&self) -> bool {
        self.task.is_finished() && self.state.so_far().end.is_none()
    }
}

impl State {
    fn so_far(&self) -> MutexGuard<'_, SoFar> {
        self.so_far.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it has ended.
    async fn wait(&self) -> bool {
        let pace = tokio::time::sleep(PACE);
        tokio::pin!(pace);
        loop {
            if self.so_far().end.is_some() {
                return true;
            }
            tokio::select! {
                () = &mut pace => return self.so_far().end.is_some(),
                () = self.ended.notified() => {}
            }
        }
    }

    fn take(&self) -> Result<WalkView, CommandError> {
        let mut so_far = self.so_far();
        if let Some(Err(failure)) = so_far.end.take_if(|end| end.is_err()) {
            return Err(failure.into());
        }
        so_far.asked = Some(Instant::now());
        let found = std::mem::take(&mut so_far.objects);
        self.taken.notify_one();
        Ok(WalkView {
            found: found
                .into_iter()
                .map(|object| object.view(&self.prefix))
                .collect(),
            read: so_far.read,
            bytes: so_far.bytes,
            done: so_far.end.is_some(),
        })
    }

    /// Whether nobody has asked about it for long.
    fn is_left(&self) -> bool {
        self.so_far()
            .asked
            .is_some_and(|asked| asked.elapsed() > LEFT_AFTER)
    }

    /// Takes a page in; whether the walk is too far ahead now.
    fn put(&self, page: Vec<Listed>, pattern: Option<&KeyPattern>) -> bool {
        let mut so_far = self.so_far();
        so_far.read += page.len() as u64;
        so_far.bytes += page.iter().map(|object| object.size).sum::<u64>();
        if let Some(pattern) = pattern {
            let meant = page.into_iter().filter(|object| pattern.takes(&object.key));
            so_far.objects.extend(meant);
        }
        so_far.objects.len() > MOST_AHEAD
    }

    fn end(&self, how: Result<(), S3Failure>) {
        self.so_far().end = Some(how);
        self.ended.notify_one();
    }
}

async fn drive(mut scan: Scan, pattern: Option<KeyPattern>, state: Arc<State>) {
    while let Some(page) = scan.next().await {
        let ahead = match page {
            Ok(page) => state.put(page, pattern.as_ref()),
            Err(failure) => return state.end(Err(failure)),
        };
        let waited = async { tokio::time::timeout(LEFT_AFTER, state.taken.notified()).await };
        if state.is_left() || (ahead && waited.await.is_err()) {
            return;
        }
    }
    state.end(Ok(()));
}
