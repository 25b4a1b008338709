//! One step of a plan carried out.

use std::sync::atomic::Ordering;

use hatrack_core::bucket::sync::{Kind, Step};
use hatrack_core::bucket::{FileRules, S3Location, local_path};
use hatrack_core::sts::AwsFailure;

use super::super::copy::{self, Way};
use super::super::download::{Destination, Folder, blocking};
use super::super::transfer::Gauge;
use super::super::{Guard, Progress, S3, S3Failure, Stored, download, locked, upload};
use super::Route;
use super::delete::as_planned;
use super::run::{LARGE, Sync};
use super::sums::at;

impl Sync {
    pub(super) async fn copy(
        &self,
        step: &Step,
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
                let guard = self.guard(step);
                let mut sent = s3.send(&order(guard.clone()), &progress).await;
                if Self::writes_anyway(&guard, &sent) {
                    sent = s3.send(&order(Guard::Anything), &progress).await;
                    self.goes_without(&sent);
                }
                sent?.bytes
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
                let guard = self.guard(step);
                let first = order(guard.clone());
                let mut copied = target.copy_telling(source, &first, &progress, &going).await;
                if Self::writes_anyway(&guard, &copied) {
                    let again = order(Guard::Anything);
                    copied = target.copy_telling(source, &again, &progress, &going).await;
                    self.goes_without(&copied);
                }
                let copied = copied?;
                let bytes = copied.bytes;
                locked(&self.progress).report.takes(copied);
                bytes
            }
        };
        counted.finished(bytes);
        Ok(bytes)
    }

    /// The target still has to be as the plan saw it, as far as the target takes that.
    fn guard(&self, step: &Step) -> Guard {
        let etag = step.seen.as_ref().and_then(|seen| seen.etag.clone());
        match (step.kind, etag) {
            (Kind::New, _) => Guard::OnlyNew,
            (_, Some(etag)) if self.over_version.load(Ordering::Relaxed) => Guard::OnlyOver(etag),
            _ => Guard::Anything,
        }
    }

    /// Whether to write without the guard, since the guard may be all that was refused.
    fn writes_anyway<T>(guard: &Guard, written: &Result<T, S3Failure>) -> bool {
        matches!((guard, written), (Guard::OnlyOver(_), Err(failure)) if is_of_guard(failure))
    }

    /// It was the guard that was refused: the others go without.
    fn goes_without<T>(&self, written: &Result<T, S3Failure>) {
        if written.is_ok() {
            self.over_version.store(false, Ordering::Relaxed);
        }
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
    let (whole, seen, below) = (folder.clone(), step.seen.clone(), path.clone());
    let folder = blocking(move || {
        let folder = whole.below(below.folders())?;
        as_planned(&folder, below.file_name().as_ref(), seen.as_ref())?;
        Ok(folder)
    })
    .await?;
    let order = download::Order {
        bucket: place.bucket,
        key: place.key,
        folder: folder.clone(),
        destination: Destination::Exact(path.file_name().into()),
        resumable: step.size >= LARGE,
    };
    let got = s3.fetch(&order, progress).await?;
    if let Some(written) = step.modified {
        let name = path.file_name().to_owned();
        blocking(move || {
            // As old as its source, so that the next comparison knows it. A file system that does not take it makes
            // it newer, which says the same.
            if let Ok(file) = folder.dir().open(&name) {
                let _ = file.into_std().set_modified(written.into());
            }
            Ok(())
        })
        .await?;
    }
    Ok(got.bytes)
}

/// Whether the guard may be what was refused, and not the writing.
fn is_of_guard(failure: &S3Failure) -> bool {
    match failure {
        S3Failure::Denied(_) => true,
        S3Failure::Aws(AwsFailure::Refused(refusal)) => refusal.code == "NotImplemented",
        _ => false,
    }
}
