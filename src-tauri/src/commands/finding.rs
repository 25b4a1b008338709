//! Finding buckets and what is in them: places that are remembered, versions, searches.

use hatrack_aws::s3::{ObjectRef, S3Failure, Scan};
use hatrack_core::bucket::{BucketName, KeyPattern, S3Location};
use hatrack_core::bucket_view::ObjectView;
use hatrack_core::listing_view::{LocatedView, PlaceNote, PlacesView, VersionPage, WalkView};

use super::buckets::{located, s3};
use crate::desk::Desk;
use crate::wire::{
    CommandError, NotePlaceRequest, ObjectRequest, SessionRequest, TextRequest, VersionsRequest, WalkId,
    WalkRequest,
};

type Answer<T> = Result<T, CommandError>;

/// Where a text leads that a person typed or pasted: a name, an ARN, an address.
pub async fn locate(_: &Desk, request: TextRequest) -> Answer<LocatedView> {
    let place: S3Location = request.text.trim().parse().map_err(CommandError::new)?;
    Ok(LocatedView {
        bucket: place.bucket.as_str().to_owned(),
        key: place.key,
    })
}

/// What is remembered of the buckets of the session's role.
pub async fn places(desk: &Desk, request: SessionRequest) -> Answer<PlacesView> {
    Ok(desk.agent().await?.places(&request.session_id).await?)
}

/// Remembers something of them.
pub async fn note_place(desk: &Desk, request: NotePlaceRequest) -> Answer<PlacesView> {
    if let PlaceNote::Pays { bucket, on } = &request.note {
        let bucket: BucketName = bucket.parse().map_err(CommandError::new)?;
        s3(desk, &request.session_id).await?.pay_for(&bucket, *on);
    }
    let agent = desk.agent().await?;
    Ok(agent.note_place(&request.session_id, request.note).await?)
}

/// One object, asked for by its key alone: who may read it need not be allowed to list.
pub async fn object_head(desk: &Desk, request: ObjectRequest) -> Answer<ObjectView> {
    let object = ObjectRef {
        bucket: located(&request.bucket)?.bucket,
        key: request.key.clone(),
        version_id: None,
    };
    let head = s3(desk, &request.session_id).await?.head_of(&object).await;
    let head = remembered(desk, &request.session_id, &request.bucket, head).await?;
    Ok(ObjectView {
        name: request.key.rsplit('/').next().unwrap_or_default().to_owned(),
        key: request.key,
        size: head.size,
        modified_at: head.modified_at,
        storage_class: head.storage_class,
        etag: head.etag.map(|etag| etag.trim_matches('"').to_owned()),
    })
}

/// One page of versions and delete markers.
pub async fn versions(desk: &Desk, request: VersionsRequest) -> Answer<VersionPage> {
    let bucket = located(&request.bucket)?.bucket;
    let s3 = s3(desk, &request.session_id).await?;
    let page = s3
        .versions(&bucket, &request.prefix, true, request.next.as_ref())
        .await;
    remembered(desk, &request.session_id, &request.bucket, page).await
}

/// Starts a walk and names it.
pub async fn walk_start(desk: &Desk, request: WalkRequest) -> Answer<String> {
    let bucket = located(&request.bucket)?.bucket;
    let typed = |text: &String| KeyPattern::typed(&request.prefix, text);
    let pattern = request.text.as_ref().map(typed).transpose();
    let pattern = pattern.map_err(CommandError::new)?;
    let scan = Scan::new(s3(desk, &request.session_id).await?, bucket, &request.prefix);
    Ok(desk.walks().start(scan, request.prefix, pattern))
}

/// What a walk has found since it was last asked.
pub async fn walk_next(desk: &Desk, request: WalkId) -> Answer<WalkView> {
    desk.walks().next(&request.id).await
}

#[allow(missing_docs)]
pub async fn walk_stop(desk: &Desk, request: WalkId) -> Answer<()> {
    desk.walks().stop(&request.id);
    Ok(())
}

/// A call's answer; a refusal is remembered of the session's role, so that the page does not offer the same again.
pub(crate) async fn remembered<T>(
    desk: &Desk,
    session_id: &str,
    bucket: &str,
    answer: Result<T, S3Failure>,
) -> Answer<T> {
    if let Err(S3Failure::Denied(denial)) = &answer {
        let note = PlaceNote::Refused {
            action: denial.action.clone(),
            bucket: Some(bucket.to_owned()),
            why: denial.summary.clone(),
        };
        note_quietly(desk, session_id, note).await;
    }
    Ok(answer?)
}

/// What cannot be remembered is refused again when it is tried again.
pub(super) async fn note_quietly(desk: &Desk, session_id: &str, note: PlaceNote) {
    let Ok(agent) = desk.agent().await else { return };
    if let Err(why) = agent.note_place(session_id, note).await {
        tracing::warn!(%why, "what was refused could not be remembered");
    }
}
