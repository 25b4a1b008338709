//! What only the target has, taken away.

use std::collections::HashSet;
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

const WRITTEN_AGAIN: &str = "it was written again since the comparison, so it was not deleted; compare again";

/// What came of a lot.
#[derive(Default)]
pub(super) struct Gone {
    /// The names of what is deleted.
    pub names: HashSet<String>,
    /// What stays, and why.
    pub stays: Vec<Trouble>,
    /// What broke it off: of the others nothing is known.
    pub broke: Option<S3Failure>,
}

/// Deletes what the steps name below `place`, if it is still what the plan saw: in a bucket with versions a marker
/// hides it.
pub(super) async fn delete_objects(s3: &S3, place: &S3Location, steps: &[Step]) -> Gone {
    let these = steps.iter().map(|step| Which {
        if_etag: step.seen.as_ref().and_then(|seen| seen.etag.clone()),
        ..Which::object(at(place, &step.name).key)
    });
    let (done, broke) = match s3.delete(&place.bucket, &these.collect::<Vec<_>>()).await {
        Ok(done) => (done, None),
        Err(broken) => (*broken.done, Some(broken.why)),
    };
    let name = |key: &str| key.strip_prefix(&place.key).unwrap_or(key).to_owned();
    let mut gone = Gone {
        names: done.deleted.iter().map(|one| name(&one.which.key)).collect(),
        stays: Vec::new(),
        broke,
    };
    for one in done.failed {
        match one.why {
            // Somebody else did it.
            S3Failure::NotFound { .. } => drop(gone.names.insert(name(&one.which.key))),
            why => gone.stays.push(Trouble {
                name: name(&one.which.key),
                why: match why {
                    S3Failure::Changed { .. } => WRITTEN_AGAIN.to_owned(),
                    other => other.to_string(),
                },
            }),
        }
    }
    gone
}

/// Deletes the files that the steps name below the folder, if they are still what the plan saw.
pub(super) async fn delete_files(folder: &Folder, steps: Vec<Step>) -> Result<Gone, S3Failure> {
    let folder = folder.clone();
    blocking(move || {
        let mut gone = Gone::default();
        for step in steps {
            match delete_file(&folder, &step) {
                Ok(()) => drop(gone.names.insert(step.name)),
                Err(why) => gone.stays.push(Trouble {
                    name: step.name,
                    why: match why {
                        S3Failure::Taken { .. } => WRITTEN_AGAIN.to_owned(),
                        other => other.to_string(),
                    },
                }),
            }
        }
        Ok(gone)
    })
    .await
}

fn delete_file(folder: &Folder, step: &Step) -> Result<(), S3Failure> {
    let path = local_path(&step.name, "", FileRules::here())?.to_path();
    // Somebody else did it.
    if let Err(why) = folder.dir().symlink_metadata(&path)
        && why.kind() == std::io::ErrorKind::NotFound
    {
        return Ok(());
    }
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
