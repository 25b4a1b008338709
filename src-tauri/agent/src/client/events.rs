//! A subscription: a connection of its own, on which only events come.

use hatrack_core::caller::CallerContext;

use super::connection::Line;
use super::error::AgentError;
use crate::protocol::{Ask, Event, Message, Request};

/// What happens in the agent, from the subscription on.
pub struct Events {
    line: Line,
}

impl Events {
    pub(super) async fn over(mut line: Line, caller: &CallerContext) -> Result<Self, AgentError> {
        let caller = caller.clone();
        line.send(&Ask {
            id: 0,
            caller,
            request: Request::Subscribe,
        })
        .await?;
        match line.receive().await? {
            Message::Answer(answer) => {
                answer.result?;
                Ok(Self { line })
            }
            Message::Event(_) => Err(AgentError::Unexpected),
        }
    }

    /// The next event; `None` when the agent has gone.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            match self.line.receive().await {
                Ok(Message::Event(event)) => return Some(event),
                Ok(Message::Answer(_)) => {}
                Err(_) => return None,
            }
        }
    }
}
