//! Where credentials went, and switching back.

use std::collections::HashMap;
use std::sync::Arc;

use hatrack_core::caller::CallerContext;
use hatrack_core::in_use::{SwitchedBackView, UseKind};
use hatrack_core::session::SessionId;
use hatrack_core::view::SessionView;
use hatrack_core::written_profile::ProfileForm;

use super::{Service, no_such_session};
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
        let sessions = self.mailbox.sessions().await?;
        if let Ending::One(id) = &which
            && !sessions.iter().any(|session| session.id == id.0)
        {
            return Err(no_such_session(&id.0));
        }
        let ending: Vec<_> = sessions
            .into_iter()
            .filter(|session| match &which {
                Ending::One(id) => session.id == id.0,
                _ => true,
            })
            .collect();
        let back = Back {
            undone: self.undone_with(&ending, request.clipboard),
            which,
            client: caller.client,
            undo: request.undo,
        };
        let view = self.mailbox.switch_back(back).await?;
        if view.undo.is_none() {
            self.profiles.reconcile().await;
        }
        Ok(view)
    }

    /// What goes with each of these sessions, for people.
    fn undone_with(&self, ending: &[SessionView], clipboard: bool) -> HashMap<SessionId, Vec<String>> {
        // Where it is not known what was written, nothing is claimed.
        let profiles = self.profiles.written().unwrap_or_default();
        let endpoints = self.endpoints.views();
        let of = |session: &SessionView| {
            let mut undone: Vec<_> = profiles
                .iter()
                .filter(|profile| {
                    let line = profile.form == ProfileForm::Process;
                    profile.session_id.as_deref() == Some(session.id.as_str())
                        || (line && Some(&profile.role_key) == session.role_key.as_ref())
                })
                .map(|profile| format!("removed the profile {}", profile.name))
                .collect();
            if endpoints.iter().any(|endpoint| endpoint.session_id == session.id) {
                undone.push("closed the endpoint".to_owned());
            }
            if clipboard {
                undone.push("cleared the clipboard".to_owned());
            }
            undone
        };
        let ids = ending.iter().map(|session| SessionId(session.id.clone()));
        ids.zip(ending.iter().map(of)).collect()
    }

    /// Lets go what could still be brought back, and removes what was written for it: the agent ends.
    pub async fn settle(&self) {
        self.mailbox.settle().await;
        self.profiles.reconcile().await;
    }
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
        let what = Use {
            what: Some(name.chars().take(LONGEST_NAME).collect()),
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
