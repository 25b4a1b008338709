//! What the keeper is told and asked.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hatrack_core::broker::{BrokerError, Landed, Plan};
use hatrack_core::caller::{CallerContext, Client};
use hatrack_core::history_view::HistoryRow;
use hatrack_core::in_use::{BroughtBackView, SessionUsesView, SwitchedBackView};
use hatrack_core::session::{Session, SessionId, SessionKey};
use hatrack_core::sts::CallerIdentity;
use hatrack_core::sts_limits::TokenCode;
use hatrack_core::view::{DenialView, NeedView, SessionView};
use tokio::sync::{mpsc, oneshot};

use super::aside::Back;
use super::audience::Listener;
use super::last_use::LastUses;
use super::uses::{Step, Use};
use crate::protocol::{RecordRequest, Topic};

/// One request for a session.
#[derive(Debug, Clone)]
pub struct Fare {
    /// What is to be called where no live session serves.
    pub plan: Arc<Plan>,
    /// Who asks.
    pub caller: CallerContext,
    /// The code, if one was given.
    pub code: Option<TokenCode>,
    /// The least life left; `None` for what a hand-out needs.
    pub min_life: Option<Duration>,
    /// Renew this session: the new one takes its place. No live one serves, but this one itself where it has the
    /// `min_life` that is named.
    pub renews: Option<SessionId>,
}

/// What a request for a session gets.
#[derive(Debug, Clone)]
pub enum Served {
    /// A session.
    Session {
        /// With its secrets, for a hand-out.
        session: Arc<Session>,
        /// As people see it.
        view: Box<SessionView>,
    },
    /// Something only the person has is needed.
    Needs(NeedView),
    /// AWS refused.
    Denied(Box<DenialView>),
    /// Neither.
    Failed(BrokerError),
}

/// What the catalog's listing needs to know of sessions.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// The live sessions, hops on the way too.
    pub live: Vec<Arc<Session>>,
    /// When each role was last tried.
    pub last_uses: LastUses,
    /// The number of the last change.
    pub revision: u64,
}

/// Which sessions to drop.
#[derive(Debug, Clone)]
pub enum Ending {
    /// This one.
    One(SessionId),
    /// All, hops on the way too.
    All,
    /// Those of a user's own that a code was spent on, and that sign for roles.
    OfCodes,
}

/// How a session is planned anew when it is to be renewed without being asked for.
#[async_trait]
pub trait Renewals: Send + Sync {
    /// The session's own caller, whose requests go as the person has them go now.
    async fn prepared(&self, caller: CallerContext) -> CallerContext;

    /// The plan, by the catalog as it is now for the session's own caller; or why there is none, for people.
    async fn plan(&self, session: &Session, caller: &CallerContext) -> Result<Plan, String>;
}

/// The keeper's mail.
pub(super) enum Mail {
    Serve(Fare, oneshot::Sender<Served>),
    /// Waits for a session that serves, which somebody else gets; the person is asked in the window.
    Await {
        fare: Fare,
        need: NeedView,
        waits: Duration,
        reply: oneshot::Sender<Served>,
    },
    Landed {
        key: SessionKey,
        fare: Fare,
        landed: Box<Landed>,
    },
    /// AWS has said who holds the session with this access key ID.
    Identified {
        access_key_id: String,
        identity: CallerIdentity,
    },
    Restored {
        sessions: Vec<(Session, String, Option<CallerContext>)>,
    },
    RenewalFailed {
        id: SessionId,
        message: String,
        again: bool,
    },
    Sessions(oneshot::Sender<Vec<SessionView>>),
    /// A session that people see, with the caller it is of.
    Find(SessionId, oneshot::Sender<Option<(Arc<Session>, CallerContext)>>),
    Standing(oneshot::Sender<Standing>),
    /// Whether carrying this out now would ask the person for a code.
    AsksForCode(Arc<Plan>, oneshot::Sender<bool>),
    End(Back, oneshot::Sender<(u32, SwitchedBackView)>),
    Undo(String, Client, oneshot::Sender<Option<BroughtBackView>>),
    /// Nothing that is aside can be brought back any more.
    Settle(oneshot::Sender<()>),
    Aside(oneshot::Sender<Vec<SessionId>>),
    /// Whether the role with this key, in the files with this config, was switched back a moment ago.
    WasLeft(String, PathBuf, oneshot::Sender<bool>),
    Used(SessionId, Use, Step),
    Uses(oneshot::Sender<Vec<SessionUsesView>>),
    HandedOut(SessionId, Client, Option<String>),
    Record(RecordRequest, Client),
    Write(HistoryRow),
    Listen(oneshot::Sender<Listener>),
    Changed(Vec<Topic>),
    /// A row of the history is on disk.
    Written,
    /// The history's last tries, read at start.
    Remembered(LastUses),
    VaultOpened,
    Clocks,
    Wake,
    /// A request arrived: the agent is in use.
    Active,
    Listeners(oneshot::Sender<u32>),
    Stop(oneshot::Sender<()>),
}

/// Reaches the keeper. A keeper that has ended drops what it is asked, and the asker is told so.
#[derive(Clone)]
pub struct Mailbox(pub(super) mpsc::UnboundedSender<Mail>);

/// The keeper has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the agent is ending; try again")]
pub struct Ended;

impl Mailbox {
    pub(super) fn post(&self, mail: Mail) {
        // A keeper that has ended needs no news.
        let _ = self.0.send(mail);
    }

    async fn ask<T>(&self, mail: impl FnOnce(oneshot::Sender<T>) -> Mail) -> Result<T, Ended> {
        let (reply, answer) = oneshot::channel();
        self.post(mail(reply));
        answer.await.map_err(|_| Ended)
    }

    /// A session for `fare`: a live one, that of an identical request under way, or a new one.
    pub async fn serve(&self, fare: Fare) -> Result<Served, Ended> {
        self.ask(|reply| Mail::Serve(fare, reply)).await
    }

    /// Has the person asked for `need` in a window, and waits at most `waits` for the session. Without a window,
    /// nobody can be asked: `None` at once.
    pub async fn wait_for(
        &self,
        fare: Fare,
        need: NeedView,
        waits: Duration,
    ) -> Result<Option<Served>, Ended> {
        let answer = self.ask(|reply| Mail::Await {
            fare,
            need,
            waits,
            reply,
        });
        match tokio::time::timeout(waits, answer).await {
            // Dropped unanswered: nobody listens.
            Ok(answer) => Ok(answer.ok()),
            Err(_) => Ok(None),
        }
    }

    /// The sessions that people see.
    pub async fn sessions(&self) -> Result<Vec<SessionView>, Ended> {
        self.ask(Mail::Sessions).await
    }

    /// One session that people see, and the caller whose files it comes from.
    pub async fn find(&self, id: SessionId) -> Result<Option<(Arc<Session>, CallerContext)>, Ended> {
        self.ask(|reply| Mail::Find(id, reply)).await
    }

    /// What the catalog's listing needs to know.
    pub async fn standing(&self) -> Result<Standing, Ended> {
        self.ask(Mail::Standing).await
    }

    /// Whether carrying `plan` out now would ask the person for a code.
    pub async fn asks_for_code(&self, plan: Arc<Plan>) -> Result<bool, Ended> {
        self.ask(|reply| Mail::AsksForCode(plan, reply)).await
    }

    /// Drops sessions, for good: their blobs are gone when this returns. Says how many people saw; of those that codes
    /// were spent on, how many there were.
    pub async fn end(&self, which: Ending, client: Client) -> Result<u32, Ended> {
        let back = Back {
            which,
            client,
            undo: false,
            undone: HashMap::new(),
        };
        let (count, _) = self.ask(|reply| Mail::End(back, reply)).await?;
        Ok(count)
    }

    /// Switches back, and says what is left. Blobs are gone when this returns, also where it can be undone: then the
    /// sessions are in memory only.
    pub async fn switch_back(&self, back: Back) -> Result<SwitchedBackView, Ended> {
        let (_, view) = self.ask(|reply| Mail::End(back, reply)).await?;
        Ok(view)
    }

    /// Undoes the switch back of this name. `None` where it is too late, or was done.
    pub async fn undo(&self, name: String, client: Client) -> Result<Option<BroughtBackView>, Ended> {
        self.ask(|reply| Mail::Undo(name, client, reply)).await
    }

    /// Lets go what was switched back and could still be brought back.
    pub async fn settle(&self) {
        // An ended keeper holds nothing.
        let _ = self.ask(Mail::Settle).await;
    }

    /// The sessions that were switched back and can still be brought back.
    pub async fn aside(&self) -> Result<Vec<SessionId>, Ended> {
        self.ask(Mail::Aside).await
    }

    /// Whether the role with this key was switched back a moment ago, in the files with this config, and nobody has
    /// switched to it since.
    pub async fn was_left(&self, role_key: String, config: PathBuf) -> Result<bool, Ended> {
        self.ask(|reply| Mail::WasLeft(role_key, config, reply)).await
    }

    /// Credentials of a session are used so.
    pub fn used(&self, id: SessionId, what: Use, step: Step) {
        self.post(Mail::Used(id, what, step));
    }

    /// Where the sessions' credentials went.
    pub async fn uses(&self) -> Result<Vec<SessionUsesView>, Ended> {
        self.ask(Mail::Uses).await
    }

    /// Credentials of a session went to `client`; history remembers the first time, or each with a `detail`.
    pub fn handed_out(&self, id: SessionId, client: Client, detail: Option<String>) {
        self.post(Mail::HandedOut(id, client, detail));
    }

    /// A client did something with a session.
    pub fn record(&self, row: RecordRequest, client: Client) {
        self.post(Mail::Record(row, client));
    }

    /// Something was refused before the keeper heard of it.
    pub fn write(&self, row: HistoryRow) {
        self.post(Mail::Write(row));
    }

    /// What happens from now on.
    pub async fn listen(&self) -> Result<Listener, Ended> {
        self.ask(Mail::Listen).await
    }

    /// How many listen.
    pub async fn listeners(&self) -> Result<u32, Ended> {
        self.ask(Mail::Listeners).await
    }

    /// Clients are to refetch these.
    pub fn changed(&self, topics: &[Topic]) {
        self.post(Mail::Changed(topics.to_vec()));
    }

    /// A moment that the alarm was set to has come.
    pub fn wake(&self) {
        self.post(Mail::Wake);
    }

    /// The wall clock was set, or the computer resumed.
    pub fn clocks_moved(&self) {
        self.post(Mail::Clocks);
    }

    /// A request arrived.
    pub fn active(&self) {
        self.post(Mail::Active);
    }

    /// The last tries of roles, as history has them.
    pub fn remember(&self, last_uses: LastUses) {
        self.post(Mail::Remembered(last_uses));
    }

    /// Sessions out of the vault, each with the boot it was sealed in and its caller.
    pub fn restore(&self, sessions: Vec<(Session, String, Option<CallerContext>)>) {
        self.post(Mail::Restored { sessions });
    }

    /// The vault can be written to now.
    pub fn vault_opened(&self) {
        self.post(Mail::VaultOpened);
    }

    /// Ends the keeper, once everything is written.
    pub async fn stop(&self) {
        // An ended keeper has stopped already.
        let _ = self.ask(Mail::Stop).await;
    }
}
