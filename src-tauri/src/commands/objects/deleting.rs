//! Deleting objects and folders, and bringing them back.

use hatrack_agent::protocol::RecordRequest;
use hatrack_aws::s3::objects::{BrokenOff, Deletion, Reach, Which};
use hatrack_aws::s3::{S3, S3Failure};
use hatrack_core::bucket::BucketName;
use hatrack_core::history::{event, outcome};
use hatrack_core::object_view::DeletionView;

use super::super::buckets::{located, s3};
use super::super::finding::remembered;
use super::{Answer, place, record, row, sentence};
use crate::desk::Desk;
use crate::object_acts::{Act, Undo};
use crate::wire::{ActDone, ActRequest, BucketRequest, CommandError, DeleteObjectsRequest, NotDone};

/// What deleting in the bucket means.
pub async fn deletion(desk: &Desk, request: BucketRequest) -> Answer<DeletionView> {
    let bucket = located(&request.bucket)?.bucket;
    Ok(s3(desk, &request.session_id).await?.deletion(&bucket).await?)
}

/// Deletes, and says what can be undone: of what was stopped or broke off, too.
pub async fn delete_objects(desk: &Desk, request: DeleteObjectsRequest) -> Answer<ActDone> {
    let bucket = located(&request.bucket)?.bucket;
    if request.prefixes.iter().any(String::is_empty) {
        return Err(CommandError::new(
            "That is the whole bucket. Choose what is in it.",
        ));
    }
    let s3 = s3(desk, &request.session_id).await?;
    let act = desk.object_acts().begin(&request.act);
    let (done, broke) = delete(&s3, &bucket, &request, &act).await;
    let mut row = row_of(
        event::DELETE,
        format!("{}, {} deleted", about(&bucket, &request), done.count),
        &done,
        broke.as_ref(),
    );
    if done.stopped && broke.is_none() {
        row.outcome = outcome::FAILED.to_owned();
        row.error = Some("stopped by the person".to_owned());
    }
    record(desk, &request.session_id, row).await;
    let undo = done.undo().map(|markers| {
        let undo = Undo {
            session_id: request.session_id.clone(),
            bucket: bucket.clone(),
            markers,
        };
        desk.object_acts().keep_undo(&request.act, undo);
        request.act.clone()
    });
    let broke = match broke {
        None => None,
        Some(why) => {
            let told = remembered::<()>(desk, &request.session_id, &request.bucket, Err(why)).await;
            match told {
                Err(error) if done.count == 0 => return Err(error),
                told => told.err().map(|error| error.message),
            }
        }
    };
    Ok(ActDone {
        undo,
        broke,
        ..act_done(done)
    })
}

/// What is done, and what broke it off.
async fn delete(
    s3: &S3,
    bucket: &BucketName,
    request: &DeleteObjectsRequest,
    act: &Act<'_>,
) -> (Deletion, Option<S3Failure>) {
    let objects: Vec<Which> = request
        .objects
        .iter()
        .map(|one| Which {
            version_id: one.version_id.clone(),
            ..Which::object(&one.key)
        })
        .collect();
    let reach = match request.all_versions {
        true => Reach::AllVersions,
        false => Reach::Current,
    };
    let mut done = Deletion::default();
    let mut part = s3
        .delete_these(bucket, &objects, &|count| act.at(count), act.stop())
        .await;
    let mut prefixes = request.prefixes.iter();
    loop {
        match part {
            Ok(more) => done.take(more),
            Err(BrokenOff { done: more, why }) => {
                done.take(*more);
                return (done, Some(why));
            }
        }
        let Some(prefix) = prefixes.next().filter(|_| !done.stopped) else {
            return (done, None);
        };
        let before = done.count;
        let below = place(bucket, prefix);
        part = s3
            .delete_below(&below, reach, &|more| act.at(before + more), act.stop())
            .await;
    }
}

/// Brings back what an act deleted, by removing its markers.
pub async fn undo_delete(desk: &Desk, request: ActRequest) -> Answer<ActDone> {
    let Some(undo) = desk.object_acts().take_undo(&request.act) else {
        return Err(CommandError::new(
            "This cannot be undone any more here. The versions list of the object brings it back.",
        ));
    };
    let s3 = s3(desk, &undo.session_id).await?;
    let (done, broke) = match s3.delete(&undo.bucket, &undo.markers).await {
        Ok(done) => (done, None),
        Err(BrokenOff { done, why }) => (*done, Some(why)),
    };
    let told = match &undo.markers[..] {
        [one] => format!("s3://{}/{}", undo.bucket, one.key),
        many => format!("s3://{}, {} of {} objects", undo.bucket, done.count, many.len()),
    };
    let row = row_of(event::UNDELETE, told, &done, broke.as_ref());
    record(desk, &undo.session_id, row).await;
    match broke {
        None => Ok(act_done(done)),
        Some(why) => {
            // It may work later; a marker that is gone already is no failure then.
            desk.object_acts().keep_undo(&request.act, undo);
            Err(why.into())
        }
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
        stopped: done.stopped,
        ..ActDone::default()
    }
}

/// The history's line.
fn row_of(event: &str, detail: String, done: &Deletion, broke: Option<&S3Failure>) -> RecordRequest {
    let first = done.failed.first().map(|one| &one.why);
    let mut row = row(event, detail, broke.or(first));
    if done.failures > 0 && done.count > 0 {
        row.outcome = outcome::FAILED.to_owned();
    }
    row
}
