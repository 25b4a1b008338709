//! Acts on objects: deleted, renamed, described anew, restored, lent by a link. Each is in the history.

use std::time::Duration;

use hatrack_agent::protocol::RecordRequest;
use hatrack_aws::s3::objects::{Change, Deletion, LinkFor, NotMoved, Reach, Rename, Tier, Which};
use hatrack_aws::s3::{S3, S3Failure};
use hatrack_core::bucket::{BucketName, S3Location};
use hatrack_core::history::{event, outcome};
use hatrack_core::listing_view::VersionView;
use hatrack_core::object_view::{BucketSetting, DeletionView, ObjectProperties, PresignedView};

use super::buckets::{located, s3};
use super::exports::on_own_thread;
use super::finding::remembered;
use crate::clipboard::STAYS;
use crate::desk::Desk;
use crate::object_acts::{Act, Undo};
use crate::wire::{
    ActDone, ActProgress, ActRequest, BucketRequest, ChangeObjectRequest, CommandError, DeleteObjectsRequest,
    NewFolderRequest, NotDone, PresignRequest, RenameRequest, RestoreObjectRequest, RestoreTier,
    VersionRequest,
};

type Answer<T> = Result<T, CommandError>;

/// What deleting in the bucket means.
pub async fn deletion(desk: &Desk, request: BucketRequest) -> Answer<DeletionView> {
    let bucket = located(&request.bucket)?.bucket;
    Ok(s3(desk, &request.session_id).await?.deletion(&bucket).await?)
}

/// Deletes, and says what can be undone.
pub async fn delete_objects(desk: &Desk, request: DeleteObjectsRequest) -> Answer<ActDone> {
    let bucket = located(&request.bucket)?.bucket;
    let s3 = s3(desk, &request.session_id).await?;
    let act = desk.object_acts().begin(&request.act);
    let work = delete(&s3, &bucket, &request, &act);
    let deleted = tokio::select! {
        done = work => done.map(Some),
        () = act.stopped() => Ok(None),
    };
    let told = about(&bucket, &request);
    let (answer, row) = match deleted {
        Ok(Some(done)) => {
            let row = row_of(event::DELETE, format!("{told}, {} deleted", done.count), &done);
            if let Some(markers) = done.undo() {
                let undo = Undo {
                    session_id: request.session_id.clone(),
                    bucket: bucket.clone(),
                    markers,
                };
                desk.object_acts().keep_undo(&request.act, undo);
            }
            (Ok(done), row)
        }
        Ok(None) => {
            let mut row = row(event::DELETE, format!("{told}, {} deleted", act.done()), None);
            row.outcome = outcome::FAILED.to_owned();
            row.error = Some("stopped by the person".to_owned());
            record(desk, &request.session_id, row).await;
            return Ok(ActDone {
                count: act.done(),
                stopped: true,
                ..ActDone::default()
            });
        }
        Err(why) => {
            let row = row(event::DELETE, told, Some(&why));
            (Err(why), row)
        }
    };
    record(desk, &request.session_id, row).await;
    let done = remembered(desk, &request.session_id, &request.bucket, answer).await?;
    Ok(ActDone {
        undo: done.undo().map(|_| request.act.clone()),
        ..act_done(done)
    })
}

async fn delete(
    s3: &S3,
    bucket: &BucketName,
    request: &DeleteObjectsRequest,
    act: &Act<'_>,
) -> Result<Deletion, S3Failure> {
    let objects: Vec<Which> = request
        .objects
        .iter()
        .map(|one| Which {
            key: one.key.clone(),
            version_id: one.version_id.clone(),
        })
        .collect();
    let mut done = s3.delete(bucket, &objects).await?;
    act.at(done.count);
    let reach = match request.all_versions {
        true => Reach::AllVersions,
        false => Reach::Current,
    };
    for prefix in &request.prefixes {
        let before = done.count;
        let below = place(bucket, prefix);
        let more = s3
            .delete_below(&below, reach, &|more| act.at(before + more))
            .await?;
        done.take(more);
    }
    Ok(done)
}

/// Brings back what an act deleted, by removing its markers.
pub async fn undo_delete(desk: &Desk, request: ActRequest) -> Answer<ActDone> {
    let Some(undo) = desk.object_acts().take_undo(&request.act) else {
        return Err(CommandError::new(
            "This cannot be undone any more here. The versions list of the object brings it back.",
        ));
    };
    let s3 = s3(desk, &undo.session_id).await?;
    let done = s3.delete(&undo.bucket, &undo.markers).await;
    let told = match &undo.markers[..] {
        [one] => format!("s3://{}/{}", undo.bucket, one.key),
        many => format!("s3://{}, {} objects", undo.bucket, many.len()),
    };
    let row = match &done {
        Ok(done) => row_of(event::UNDELETE, told, done),
        Err(why) => row(event::UNDELETE, told, Some(why)),
    };
    record(desk, &undo.session_id, row).await;
    if done.is_err() {
        // It may work later.
        desk.object_acts().keep_undo(&request.act, undo);
    }
    Ok(act_done(done?))
}

/// How far an act is; nothing of one that has ended.
pub async fn act_progress(desk: &Desk, request: ActRequest) -> Answer<ActProgress> {
    let done = desk.object_acts().done(&request.act).unwrap_or_default();
    Ok(ActProgress { done })
}

#[allow(missing_docs)]
pub async fn stop_act(desk: &Desk, request: ActRequest) -> Answer<()> {
    desk.object_acts().stop(&request.act);
    Ok(())
}

/// Renames or moves an object or a folder.
pub async fn rename_object(desk: &Desk, request: RenameRequest) -> Answer<ActDone> {
    let rename = Rename {
        from: place(&located(&request.bucket)?.bucket, &request.from),
        to: place(&located(&request.to_bucket)?.bucket, &request.to),
        replace: request.replace,
    };
    refuse_nonsense(&rename, request.folder)?;
    let s3 = s3(desk, &request.session_id).await?;
    let act = desk.object_acts().begin(&request.act);
    let work = async {
        if request.folder {
            let done = s3.rename_folder(&rename, &|copied, _| act.at(copied)).await?;
            let failed = done.failed.iter().map(|(key, why)| NotDone {
                key: key.clone(),
                why: sentence(&why.to_string()),
            });
            return Ok::<_, S3Failure>(ActDone {
                count: done.moved,
                failures: done.failures,
                failed: failed.collect(),
                ..ActDone::default()
            });
        }
        Ok(match s3.rename(&rename).await {
            Ok(_) => ActDone {
                count: 1,
                ..ActDone::default()
            },
            // Where nothing has happened, the refusal is the answer.
            Err(NotMoved::Stays { why, .. }) => return Err(why),
            Err(both) => ActDone {
                failures: 1,
                failed: vec![NotDone {
                    key: rename.from.key.clone(),
                    why: sentence(&both.to_string()),
                }],
                ..ActDone::default()
            },
        })
    };
    let done = tokio::select! {
        done = work => done,
        () = act.stopped() => Ok(ActDone { stopped: true, ..ActDone::default() }),
    };
    let told = format!("{} to {}", rename.from, rename.to);
    let mut row = row(event::RENAME, told, done.as_ref().err());
    if let Ok(done) = &done {
        let wrong = match done.stopped {
            true => Some("stopped by the person; copies may be at both places".to_owned()),
            false => done.failed.first().map(|one| one.why.clone()),
        };
        if let Some(wrong) = wrong {
            row.outcome = outcome::FAILED.to_owned();
            row.error = Some(wrong);
        }
    }
    record(desk, &request.session_id, row).await;
    remembered(desk, &request.session_id, &request.bucket, done).await
}

fn refuse_nonsense(rename: &Rename, folder: bool) -> Answer<()> {
    if rename.from == rename.to {
        return Err(CommandError::new("That is its name already. Type another one."));
    }
    if rename.to.key.is_empty() || rename.from.key.is_empty() {
        return Err(CommandError::new("A name is needed. Type one."));
    }
    if folder && rename.from.bucket == rename.to.bucket && rename.to.key.starts_with(&rename.from.key) {
        return Err(CommandError::new(
            "A folder cannot move into itself. Choose another place.",
        ));
    }
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

fn about(bucket: &BucketName, request: &DeleteObjectsRequest) -> String {
    match (&request.objects[..], &request.prefixes[..]) {
        ([one], []) => match &one.version_id {
            Some(version) => format!("s3://{bucket}/{} (version {version})", one.key),
            None => format!("s3://{bucket}/{}", one.key),
        },
        ([], [prefix]) => format!("s3://{bucket}/{prefix}"),
        (objects, prefixes) => format!(
            "s3://{bucket}: {} objects and {} folders",
            objects.len(),
            prefixes.len()
        ),
    }
}

fn act_done(done: Deletion) -> ActDone {
    ActDone {
        count: done.count,
        failures: done.failures,
        failed: done
            .failed
            .iter()
            .map(|one| NotDone {
                key: one.which.key.clone(),
                why: sentence(&one.why.to_string()),
            })
            .collect(),
        ..ActDone::default()
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

fn row_of(event: &str, detail: String, done: &Deletion) -> RecordRequest {
    let first = done.failed.first().map(|one| &one.why);
    let mut row = row(event, detail, first);
    if done.failures > 0 && done.count > 0 {
        row.outcome = outcome::FAILED.to_owned();
    }
    row
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
