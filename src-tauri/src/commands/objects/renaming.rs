//! Renaming and moving.

use hatrack_aws::s3::S3Failure;
use hatrack_aws::s3::objects::{NotMoved, Rename};
use hatrack_core::history::{event, outcome};

use super::super::buckets::{located, s3};
use super::super::finding::remembered;
use super::{Answer, place, record, row, sentence};
use crate::desk::Desk;
use crate::wire::{ActDone, CommandError, NotDone, RenameRequest};

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
            let done = s3
                .rename_folder(&rename, &|copied, _| act.at(copied), act.stop())
                .await?;
            let failed = done.failed.iter().map(|(key, why)| NotDone {
                key: key.clone(),
                why: sentence(&why.to_string()),
            });
            return Ok::<_, S3Failure>(ActDone {
                count: done.moved,
                failures: done.failures,
                failed: failed.collect(),
                stopped: done.stopped,
                ..ActDone::default()
            });
        }
        Ok(match s3.rename_until(&rename, act.stop()).await {
            Ok(_) => ActDone {
                count: 1,
                ..ActDone::default()
            },
            Err(NotMoved::Stopped { .. }) => ActDone {
                stopped: true,
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
    let done = work.await;
    let told = format!("{} to {}", rename.from, rename.to);
    let mut row = row(event::RENAME, told, done.as_ref().err());
    if let Ok(done) = &done {
        let wrong = match done.stopped {
            true => Some(
                "stopped by the person; what was not moved is where it was, and may be at both places"
                    .to_owned(),
            ),
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
    if folder && rename.is_into_itself() {
        return Err(CommandError::new(match rename.from.bucket == rename.to.bucket {
            true => "A folder cannot move into itself. Choose another place.",
            false => {
                "The folder may be moving into itself: an access point is another name of its bucket. Choose another place."
            }
        }));
    }
    Ok(())
}
