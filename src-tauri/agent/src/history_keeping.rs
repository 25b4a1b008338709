//! Keeps of the history what the person chose. It begins when the agent is up and takes little at a time: neither a
//! start nor a switch waits for it.

use std::sync::Arc;
use std::time::Duration;

use hatrack_core::expiry::Clock;
use hatrack_core::history::HistoryLog;
use tokio::sync::Notify;

use crate::choices::Choices;
use crate::protocol::Topic;
use crate::sessions::Mailbox;

/// How often an agent that stays up looks again.
const AGAIN: Duration = Duration::from_secs(6 * 3600);

/// Rung when the choice has changed.
#[derive(Debug, Clone, Default)]
pub struct HistoryKeeping(Arc<Notify>);

impl HistoryKeeping {
    /// Starts it.
    pub fn start(
        log: Arc<dyn HistoryLog>,
        choices: Arc<Choices>,
        clock: Arc<dyn Clock>,
        mailbox: Mailbox,
    ) -> Self {
        let keeping = Self::default();
        let rung = keeping.0.clone();
        tokio::spawn(async move {
            loop {
                let keep = choices.now().keep_history;
                match log.prune(keep, clock.now().wall).await {
                    Ok(0) => {}
                    Ok(_) => mailbox.changed(&[Topic::History]),
                    Err(why) => tracing::warn!(%why, "old rows of the history stay"),
                }
                tokio::select! {
                    () = rung.notified() => {}
                    () = tokio::time::sleep(AGAIN) => {}
                }
            }
        });
        keeping
    }

    /// Looks at once.
    pub fn look(&self) {
        self.0.notify_one();
    }
}
