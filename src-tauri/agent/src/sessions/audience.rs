//! Who listens, and what each has still to be told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::Notify;

use crate::protocol::{Event, Topic};

/// A listener that is further behind than this is told that everything changed instead.
const FURTHEST_BEHIND: usize = 256;

#[derive(Default)]
struct Line {
    waiting: Mutex<VecDeque<Event>>,
    bell: Notify,
}

/// One who listens. Dropping it ends the listening.
pub struct Listener(Arc<Line>);

impl Listener {
    /// The next event. Never ends by itself.
    pub async fn next(&self) -> Event {
        loop {
            let rung = self.0.bell.notified();
            if let Some(event) = self.0.take() {
                return event;
            }
            rung.await;
        }
    }
}

impl Line {
    fn take(&self) -> Option<Event> {
        self.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
    }

    fn put(&self, event: &Event, revision: u64) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let behind = waiting.len() >= FURTHEST_BEHIND;
        match (waiting.back_mut(), event) {
            // Two changes in a row are one: a burst of them costs a slow listener nothing.
            (
                Some(Event::Changed { topics, revision }),
                Event::Changed {
                    topics: more,
                    revision: later,
                },
            ) => {
                topics.extend(more);
                topics.sort_unstable();
                topics.dedup();
                *revision = *later;
            }
            _ if behind => {
                waiting.clear();
                let topics = Topic::ALL.to_vec();
                waiting.push_back(Event::Changed { topics, revision });
            }
            _ => waiting.push_back(event.clone()),
        }
        drop(waiting);
        self.bell.notify_one();
    }
}

/// Everybody who listens.
#[derive(Default)]
pub(super) struct Audience {
    lines: Vec<Weak<Line>>,
    revision: u64,
}

impl Audience {
    /// One more.
    pub(super) fn listen(&mut self) -> Listener {
        let line = Arc::new(Line::default());
        self.lines.push(Arc::downgrade(&line));
        Listener(line)
    }

    /// How many listen.
    pub(super) fn count(&mut self) -> usize {
        self.lines.retain(|line| line.strong_count() > 0);
        self.lines.len()
    }

    /// Tells everybody.
    pub(super) fn tell(&mut self, event: &Event) {
        self.lines.retain(|line| match line.upgrade() {
            Some(line) => {
                line.put(event, self.revision);
                true
            }
            None => false,
        });
    }

    /// The number of the last change.
    pub(super) fn revision(&self) -> u64 {
        self.revision
    }

    /// Tells everybody what to refetch.
    pub(super) fn changed(&mut self, topics: &[Topic]) {
        self.revision += 1;
        self.tell(&Event::Changed {
            topics: topics.to_vec(),
            revision: self.revision,
        });
    }
}
