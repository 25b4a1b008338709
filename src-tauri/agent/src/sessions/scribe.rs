//! Writes history and vault, one thing after the other, beside the keeper.

use std::sync::{Arc, OnceLock};

use hatrack_core::caller::CallerContext;
use hatrack_core::history::HistoryLog;
use hatrack_core::history_view::HistoryRow;
use hatrack_core::session::{Session, SessionId};
use hatrack_store::vault::{self, Vault, VaultFailure};
use tokio::sync::{mpsc, oneshot};
use zeroize::Zeroizing;

use super::mail::Mailbox;
use crate::protocol::context;

/// The vault, once the keyring has answered.
pub type VaultSlot = Arc<OnceLock<Vault>>;

enum Job {
    Row(Box<HistoryRow>),
    Seal(Arc<Session>, CallerContext),
    Forget(SessionId),
    Barrier(oneshot::Sender<()>),
}

/// Takes what is to be written, in order.
#[derive(Clone)]
pub struct Scribe(mpsc::UnboundedSender<Job>);

impl Scribe {
    /// Starts one. `boot_id` stands beside each session: its deadline counts from that boot. What is written of the
    /// history is told to `mailbox`.
    pub fn start(history: Arc<dyn HistoryLog>, vault: VaultSlot, boot_id: String, mailbox: Mailbox) -> Self {
        let (jobs, received) = mpsc::unbounded_channel();
        let desk = Desk {
            history,
            vault,
            boot_id,
            mailbox,
        };
        tokio::spawn(desk.write(received));
        Self(jobs)
    }

    pub(super) fn row(&self, row: HistoryRow) {
        self.put(Job::Row(Box::new(row)));
    }

    pub(super) fn seal(&self, session: Arc<Session>, caller: CallerContext) {
        self.put(Job::Seal(session, caller));
    }

    pub(super) fn forget(&self, id: SessionId) {
        self.put(Job::Forget(id));
    }

    /// Returns when all that was given before is written.
    pub async fn flush(&self) {
        let (done, written) = oneshot::channel();
        self.put(Job::Barrier(done));
        // A scribe that has ended writes nothing more.
        let _ = written.await;
    }

    fn put(&self, job: Job) {
        let _ = self.0.send(job);
    }
}

struct Desk {
    history: Arc<dyn HistoryLog>,
    vault: VaultSlot,
    boot_id: String,
    mailbox: Mailbox,
}

impl Desk {
    async fn write(self, mut jobs: mpsc::UnboundedReceiver<Job>) {
        while let Some(job) = jobs.recv().await {
            match job {
                Job::Row(row) => match self.history.append(*row).await {
                    Ok(()) => self.mailbox.post(super::mail::Mail::Written),
                    Err(why) => tracing::error!(%why, "a row of the history is lost"),
                },
                Job::Seal(session, caller) => self.log(self.seal(&session, &caller).await),
                Job::Forget(id) => self.log(self.forget(&id).await),
                Job::Barrier(done) => {
                    let _ = done.send(());
                }
            }
        }
    }

    fn log(&self, done: Result<(), VaultFailure>) {
        if let Err(why) = done {
            tracing::error!(%why, "the vault does not hold what it should");
        }
    }

    async fn seal(&self, session: &Session, caller: &CallerContext) -> Result<(), VaultFailure> {
        let Some(vault) = self.vault.get() else {
            return Ok(());
        };
        vault::sessions::put(vault, session, &self.boot_id).await?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(16 * 1024));
        let mut to = serde_json::Serializer::new(&mut *bytes);
        if context::serialize(caller, &mut to).is_ok() {
            vault.put(&caller_name(&session.id), &bytes).await?;
        }
        Ok(())
    }

    async fn forget(&self, id: &SessionId) -> Result<(), VaultFailure> {
        let Some(vault) = self.vault.get() else {
            return Ok(());
        };
        vault::sessions::forget(vault, id).await?;
        vault.delete(&caller_name(id)).await
    }
}

fn caller_name(id: &SessionId) -> String {
    format!("caller-{id}")
}

/// Every session in the vault, with the boot it was sealed in and its caller.
pub(crate) async fn read_all(
    vault: &Vault,
) -> Result<Vec<(Session, String, Option<CallerContext>)>, VaultFailure> {
    let mut found = Vec::new();
    for restored in vault::sessions::all(vault).await? {
        // Without its caller a session still serves; at worst its renewal by itself fails, which is then said.
        let sealed = vault.get(&caller_name(&restored.session.id)).await.ok().flatten();
        let caller = sealed.and_then(|bytes| {
            let mut from = serde_json::Deserializer::from_slice(&bytes);
            context::deserialize(&mut from).ok()
        });
        found.push((restored.session, restored.boot_id, caller));
    }
    Ok(found)
}
