//! Transfers: begun, watched and steered.

use std::sync::Arc;

use hatrack_aws::s3::upload::Unfinished;
use hatrack_core::bucket::transfer::Journals;
use hatrack_core::bucket::{BucketName, S3Location};
use hatrack_core::transfer_view::{
    PickedView, TransferParty, TransferView, UnfinishedUploadView, UploadPlan,
};
use hatrack_store::transfers::TransferJournals;

use crate::desk::Desk;
use crate::transfers::conflicts;
use crate::transfers::plan::{Encrypted, StoredAs};
use crate::transfers::start::{self, Source, Target};
use crate::wire::{
    CommandError, CopyEncryption, CopyRequest, DownloadRequest, PickRequest, RemoveUnfinishedRequest,
    TransferRequest, UnfinishedRequest, UploadRequest,
};

type Answer<T> = Result<T, CommandError>;

/// A bucket's name, or any address of it that a person may paste.
fn bucket_of(text: &str) -> Answer<BucketName> {
    let place: S3Location = text.parse().map_err(CommandError::new)?;
    Ok(place.bucket)
}

/// The session as a transfer remembers it.
pub(super) async fn party(desk: &Desk, session_id: &str) -> Answer<TransferParty> {
    let sessions = desk.agent().await?.sessions().await?;
    let session = sessions.into_iter().find(|session| session.id == session_id);
    let session = session
        .ok_or_else(|| CommandError::new("This session is not there any more. Switch to the role again."))?;
    Ok(TransferParty {
        session_id: session.id,
        role_key: session.role_key,
        name: format!("{} / {}", session.account_name, session.role_name),
    })
}

fn nothing_picked() -> CommandError {
    CommandError::new("Those files are not known any more. Choose them again.")
}

/// Starts downloads; none where the person cancelled the dialog.
pub async fn download(desk: &Desk, request: DownloadRequest) -> Answer<Vec<TransferView>> {
    let source = Source {
        party: party(desk, &request.session_id).await?,
        bucket: bucket_of(&request.bucket)?,
        keys: request.keys,
        prefixes: request.prefixes,
    };
    let folder = if request.ask_where {
        match desk.front().ask_folder("Download to").await {
            Some(folder) => folder,
            None => return Ok(Vec::new()),
        }
    } else {
        desk.front().downloads().ok_or_else(|| {
            CommandError::new("There is no Downloads folder. Download with Save to, and choose a folder.")
        })?
    };
    start::download(desk, source, &folder)
}

/// Asks for files, or a folder, to upload; `None` where the person cancelled the dialog.
pub async fn pick_uploads(desk: &Desk, request: PickRequest) -> Answer<Option<PickedView>> {
    let paths = if request.folder {
        let folder = desk.front().ask_folder("Upload a folder").await;
        folder.into_iter().collect()
    } else {
        desk.front().ask_files("Upload").await
    };
    Ok((!paths.is_empty()).then(|| desk.picked().keep(paths)))
}

/// What an upload would replace.
pub async fn plan_upload(desk: &Desk, request: UploadRequest) -> Answer<UploadPlan> {
    let paths = desk.picked().of(request.picked).ok_or_else(nothing_picked)?;
    let s3 = desk.s3().of(&desk.agent().await?, &request.session_id).await?;
    let bucket = bucket_of(&request.bucket)?;
    Ok(conflicts::plan(&s3, paths, &bucket, &request.prefix).await?)
}

/// Starts uploads.
pub async fn upload(desk: &Desk, request: UploadRequest) -> Answer<Vec<TransferView>> {
    let paths = desk.picked().of(request.picked).ok_or_else(nothing_picked)?;
    let target = Target {
        party: party(desk, &request.session_id).await?,
        bucket: bucket_of(&request.bucket)?,
        prefix: request.prefix,
        replace: request.replace,
    };
    let desk = desk.clone();
    // It looks which of the paths are folders.
    let begun = tokio::task::spawn_blocking(move || start::upload(&desk, paths, &target)).await;
    begun.map_err(CommandError::new)
}

/// Starts copies.
pub async fn copy_objects(desk: &Desk, request: CopyRequest) -> Answer<Vec<TransferView>> {
    let source = Source {
        party: party(desk, &request.session_id).await?,
        bucket: bucket_of(&request.bucket)?,
        keys: request.keys,
        prefixes: request.prefixes,
    };
    let to: S3Location = request.to_bucket.parse().map_err(CommandError::new)?;
    let target = Target {
        party: party(desk, &request.to_session_id).await?,
        bucket: to.bucket,
        prefix: as_prefix(if request.to_prefix.is_empty() {
            to.key
        } else {
            request.to_prefix
        }),
        replace: request.replace,
    };
    let stored = StoredAs {
        storage_class: request.storage_class,
        encryption: match request.encryption {
            CopyEncryption::Bucket => None,
            CopyEncryption::S3 => Some(Encrypted::S3),
            CopyEncryption::Kms { key } => Some(Encrypted::Kms { key }),
        },
    };
    start::copy(desk, source, &target, &stored)
}

/// What is copied lies below it, as in a folder.
fn as_prefix(text: String) -> String {
    match text.is_empty() || text.ends_with('/') {
        true => text,
        false => text + "/",
    }
}

#[allow(missing_docs)]
pub async fn transfers(desk: &Desk) -> Answer<Vec<TransferView>> {
    Ok(desk.transfers().list())
}

#[allow(missing_docs)]
pub async fn pause_transfer(desk: &Desk, request: TransferRequest) -> Answer<()> {
    desk.transfers().pause(&request.id);
    Ok(())
}

#[allow(missing_docs)]
pub async fn pause_transfers(desk: &Desk) -> Answer<()> {
    desk.transfers().pause_all();
    Ok(())
}

/// Lets one go on, or tries again what failed.
pub async fn resume_transfer(desk: &Desk, request: TransferRequest) -> Answer<()> {
    desk.transfers().resume(&request.id);
    Ok(())
}

#[allow(missing_docs)]
pub async fn cancel_transfer(desk: &Desk, request: TransferRequest) -> Answer<()> {
    desk.transfers().cancel(&request.id);
    Ok(())
}

/// Takes what is over out of the list.
pub async fn clear_transfers(desk: &Desk) -> Answer<Vec<TransferView>> {
    desk.transfers().clear();
    Ok(desk.transfers().list())
}

/// Shows a finished transfer's file in the file manager.
pub async fn show_transfer(desk: &Desk, request: TransferRequest) -> Answer<()> {
    let file = desk.transfers().file(&request.id);
    let file = file.ok_or_else(|| CommandError::new("That file is not there any more."))?;
    desk.front().reveal(&file);
    Ok(())
}

/// The uploads of a bucket that nobody has completed, the oldest first.
pub async fn unfinished_uploads(
    desk: &Desk,
    request: UnfinishedRequest,
) -> Answer<Vec<UnfinishedUploadView>> {
    let s3 = desk.s3().of(&desk.agent().await?, &request.session_id).await?;
    let bucket = bucket_of(&request.bucket)?;
    let journals: Arc<dyn Journals> = Arc::new(TransferJournals::in_folder(desk.home().transfers()));
    let mut found = s3.unfinished_uploads(&bucket, "", &journals).await?;
    found.sort_by_key(|one| one.began_at);
    let views = found.into_iter().map(|one| UnfinishedUploadView {
        key: one.key,
        upload_id: one.upload_id,
        began_at: one.began_at,
        ours: one.ours,
        // Where that is not known it is left alone likewise.
        running: one.running || one.in_doubt,
    });
    Ok(views.collect())
}

/// Takes away the parts of some of them.
pub async fn remove_unfinished(desk: &Desk, request: RemoveUnfinishedRequest) -> Answer<()> {
    let s3 = desk.s3().of(&desk.agent().await?, &request.session_id).await?;
    let bucket = bucket_of(&request.bucket)?;
    for upload in request.uploads {
        let upload = Unfinished {
            in_doubt: false,
            key: upload.key,
            upload_id: upload.upload_id,
            began_at: None,
            ours: false,
            running: false,
        };
        s3.abort_upload(&bucket, &upload).await?;
    }
    Ok(())
}
