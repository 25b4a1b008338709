//! Where credentials went, and switching back.

use std::collections::HashMap;
use std::sync::Arc;

use hatrack_core::caller::CallerContext;
use hatrack_core::in_use::{SwitchedBackView, UseKind};
use hatrack_core::session::SessionId;
use hatrack_core::view::SessionView;

use super::{Service, no_such_session};
use crate::profiles;
use crate::protocol::{ErrorCode, HoldUse, Reply, Request, SwitchBack, WireError};
use crate::sessions::{Back, Ending, Mailbox, Step, Use};

/// The longest name of a program that is shown.
const LONGEST_NAME: usize = 64;

impl Service {
    /// Requests about uses and switching back; what is none is left to who else answers.
    pub(super) async fn about_uses(
        self: &Arc<Self>,
        caller: &CallerContext,
        request: Request,
    ) -> Result<Reply, WireError> {
        match request {
            Request::SwitchBack(back) => Ok(Reply::SwitchedBack(self.switch_back(caller, back).await?)),
            Request::UndoSwitchBack { undo } => match self.mailbox.undo(undo, caller.client).await? {
                Some(brought) => Ok(Reply::BroughtBack(brought)),
                None => Err(WireError::new(ErrorCode::NoSuchSession, TOO_LATE)),
            },
            Request::Uses => Ok(Reply::Uses(self.mailbox.uses().await?)),
            Request::HoldUse(hold) => {
                let _running = Running::begin(self.mailbox.clone(), hold);
                std::future::pending().await
            }
            other => self.about_endpoints(caller, other).await,
        }
    }

    async fn switch_back(
        &self,
        caller: &CallerContext,
        request: SwitchBack,
    ) -> Result<SwitchedBackView, WireError> {
        let which = match &request.session {
            Some(session) => Ending::One(SessionId(self.session_of(caller, session).await?)),
            None => Ending::All,
        };
        let (leaving, staying) = self.leaving(&which).await?;
        let profiles = self.profiles.that_leave(&leaving, &staying);
        let back = Back {
            undone: self.undone_with(&leaving, &profiles, request.clipboard),
            which,
            client: caller.client,
            undo: request.undo,
        };
        let mut view = self.mailbox.switch_back(back).await?;
        if view.undo.is_none() {
            self.profiles.reconcile().await;
            self.tell_what_stands(&mut view, &profiles);
        } else if let Err(why) = self.profiles.remember_leaving(&leaving).await {
            tracing::warn!(%why, "a kill in the next seconds would leave the session's profiles");
        }
        Ok(view)
    }

    /// The sessions that people see of `which`, and those that stay.
    async fn leaving(&self, which: &Ending) -> Result<(Vec<profiles::Back>, Vec<SessionView>), WireError> {
        let is_meant = |session: &SessionView| match which {
            Ending::One(id) => session.id == id.0,
            _ => true,
        };
        let sessions = self.mailbox.sessions().await?;
        let (ending, staying): (Vec<_>, Vec<_>) = sessions.into_iter().partition(is_meant);
        let mut leaving = Vec::new();
        for session in ending {
            let found = self.mailbox.find(SessionId(session.id)).await?;
            leaving.extend(found.map(|(session, caller)| profiles::Back::of(&session, &caller)));
        }
        match which {
            Ending::One(id) if leaving.is_empty() => Err(no_such_session(&id.0)),
            _ => Ok((leaving, staying)),
        }
    }

    /// What goes with each of these sessions, for people.
    fn undone_with(
        &self,
        leaving: &[profiles::Back],
        profiles: &[(SessionId, String)],
        clipboard: bool,
    ) -> HashMap<SessionId, Vec<String>> {
        let endpoints = self.endpoints.views();
        let of = |id: &SessionId| {
            let own = profiles.iter().filter(|(of, _)| of == id);
            let mut undone: Vec<_> = own.map(|(_, name)| removed(name)).collect();
            if endpoints.iter().any(|endpoint| endpoint.session_id == id.0) {
                undone.push("closed the endpoint".to_owned());
            }
            if clipboard {
                undone.push("cleared the clipboard".to_owned());
            }
            undone
        };
        let ids = leaving.iter().map(|back| back.id().clone());
        ids.map(|id| (id.clone(), of(&id))).collect()
    }

    /// A file that cannot be written now keeps its profile for a while.
    fn tell_what_stands(&self, view: &mut SwitchedBackView, profiles: &[(SessionId, String)]) {
        let written = self.profiles.written().unwrap_or_default();
        let stand = profiles
            .iter()
            .filter(|(_, name)| written.iter().any(|known| known.name == *name));
        for (id, name) in stand {
            for left in view.sessions.iter_mut().filter(|left| left.session_id == id.0) {
                left.undone.retain(|undone| *undone != removed(name));
                left.stays
                    .push(format!("the profile {name}, which could not be removed yet"));
            }
        }
    }

    /// Lets go what could still be brought back, and removes what was written for it: the agent ends.
    pub async fn settle(&self) {
        self.mailbox.settle().await;
        self.profiles.reconcile().await;
    }
}

fn removed(profile: &str) -> String {
    format!("removed the profile {profile}")
}

const TOO_LATE: &str = "it is too late to undo this; switch to the role again";

/// A program that runs with a session, for as long as this lives.
struct Running {
    mailbox: Mailbox,
    session: SessionId,
    what: Use,
}

impl Running {
    fn begin(mailbox: Mailbox, hold: HoldUse) -> Self {
        let kind = match hold.kind {
            UseKind::Terminal => UseKind::Terminal,
            _ => UseKind::Exec,
        };
        let name = hold.program.rsplit(['/', '\\']).next().unwrap_or_default();
        let name: String = name.chars().filter(|letter| !letter.is_control()).collect();
        let name: String = name.chars().take(LONGEST_NAME).collect();
        let what = Use {
            what: Some(name).filter(|name| !name.is_empty()),
            ..Use::of(kind)
        };
        let session = SessionId(hold.session_id);
        mailbox.used(session.clone(), what.clone(), Step::Begins);
        Self {
            mailbox,
            session,
            what,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.mailbox
            .used(self.session.clone(), self.what.clone(), Step::Ends);
    }
}
