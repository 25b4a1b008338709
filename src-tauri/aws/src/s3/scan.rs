//! Every object below a prefix, with many lists at once.
//!
//! A list is read page by page, each naming the next, so one alone waits a round trip for every 1,000 keys. Where a page
//! shows that keys lie in a few large folders, each folder becomes a list of its own. Where S3 refuses to list by folder,
//! as a policy may say which prefixes are listed, the one list goes on.
//!
//! Invariants: each key is given once; at most [`AT_ONCE`] requests are in flight; what waits to be given in order is
//! bounded.

mod order;
mod task;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt};
use hatrack_core::bucket::BucketName;

use super::pages::{Listed, Page};
use super::{S3, S3Failure};
use order::InOrder;
use task::{After, Task};

/// Lists in flight at once.
const AT_ONCE: usize = 32;
/// Keys that wait for those before them; more are not asked for.
const MOST_WAITING: usize = 200_000;

type Asked = BoxFuture<'static, (Task, Result<Page, S3Failure>)>;

/// A walk over every object below a prefix. Dropped, it asks for nothing more.
pub struct Scan {
    s3: Arc<S3>,
    bucket: BucketName,
    asked: FuturesUnordered<Asked>,
    /// What is to be asked, by where it begins.
    waiting: BTreeMap<String, Task>,
    order: Option<InOrder>,
    failed: bool,
}

impl Scan {
    /// Over `bucket` below `prefix`. The objects come in no order: the first ones soonest.
    pub fn new(s3: Arc<S3>, bucket: BucketName, prefix: &str) -> Self {
        // Directory buckets neither sort nor start in the middle.
        let may_split = !bucket.as_str().ends_with("--x-s3");
        let first = Task::first(prefix, may_split);
        Self {
            s3,
            bucket,
            asked: FuturesUnordered::new(),
            waiting: BTreeMap::from([(first.from().to_owned(), first)]),
            order: None,
            failed: false,
        }
    }

    /// The objects come by key, as S3 sorts them.
    #[must_use]
    pub fn in_order(mut self) -> Self {
        self.order = Some(InOrder::new(self.waiting.keys().cloned()));
        self
    }

    /// The next objects; `None` at the end. After a failure there is nothing more.
    pub async fn next(&mut self) -> Option<Result<Vec<Listed>, S3Failure>> {
        loop {
            if self.failed {
                return None;
            }
            if let Some(ready) = self.order.as_mut().and_then(InOrder::take) {
                return Some(Ok(ready));
            }
            self.ask();
            let (task, answer) = self.asked.next().await?;
            match self.answered(task, answer) {
                Ok(found) if found.is_empty() => {}
                Ok(found) => return Some(Ok(found)),
                Err(failure) => {
                    self.failed = true;
                    self.asked.clear();
                    return Some(Err(failure));
                }
            }
        }
    }

    /// Asks for what comes first, up to the limit.
    fn ask(&mut self) {
        while self.asked.len() < AT_ONCE {
            let Some(first) = self.waiting.first_entry() else {
                return;
            };
            // What everything else waits for is always asked for.
            let late = |order: &InOrder| order.waiting() > MOST_WAITING && !order.begins_with(first.key());
            if self.order.as_ref().is_some_and(late) && !self.asked.is_empty() {
                return;
            }
            let task = first.remove();
            let (s3, bucket) = (self.s3.clone(), self.bucket.clone());
            self.asked.push(Box::pin(async move {
                let answer = s3.list(&bucket, &task.ask()).await;
                (task, answer)
            }));
        }
    }

    /// What a page gave to be handed on now.
    fn answered(&mut self, task: Task, answer: Result<Page, S3Failure>) -> Result<Vec<Listed>, S3Failure> {
        let idle = self.asked.len() + self.waiting.len() < AT_ONCE / 2;
        let from = task.from().to_owned();
        let After { found, tasks } = task.after(answer, idle)?;
        let mut given = Vec::new();
        match &mut self.order {
            Some(order) => order.put(&from, found, tasks.iter().map(|task| task.from().to_owned())),
            None => found.into_iter().for_each(|(_, objects)| given.extend(objects)),
        }
        for task in tasks {
            self.waiting.insert(task.from().to_owned(), task);
        }
        Ok(given)
    }
}
