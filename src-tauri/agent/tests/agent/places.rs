//! What is remembered of buckets.

use hatrack_agent::protocol::{ErrorCode, NotePlace, PlaceNote, Reply, Request, WireError};
use hatrack_core::listing_view::{BookmarkView, PlacesView};

use crate::world::*;

impl World {
    async fn note_place(&self, session_id: &str, note: PlaceNote) -> Result<PlacesView, WireError> {
        let session_id = session_id.to_owned();
        match self
            .ask(Request::NotePlace(NotePlace { session_id, note }))
            .await?
        {
            Reply::Places(places) => Ok(places),
            other => panic!("{other:?}"),
        }
    }

    async fn places(&self, session_id: &str) -> PlacesView {
        let session_id = session_id.to_owned();
        match self.ask(Request::Places { session_id }).await.unwrap() {
            Reply::Places(places) => places,
            other => panic!("{other:?}"),
        }
    }
}

fn bookmark(name: &str, bucket: &str, for_all: bool) -> PlaceNote {
    PlaceNote::Bookmark {
        bookmark: BookmarkView {
            name: name.to_owned(),
            bucket: bucket.to_owned(),
            prefix: "in/".to_owned(),
            for_all,
        },
    }
}

fn used(bucket: &str) -> PlaceNote {
    PlaceNote::Used {
        bucket: bucket.to_owned(),
    }
}

fn names(places: &PlacesView) -> Vec<&str> {
    places.bookmarks.iter().map(|mark| mark.name.as_str()).collect()
}

#[tokio::test]
async fn each_role_has_its_own_places_and_those_for_all_and_they_outlast_the_agent() {
    let mut world = World::new().await;
    let (one, other) = (world.session("stuzio").await.id, world.session("far").await.id);
    world
        .note_place(&one, bookmark("exports", "b-one", false))
        .await
        .unwrap();
    world
        .note_place(&one, bookmark("everywhere", "b-two", true))
        .await
        .unwrap();
    world.note_place(&one, used("first")).await.unwrap();
    world.note_place(&one, used("second")).await.unwrap();
    let noted = world.note_place(&one, used("first")).await.unwrap();
    let shared: Vec<_> = noted.shared.iter().map(|shared| shared.bucket.as_str()).collect();
    assert_eq!(shared, ["first", "second"]);
    assert_eq!(names(&noted), ["everywhere", "exports"]);
    let others = world.places(&other).await;
    assert_eq!((names(&others), others.shared.len()), (vec!["everywhere"], 0));
    // Named anew, and no longer for all.
    world
        .note_place(&other, bookmark("mine", "b-two", false))
        .await
        .unwrap();
    assert_eq!(names(&world.places(&one).await), ["exports"]);
    let before = (world.places(&one).await, world.places(&other).await);
    world.restart().await;
    assert_eq!((world.places(&one).await, world.places(&other).await), before);
    let gone = PlaceNote::Unbookmark {
        bucket: "b-one".to_owned(),
        prefix: "in/".to_owned(),
    };
    assert_eq!(
        names(&world.note_place(&one, gone).await.unwrap()),
        Vec::<&str>::new()
    );
}

#[tokio::test]
async fn a_refusal_is_remembered_once_and_forgotten_when_it_is_allowed() {
    let world = World::new().await;
    let id = world.session("stuzio").await.id;
    let refused = |why: &str| PlaceNote::Refused {
        action: "s3:ListBucket".to_owned(),
        bucket: Some("b".to_owned()),
        why: why.to_owned(),
    };
    world.note_place(&id, refused("before")).await.unwrap();
    let places = world.note_place(&id, refused(&"w".repeat(5000))).await.unwrap();
    assert_eq!((places.refused.len(), places.refused[0].why.len()), (1, 1000));
    let allowed = |bucket: Option<&str>| PlaceNote::Allowed {
        action: "s3:ListBucket".to_owned(),
        bucket: bucket.map(str::to_owned),
    };
    assert_eq!(
        world.note_place(&id, allowed(None)).await.unwrap().refused.len(),
        1
    );
    assert!(
        world
            .note_place(&id, allowed(Some("b")))
            .await
            .unwrap()
            .refused
            .is_empty()
    );
    let pays = |on| PlaceNote::Pays {
        bucket: "b".to_owned(),
        on,
    };
    assert_eq!(world.note_place(&id, pays(true)).await.unwrap().payers, ["b"]);
    assert!(
        world
            .note_place(&id, pays(false))
            .await
            .unwrap()
            .payers
            .is_empty()
    );
}

#[tokio::test]
async fn a_name_that_cannot_be_shown_and_a_session_that_is_none_are_refused() {
    let world = World::new().await;
    let id = world.session("stuzio").await.id;
    for name in ["", "  ", "a\u{1b}[2J", "\u{202e}gpj", &"x".repeat(81)] {
        let refused = world
            .note_place(&id, bookmark(name, "b", false))
            .await
            .unwrap_err();
        assert_eq!(refused.code, ErrorCode::Invalid, "{name:?}");
    }
    let refused = world.note_place("none", used("b")).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NoSuchSession);
}
