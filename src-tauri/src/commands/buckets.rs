//! Buckets and objects: this process asks S3 itself, with credentials that the agent hands out.

use std::sync::Arc;

use hatrack_aws::s3::{S3, S3Failure};
use hatrack_core::bucket::S3Location;
use hatrack_core::bucket_view::{BucketList, ObjectPage, Preview, TransferView};

use crate::desk::Desk;
use crate::download::{self, Order};
use crate::wire::{
    CommandError, DownloadRequest, ObjectRequest, ObjectsRequest, SessionRequest, TransferRequest,
};

type Answer<T> = Result<T, CommandError>;

impl From<S3Failure> for CommandError {
    fn from(failure: S3Failure) -> Self {
        let code = match &failure {
            S3Failure::Denied(_) => Some("denied"),
            S3Failure::Expired { .. } | S3Failure::NoCredentials(_) => Some("expired"),
            S3Failure::NotFound { .. } => Some("not_found"),
            _ => None,
        };
        Self {
            message: sentence(&failure.to_string()),
            code: code.map(str::to_owned),
        }
    }
}

/// Errors start small, as they may stand inside a sentence; here they are one.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    let end = if text.ends_with('.') { "" } else { "." };
    first
        .into_iter()
        .flatten()
        .chain(letters)
        .chain(end.chars())
        .collect()
}

async fn s3(desk: &Desk, session_id: &str) -> Answer<Arc<S3>> {
    desk.s3().of(&desk.agent().await?, session_id).await
}

/// A bucket's name, or any address of it that a person may paste.
fn located(bucket: &str) -> Answer<S3Location> {
    bucket.parse().map_err(CommandError::new)
}

#[allow(missing_docs)]
pub async fn buckets(desk: &Desk, request: SessionRequest) -> Answer<BucketList> {
    Ok(s3(desk, &request.session_id).await?.buckets().await?)
}

/// One page of a prefix.
pub async fn objects(desk: &Desk, request: ObjectsRequest) -> Answer<ObjectPage> {
    let place = located(&request.bucket)?;
    // A pasted address may name a prefix; the page then shows where it is.
    let prefix = if request.prefix.is_empty() {
        &place.key
    } else {
        &request.prefix
    };
    let s3 = s3(desk, &request.session_id).await?;
    Ok(s3.page(&place.bucket, prefix, request.next.as_deref()).await?)
}

#[allow(missing_docs)]
pub async fn preview(desk: &Desk, request: ObjectRequest) -> Answer<Preview> {
    let bucket = located(&request.bucket)?.bucket;
    Ok(s3(desk, &request.session_id)
        .await?
        .preview(&bucket, &request.key)
        .await?)
}

/// Starts a download; `None` where the person cancelled the dialog.
pub async fn download(desk: &Desk, request: DownloadRequest) -> Answer<Option<TransferView>> {
    let folder = if request.ask_where {
        match desk.front().ask_folder("Download to").await {
            Some(folder) => folder,
            None => return Ok(None),
        }
    } else {
        desk.front().downloads().ok_or_else(|| {
            CommandError::new("There is no Downloads folder. Download with Save to, and choose a folder.")
        })?
    };
    let order = Order {
        bucket: located(&request.bucket)?.bucket,
        s3: s3(desk, &request.session_id).await?,
        session_id: request.session_id,
        key: request.key,
        folder,
    };
    Ok(Some(download::start(desk, order)))
}

#[allow(missing_docs)]
pub async fn transfers(desk: &Desk) -> Answer<Vec<TransferView>> {
    Ok(desk.transfers().list())
}

#[allow(missing_docs)]
pub async fn cancel_transfer(desk: &Desk, request: TransferRequest) -> Answer<()> {
    desk.transfers().cancel(&request.id);
    Ok(())
}

/// Shows a finished transfer's file in the file manager.
pub async fn show_transfer(desk: &Desk, request: TransferRequest) -> Answer<()> {
    let file = desk.transfers().file(&request.id);
    let file = file.ok_or_else(|| CommandError::new("That file is not there any more."))?;
    desk.front().reveal(&file);
    Ok(())
}
