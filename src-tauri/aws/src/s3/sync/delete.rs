//! What only the target has, taken away.

use std::path::Path;

use hatrack_core::bucket::sync::{Seen, Step};
use hatrack_core::bucket::{FileRules, S3Location, local_path};

use super::super::download::{Folder, blocking, disk_failed};
use super::super::objects::Which;
use super::super::transfer::Trouble;
use super::super::{S3, S3Failure};
use super::local::time;
use super::sums::at;

/// So many are deleted at once: what DeleteObjects takes.
pub(super) const AT_ONCE: usize = 1000;

/// Deletes what the steps name below `place`: in a bucket with versions a marker hides it. Those that stay.
pub(super) async fn delete_objects(
    s3: &S3,
    place: &S3Location,
    steps: &[Step],
) -> Result<Vec<Trouble>, S3Failure> {
    let these = steps.iter().map(|step| Which {
        key: at(place, &step.name).key,
        version_id: None,
    });
    let done = s3.delete(&place.bucket, &these.collect::<Vec<_>>()).await?;
    let stays = done.failed.into_iter().map(|one| Trouble {
        name: one
            .which
            .key
            .strip_prefix(&place.key)
            .unwrap_or(&one.which.key)
            .to_owned(),
        why: one.why.to_string(),
    });
    Ok(stays.collect())
}

/// Deletes the files that the steps name below the folder, if they are still what the plan saw. Those that stay.
pub(super) async fn delete_files(folder: &Folder, steps: Vec<Step>) -> Result<Vec<Trouble>, S3Failure> {
    let folder = folder.clone();
    blocking(move || {
        let one = |step: Step| {
            let why = delete_file(&folder, &step).err()?;
            Some(Trouble {
                name: step.name,
                why: why.to_string(),
            })
        };
        Ok(steps.into_iter().filter_map(one).collect())
    })
    .await
}

fn delete_file(folder: &Folder, step: &Step) -> Result<(), S3Failure> {
    let path = local_path(&step.name, "", FileRules::here())?.to_path();
    as_planned(folder, &path, step.seen.as_ref())?;
    let removed = folder.dir().remove_file(&path);
    removed.map_err(|why| disk_failed(folder.path().join(&path), "deleted", why))
}

/// Refuses unless what is at `path` below the folder is what the plan saw there. No link leads out of the folder.
pub(super) fn as_planned(folder: &Folder, path: &Path, seen: Option<&Seen>) -> Result<(), S3Failure> {
    let whole = || folder.path().join(path);
    let taken = || S3Failure::Taken {
        what: whole().display().to_string(),
    };
    let found = match folder.dir().symlink_metadata(path) {
        Ok(found) => found,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => {
            return if seen.is_none() { Ok(()) } else { Err(taken()) };
        }
        Err(why) => return Err(disk_failed(whole(), "read", why)),
    };
    let modified = found
        .modified()
        .ok()
        .and_then(|modified| time(modified.into_std()));
    let same =
        seen.is_some_and(|seen| found.is_file() && found.len() == seen.size && modified == seen.modified);
    same.then_some(()).ok_or_else(taken)
}
