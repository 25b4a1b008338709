//! Where credentials went, and switching back.

use super::{Agent, AgentError};
use crate::protocol::{
    BroughtBackView, HoldUse, Reply, Request, SessionUsesView, SwitchBack, SwitchedBackView,
};

impl Agent {
    /// Switches back; see [`SwitchBack`].
    pub async fn switch_back(&self, back: SwitchBack) -> Result<SwitchedBackView, AgentError> {
        match self.ask(Request::SwitchBack(back)).await? {
            Reply::SwitchedBack(view) => Ok(view),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Undoes a switch back, by [`SwitchedBackView::undo`].
    pub async fn undo_switch_back(&self, undo: String) -> Result<BroughtBackView, AgentError> {
        match self.ask(Request::UndoSwitchBack { undo }).await? {
            Reply::BroughtBack(view) => Ok(view),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Where the sessions' credentials went.
    pub async fn uses(&self) -> Result<Vec<SessionUsesView>, AgentError> {
        match self.ask(Request::Uses).await? {
            Reply::Uses(uses) => Ok(uses),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Says that a program runs with a session. It counts as running until this is dropped; only an error ends it before.
    pub async fn hold_use(&self, hold: HoldUse) -> AgentError {
        match self.ask(Request::HoldUse(hold)).await {
            Ok(_) => AgentError::Unexpected,
            Err(why) => why,
        }
    }
}
