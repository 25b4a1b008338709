//! What this computer remembers of buckets, for each role: bookmarks, buckets opened by name, refusals, and whose
//! requests the person pays for. It holds no secret and nothing of what is in a bucket.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hatrack_core::listing_view::{BookmarkView, PlacesView, RefusalView, SharedBucketView};
use hatrack_store::kept::{Kept, KeptFailure, KeptPlaces};
use jiff::Timestamp;

use crate::protocol::PlaceNote;

/// Of each kind only so many are remembered: the oldest go.
const MOST_SHARED: usize = 100;
const MOST_REFUSED: usize = 300;
const MOST_BOOKMARKS: usize = 500;
/// What counts for every role.
const ALL: &str = "";

/// What is remembered of every role.
#[derive(Debug)]
pub struct Places {
    files: Kept<KeptPlaces>,
    known: Mutex<HashMap<String, KeptPlaces>>,
}

impl Places {
    /// Reads what is kept. Blocks shortly.
    pub fn new(files: Kept<KeptPlaces>, now: Timestamp) -> Self {
        let known = files.all(now).into_iter();
        Self {
            known: Mutex::new(known.map(|places| (places.role.clone(), places)).collect()),
            files,
        }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, KeptPlaces>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Of this role.
    pub fn of(&self, role: &str) -> PlacesView {
        let known = self.known();
        let own = known.get(role).cloned().unwrap_or_default();
        let for_all = known.get(ALL).into_iter().flat_map(|all| all.bookmarks.clone());
        let mut bookmarks: Vec<BookmarkView> = own.bookmarks.into_iter().chain(for_all).collect();
        bookmarks.sort_by(|a, b| (&a.name, &a.bucket, &a.prefix).cmp(&(&b.name, &b.bucket, &b.prefix)));
        PlacesView {
            bookmarks,
            shared: own.shared,
            refused: own.refused,
            payers: own.payers.into_iter().collect(),
        }
    }

    /// Remembers something of this role.
    ///
    /// # Errors
    /// Where it cannot be written; it then counts until the agent ends.
    pub fn note(&self, role: &str, note: PlaceNote, now: Timestamp) -> Result<(), KeptFailure> {
        let mut known = self.known();
        if let PlaceNote::Bookmark {
            bookmark: BookmarkView { bucket, prefix, .. },
        }
        | PlaceNote::Unbookmark { bucket, prefix } = &note
        {
            for places in [role, ALL] {
                self.change(&mut known, places, |places| {
                    places
                        .bookmarks
                        .retain(|known| known.bucket != *bucket || known.prefix != *prefix);
                })?;
            }
        }
        let whose = match &note {
            PlaceNote::Bookmark { bookmark } if bookmark.for_all => ALL,
            _ => role,
        };
        self.change(&mut known, whose, |places| apply(places, note, now))
    }

    fn change(
        &self,
        known: &mut HashMap<String, KeptPlaces>,
        role: &str,
        change: impl FnOnce(&mut KeptPlaces),
    ) -> Result<(), KeptFailure> {
        let places = known.entry(role.to_owned()).or_insert_with(|| KeptPlaces {
            role: role.to_owned(),
            ..KeptPlaces::default()
        });
        let before = places.clone();
        change(places);
        if *places == before {
            Ok(())
        } else {
            self.files.put(places)
        }
    }
}

fn apply(places: &mut KeptPlaces, note: PlaceNote, at: Timestamp) {
    match note {
        PlaceNote::Bookmark { bookmark } => {
            places.bookmarks.push(bookmark);
            let over = places.bookmarks.len().saturating_sub(MOST_BOOKMARKS);
            places.bookmarks.drain(..over);
        }
        PlaceNote::Unbookmark { .. } => {}
        PlaceNote::Used { bucket } => {
            places.shared.retain(|shared| shared.bucket != bucket);
            places.shared.insert(0, SharedBucketView { bucket, at });
            places.shared.truncate(MOST_SHARED);
        }
        PlaceNote::Forget { bucket } => places.shared.retain(|shared| shared.bucket != bucket),
        PlaceNote::Refused { action, bucket, why } => {
            allowed(places, &action, bucket.as_deref());
            let refusal = RefusalView {
                action,
                bucket,
                why,
                at,
            };
            places.refused.insert(0, refusal);
            places.refused.truncate(MOST_REFUSED);
        }
        PlaceNote::Allowed { action, bucket } => allowed(places, &action, bucket.as_deref()),
        PlaceNote::Pays { bucket, on: true } => {
            places.payers.insert(bucket);
        }
        PlaceNote::Pays { bucket, on: false } => {
            places.payers.remove(&bucket);
        }
    }
}

fn allowed(places: &mut KeptPlaces, action: &str, bucket: Option<&str>) {
    places
        .refused
        .retain(|known| known.action != action || known.bucket.as_deref() != bucket);
}
