//! What is remembered of buckets.

use hatrack_core::listing_view::PlacesView;

use super::{Agent, AgentError};
use crate::protocol::{NotePlace, PlaceNote, Reply, Request};

impl Agent {
    /// What is remembered of the buckets that the session's role uses.
    pub async fn places(&self, session_id: &str) -> Result<PlacesView, AgentError> {
        let session_id = session_id.to_owned();
        self.told(Request::Places { session_id }).await
    }

    /// Remembers something of them, and tells all of it.
    pub async fn note_place(&self, session_id: &str, note: PlaceNote) -> Result<PlacesView, AgentError> {
        let session_id = session_id.to_owned();
        self.told(Request::NotePlace(NotePlace { session_id, note }))
            .await
    }

    async fn told(&self, request: Request) -> Result<PlacesView, AgentError> {
        match self.ask(request).await? {
            Reply::Places(places) => Ok(places),
            _ => Err(AgentError::Unexpected),
        }
    }
}
