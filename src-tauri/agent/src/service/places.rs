//! What is remembered of the buckets that a session's role uses.

use hatrack_core::listing_view::BookmarkView;
use hatrack_core::shared_config::inert;

use super::{Service, no_such_session, store};
use crate::protocol::{ErrorCode, NotePlace, PlaceNote, Reply, WireError};

/// The longest bookmark's name, in characters.
const LONGEST_NAME: usize = 80;
/// The longest sentence of a refusal, in characters.
const LONGEST_WHY: usize = 1000;

impl Service {
    pub(super) async fn places(&self, session_id: &str) -> Result<Reply, WireError> {
        let role = self.places_of_session(session_id).await?;
        Ok(Reply::Places(self.places.of(&role)))
    }

    pub(super) async fn note_place(&self, noted: NotePlace) -> Result<Reply, WireError> {
        let role = self.places_of_session(&noted.session_id).await?;
        let note = checked(noted.note)?;
        let now = self.clock.now().wall;
        self.places.note(&role, note, now).map_err(store)?;
        Ok(Reply::Places(self.places.of(&role)))
    }

    /// What is remembered counts for the role, whichever session of it is in use.
    async fn places_of_session(&self, session_id: &str) -> Result<String, WireError> {
        let sessions = self.mailbox.sessions().await?;
        let session = sessions
            .into_iter()
            .find(|session| session.id == session_id)
            .ok_or_else(|| no_such_session(session_id))?;
        let named = session.role_key.or(session.arn).or(session.profile);
        Ok(named.unwrap_or(session.access_key_id))
    }
}

fn checked(note: PlaceNote) -> Result<PlaceNote, WireError> {
    match note {
        PlaceNote::Bookmark { bookmark } => {
            let name = bookmark.name.trim();
            if name.is_empty() || name.chars().count() > LONGEST_NAME || inert(name) != name {
                let message = format!(
                    "the name is empty, longer than {LONGEST_NAME} characters or holds what cannot be shown; type it anew"
                );
                return Err(WireError::new(ErrorCode::Invalid, message));
            }
            let name = name.to_owned();
            Ok(PlaceNote::Bookmark {
                bookmark: BookmarkView { name, ..bookmark },
            })
        }
        PlaceNote::Refused { action, bucket, why } => Ok(PlaceNote::Refused {
            action,
            bucket,
            why: why.chars().take(LONGEST_WHY).collect(),
        }),
        other => Ok(other),
    }
}
