//! Acts on objects: deleted, renamed, described anew, restored, lent by a link. Each is in the history.

mod deleting;
mod renaming;

use std::time::Duration;

use hatrack_agent::protocol::RecordRequest;
use hatrack_aws::s3::S3Failure;
use hatrack_aws::s3::objects::{Change, LinkFor, Tier};
use hatrack_core::bucket::{BucketName, S3Location};
use hatrack_core::history::{event, outcome};
use hatrack_core::listing_view::VersionView;
use hatrack_core::object_view::{BucketSetting, ObjectProperties, PresignedView};

use super::buckets::{located, s3};
use super::exports::on_own_thread;
use super::finding::remembered;
use crate::clipboard::STAYS;
use crate::desk::Desk;
use crate::wire::{
    ActProgress, ActRequest, BucketRequest, ChangeObjectRequest, CommandError, NewFolderRequest,
    PresignRequest, RestoreObjectRequest, RestoreTier, VersionRequest,
};

pub use deleting::*;
pub use renaming::*;

type Answer<T> = Result<T, CommandError>;

/// How far an act is; nothing of one that has ended.
pub async fn act_progress(desk: &Desk, request: ActRequest) -> Answer<ActProgress> {
    let done = desk.object_acts().done(&request.act).unwrap_or_default();
    Ok(ActProgress { done })
}

/// Stops an act: what is under way is finished, and nothing more is begun.
pub async fn stop_act(desk: &Desk, request: ActRequest) -> Answer<()> {
    desk.object_acts().stop(&request.act);
    Ok(())
}

/// Makes an empty folder; its whole prefix.
pub async fn new_folder(desk: &Desk, request: NewFolderRequest) -> Answer<String> {
    let place = place(&located(&request.bucket)?.bucket, &request.prefix);
    let s3 = s3(desk, &request.session_id).await?;
    let made = s3.new_folder(&place).await;
    let row = row(event::NEW_FOLDER, place.to_string(), made.as_ref().err());
    record(desk, &request.session_id, row).await;
    Ok(remembered(desk, &request.session_id, &request.bucket, made)
        .await?
        .key)
}

/// Copies a presigned link. The page never sees it.
pub async fn copy_presigned(desk: &Desk, request: PresignRequest) -> Answer<PresignedView> {
    let place = place(&located(&request.bucket)?.bucket, &request.key);
    let s3 = s3(desk, &request.session_id).await?;
    let link = match request.put {
        true => LinkFor::Put,
        false => LinkFor::Get {
            version_id: request.version_id,
        },
    };
    let asked = Duration::from_secs(u64::from(request.seconds));
    let made = s3.presigned(&place, &link, asked).await;
    let way = if request.put { "PUT" } else { "GET" };
    let row = row(event::PRESIGN, format!("{place} ({way})"), made.as_ref().err());
    record(desk, &request.session_id, row).await;
    let made = made?;
    let clipboard = desk.clipboard().clone();
    on_own_thread(move || clipboard.copy_secret(made.url.expose(), STAYS)).await?;
    Ok(made.view)
}

/// All that S3 says of an object.
pub async fn object_properties(desk: &Desk, request: VersionRequest) -> Answer<ObjectProperties> {
    let place = place(&located(&request.bucket)?.bucket, &request.key);
    let s3 = s3(desk, &request.session_id).await?;
    let told = s3.properties(&place, request.version_id.as_deref()).await;
    remembered(desk, &request.session_id, &request.bucket, told).await
}

/// Describes an object anew.
pub async fn change_object(desk: &Desk, request: ChangeObjectRequest) -> Answer<()> {
    let place = place(&located(&request.bucket)?.bucket, &request.key);
    let mut what = Vec::new();
    what.extend(request.headers.as_ref().map(|_| "metadata".to_owned()));
    what.extend(request.tags.as_ref().map(|_| "tags".to_owned()));
    what.extend(
        request
            .storage_class
            .as_ref()
            .map(|class| format!("class {class}")),
    );
    let change = Change {
        headers: request.headers,
        tags: request.tags,
        storage_class: request.storage_class,
        if_etag: request.etag,
    };
    let s3 = s3(desk, &request.session_id).await?;
    let changed = s3.change(&place, &change).await;
    let told = format!("{place}: {}", what.join(", "));
    let row = row(event::OBJECT_CHANGE, told, changed.as_ref().err());
    record(desk, &request.session_id, row).await;
    plainly(desk, &request.session_id, &request.bucket, changed).await?;
    Ok(())
}

/// Asks for an archived object back.
pub async fn restore_object(desk: &Desk, request: RestoreObjectRequest) -> Answer<()> {
    let place = place(&located(&request.bucket)?.bucket, &request.key);
    let tier = match request.tier {
        RestoreTier::Expedited => Tier::Expedited,
        RestoreTier::Standard => Tier::Standard,
        RestoreTier::Bulk => Tier::Bulk,
    };
    let s3 = s3(desk, &request.session_id).await?;
    let asked = s3
        .restore(&place, request.version_id.as_deref(), request.days.max(1), tier)
        .await;
    let told = format!("{place}, for {} days", request.days.max(1));
    record(
        desk,
        &request.session_id,
        row(event::RESTORE, told, asked.as_ref().err()),
    )
    .await;
    plainly(desk, &request.session_id, &request.bucket, asked).await
}

/// The versions of one object, the newest first.
pub async fn object_versions(desk: &Desk, request: VersionRequest) -> Answer<Vec<VersionView>> {
    let place = place(&located(&request.bucket)?.bucket, &request.key);
    let s3 = s3(desk, &request.session_id).await?;
    let versions = s3.versions_of(&place).await;
    remembered(desk, &request.session_id, &request.bucket, versions).await
}

/// Makes an older version the newest again.
pub async fn bring_back_version(desk: &Desk, request: VersionRequest) -> Answer<()> {
    let place = place(&located(&request.bucket)?.bucket, &request.key);
    let Some(version) = &request.version_id else {
        return Err(CommandError::new("That is the newest version already."));
    };
    let s3 = s3(desk, &request.session_id).await?;
    let made = s3.bring_back(&place, version).await;
    let told = format!("{place}: version {version} made the newest");
    record(
        desk,
        &request.session_id,
        row(event::OBJECT_CHANGE, told, made.as_ref().err()),
    )
    .await;
    plainly(desk, &request.session_id, &request.bucket, made).await?;
    Ok(())
}

/// The bucket's settings; each that is refused says so in its place.
pub async fn bucket_settings(desk: &Desk, request: BucketRequest) -> Answer<Vec<BucketSetting>> {
    let bucket = located(&request.bucket)?.bucket;
    Ok(s3(desk, &request.session_id).await?.settings(&bucket).await)
}

fn place(bucket: &BucketName, key: &str) -> S3Location {
    S3Location {
        bucket: bucket.clone(),
        key: key.to_owned(),
    }
}

fn sentence(text: &str) -> String {
    super::buckets::sentence(text)
}

/// The answer, with S3's code in plain words where there are any.
async fn plainly<T>(desk: &Desk, session_id: &str, bucket: &str, answer: Result<T, S3Failure>) -> Answer<T> {
    match answer {
        Err(failure) if failure.hint().is_some() => {
            let hint = failure.hint().unwrap_or_default();
            Err(CommandError::new(sentence(&format!("{hint} ({failure})"))))
        }
        other => remembered(desk, session_id, bucket, other).await,
    }
}

fn row(event: &str, detail: String, failure: Option<&S3Failure>) -> RecordRequest {
    let (outcome, error, request_id) = match failure {
        None => (outcome::OK, None, None),
        Some(S3Failure::Denied(denial)) => (
            outcome::DENIED,
            Some(format!("{}: {}", denial.code, denial.message)),
            denial.request_id.clone(),
        ),
        Some(other) => (outcome::FAILED, Some(other.to_string()), None),
    };
    RecordRequest {
        event: event.to_owned(),
        outcome: outcome.to_owned(),
        detail: Some(detail),
        error,
        request_id,
        ..RecordRequest::default()
    }
}

async fn record(desk: &Desk, session_id: &str, row: RecordRequest) {
    let row = RecordRequest {
        session_id: Some(session_id.to_owned()),
        ..row
    };
    let told = match desk.agent().await {
        Ok(agent) => agent.record(row).await.map_err(CommandError::from),
        Err(error) => Err(error),
    };
    if let Err(error) = told {
        tracing::warn!("the history does not have an act on objects: {error}");
    }
}
