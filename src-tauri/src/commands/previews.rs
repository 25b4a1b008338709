//! What is in an object.

use hatrack_aws::s3::ObjectRef;
use hatrack_core::bucket::S3Location;

use crate::desk::Desk;
use crate::preview;
use crate::wire::{
    ClosePreviewRequest, CommandError, HexView, PreviewMoreRequest, PreviewRequest, PreviewView,
};

type Answer<T> = Result<T, CommandError>;

/// Shows an object in the place of what was shown before.
pub async fn preview(desk: &Desk, request: PreviewRequest) -> Answer<PreviewView> {
    let turn = desk.previews().begin(request.turn);
    let place: S3Location = request.bucket.parse().map_err(CommandError::new)?;
    let s3 = desk.s3().of(&desk.agent().await?, &request.session_id).await?;
    let object = ObjectRef {
        bucket: place.bucket,
        key: request.key,
        version_id: request.version_id,
    };
    preview::of_object(turn, s3, object).await
}

/// More bytes of what is shown.
pub async fn preview_more(desk: &Desk, request: PreviewMoreRequest) -> Answer<HexView> {
    desk.previews().more(request.turn, request.offset).await
}

/// Nothing is shown any more; what is read for it stops.
pub async fn close_preview(desk: &Desk, request: ClosePreviewRequest) -> Answer<()> {
    desk.previews().close(request.turn);
    Ok(())
}
