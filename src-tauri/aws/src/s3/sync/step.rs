//! One step of a plan carried out.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use hatrack_core::bucket::sync::{Kind, Step};
use hatrack_core::bucket::{FileRules, S3Location, local_path};
use hatrack_core::sts::AwsFailure;

use super::super::copy::{self, Way};
use super::super::download::{Destination, Folder, Over, Synced, blocking, disk_failed};
use super::super::transfer::Gauge;
use super::super::{Guard, Progress, S3, S3Failure, Stored, download, locked, upload};
use super::Route;
use super::delete::as_planned;
use super::local::time;
use super::marks::Begun;
use super::run::{LARGE, Sync};
use super::sums::at;

/// So many refused without the guard, and none written: the others would be refused too.
const MOST_REFUSED: u32 = 64;

impl Sync {
    pub(super) async fn copy(
        &self,
        step: &Step,
        begun: Begun,
        folder: Option<&Folder>,
        gauge: &Gauge,
    ) -> Result<u64, S3Failure> {
        let counted = gauge.file(&step.name, Some(step.size));
        let progress = |done, total| counted.at(done, total);
        let bytes = match (self.plan.route(), folder) {
            (Route::Down { s3, from, .. }, Some(folder)) => fetch(s3, from, folder, step, &progress).await?,
            // The folder was opened above, or that failed.
            (Route::Down { .. }, None) => 0,
            (
                Route::Up {
                    from,
                    s3,
                    to,
                    journals,
                },
                _,
            ) => {
                let place = at(to, &step.name);
                let order = |guard| upload::Order {
                    path: from.join(&step.name),
                    bucket: place.bucket.clone(),
                    key: place.key.clone(),
                    stored: Stored {
                        storage_class: self.storage_class.clone(),
                        ..Stored::default()
                    },
                    guard,
                    journals: journals.clone(),
                };
                let send = |guard| {
                    let (order, progress) = (order(guard), &progress);
                    async move { s3.send(&order, progress).await }
                };
                match self.guarded(s3, &place, step, send).await {
                    Ok(sent) => sent.bytes,
                    Err(failure) => {
                        or_ours(begun, failure, s3.sent_before(&order(Guard::Anything)))
                            .await?
                            .bytes
                    }
                }
            }
            (
                Route::Across {
                    source,
                    from,
                    target,
                    to,
                    journals,
                },
                _,
            ) => {
                let order = |guard| copy::Order {
                    from: at(from, &step.name),
                    to: at(to, &step.name),
                    storage_class: self.storage_class.clone(),
                    encryption: None,
                    guard,
                    journals: journals.clone(),
                };
                let going = |way: &Way| gauge.goes(way);
                let copy = |guard| {
                    let (order, progress, going) = (order(guard), &progress, &going);
                    async move { target.copy_telling(source, &order, progress, going).await }
                };
                let place = at(to, &step.name);
                let copied = match self.guarded(target, &place, step, copy).await {
                    Ok(copied) => copied,
                    Err(failure) => {
                        let before = order(Guard::Anything);
                        or_ours(begun, failure, target.copied_before(source, &before)).await?
                    }
                };
                let bytes = copied.bytes;
                locked(&self.progress).report.takes(copied);
                bytes
            }
        };
        counted.finished(bytes);
        Ok(bytes)
    }

    /// Writes an object, if the target still is as the plan saw it. The condition wants a permission to read, and not
    /// every server knows it: where it may be all that was refused, the target is looked at and written without.
    async fn guarded<T, Writing>(
        &self,
        s3: &S3,
        place: &S3Location,
        step: &Step,
        write: impl Fn(Guard) -> Writing,
    ) -> Result<T, S3Failure>
    where
        Writing: Future<Output = Result<T, S3Failure>>,
    {
        let etag = step.seen.as_ref().and_then(|seen| seen.etag.clone());
        let etag = match (step.kind, etag) {
            (Kind::New, _) => return write(Guard::OnlyNew).await,
            (_, None) => return write(Guard::Anything).await,
            (_, Some(etag)) => etag,
        };
        if self.over_version.load(Ordering::Relaxed) {
            match write(Guard::OnlyOver(etag.clone())).await {
                Err(failure)
                    if is_of_guard(&failure)
                        && self.refused_anyway.load(Ordering::Relaxed) < MOST_REFUSED => {}
                done => return done,
            }
        }
        match s3.is_as_seen(place, &etag).await {
            Ok(true) => {}
            Ok(false) => {
                return Err(S3Failure::Taken {
                    what: place.to_string(),
                });
            }
            Err(failure) => return Err(failure),
        }
        let written = write(Guard::Anything).await;
        match &written {
            Ok(_) => self.over_version.store(false, Ordering::Relaxed),
            Err(S3Failure::Denied(_)) => {
                self.refused_anyway.fetch_add(1, Ordering::Relaxed);
            }
            Err(_) => {}
        }
        written
    }
}

/// A run that was stopped may have written what is in the way of this one: then that is what it made.
async fn or_ours<T>(
    begun: Begun,
    failure: S3Failure,
    ours: impl Future<Output = Result<Option<T>, S3Failure>>,
) -> Result<T, S3Failure> {
    if begun == Begun::Now || !matches!(failure, S3Failure::Taken { .. }) {
        return Err(failure);
    }
    match ours.await {
        Ok(Some(made)) => Ok(made),
        Err(why) if why.passes() => Err(why),
        _ => Err(failure),
    }
}

impl Route {
    /// The folder on this computer that is written to, made if it is not there.
    pub(super) async fn open_target(&self) -> Result<Option<Folder>, S3Failure> {
        let Self::Down { to, .. } = self else {
            return Ok(None);
        };
        let to = to.clone();
        blocking(move || {
            std::fs::create_dir_all(&to).map_err(|why| disk_failed(&to, "made", why))?;
            Folder::open(&to).map(Some)
        })
        .await
    }
}

/// One object to its own name below the folder, if that still is as the plan saw it.
async fn fetch(
    s3: &S3,
    from: &S3Location,
    folder: &Folder,
    step: &Step,
    progress: &Progress<'_>,
) -> Result<u64, S3Failure> {
    let path = local_path(&step.name, "", FileRules::here())?;
    let place = at(from, &step.name);
    let (whole, step_at, below) = (folder.clone(), step.clone(), path.clone());
    let folder = blocking(move || {
        let folder = whole.below(below.folders())?;
        let name = Path::new(below.file_name());
        match as_planned(&folder, name, step_at.seen.as_ref()) {
            Ok(()) => Ok(Some(folder)),
            // A run that was stopped may have just given it its name.
            Err(S3Failure::Taken { .. }) if is_there(&folder, name, &step_at) => Ok(None),
            Err(other) => Err(other),
        }
    })
    .await?;
    let Some(folder) = folder else {
        return Ok(step.size);
    };
    let order = download::Order {
        bucket: place.bucket,
        key: place.key,
        folder,
        destination: Destination::Synced(Synced {
            name: path.file_name().into(),
            over: step.seen.as_ref().map(|seen| Over {
                size: seen.size,
                modified: seen.modified.map(SystemTime::from),
            }),
            modified: step.modified.map(SystemTime::from),
        }),
        resumable: step.size >= LARGE,
    };
    Ok(s3.fetch(&order, progress).await?.bytes)
}

/// Whether the file is what the step would make of it: of the source's size, and as old.
fn is_there(folder: &Folder, name: &Path, step: &Step) -> bool {
    let Ok(found) = folder.dir().symlink_metadata(name) else {
        return false;
    };
    let modified = found.modified().ok().and_then(|at| time(at.into_std()));
    found.is_file() && found.len() == step.size && modified.is_some() && modified == step.modified
}

/// Whether the guard may be what was refused, and not the writing.
fn is_of_guard(failure: &S3Failure) -> bool {
    match failure {
        S3Failure::Denied(_) => true,
        S3Failure::Aws(AwsFailure::Refused(refusal)) => refusal.code == "NotImplemented",
        _ => false,
    }
}
