//! From this computer to an object.

use std::path::Path;
use std::sync::Arc;

use hatrack_aws::s3::transfer::{Upload, UploadFolder};
use hatrack_aws::s3::upload;
use hatrack_core::bucket::S3Location;
use hatrack_core::bucket::transfer::{Journals, Only};
use hatrack_store::transfers::TransferJournals;

use super::access::Open;
use super::cp::Stopped;
use super::options::Options;
use super::outcome::Outcome;
use super::overwrite::Would;
use super::running::run;
use crate::context::Context;
use crate::failure::Failure;
use crate::interruption::Interruption;

/// The object that `file` becomes: a bucket or a prefix that ends in a slash gets the file's own name.
pub fn with_key(to: S3Location, file: &Path) -> Result<S3Location, Failure> {
    if !to.key.is_empty() && !to.key.ends_with('/') {
        return Ok(to);
    }
    let name = file.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| {
        Failure::usage(format!(
            "{to} needs a key: {} has no name to take",
            file.display()
        ))
    })?;
    Ok(S3Location {
        key: to.key + name,
        bucket: to.bucket,
    })
}

/// Where what is unfinished is noted.
pub fn journals(context: &Context) -> Option<Arc<dyn Journals>> {
    Some(Arc::new(TransferJournals::in_folder(context.home.transfers())))
}

/// Sends the file.
pub async fn one(
    open: &Open,
    from: &Path,
    to: &S3Location,
    options: &Options,
    journals: Option<Arc<dyn Journals>>,
    interrupted: &mut Interruption,
) -> Result<Outcome, Stopped> {
    let job = Upload {
        s3: Arc::clone(&open.s3),
        order: upload::Order {
            path: from.to_owned(),
            bucket: to.bucket.clone(),
            key: to.key.clone(),
            stored: options.stored()?,
            guard: options.guard(),
            journals,
        },
    };
    Ok(Outcome::up(run(&job, interrupted).await?))
}

/// Everything below a folder.
pub fn folder(
    open: &Open,
    from: &Path,
    to: &S3Location,
    only: &Only,
    options: &Options,
    journals: Option<Arc<dyn Journals>>,
) -> Result<UploadFolder, Failure> {
    Ok(UploadFolder {
        s3: Arc::clone(&open.s3),
        folder: from.to_owned(),
        to: to.clone(),
        only: only.clone(),
        stored: options.stored()?,
        guard: options.guard(),
        journals,
    })
}

/// Sends all of it.
pub async fn all(job: &UploadFolder, interrupted: &mut Interruption) -> Result<Outcome, Stopped> {
    Ok(Outcome::folder(run(job, interrupted).await?, false))
}

/// What would be sent of a folder.
pub async fn would(
    open: &Open,
    from: &Path,
    to: &S3Location,
    only: &Only,
    options: &Options,
) -> Result<Vec<Would>, Failure> {
    let files = folder(open, from, to, only, options, None)?.files().await?;
    let would = files.into_iter().map(|(name, size)| Would {
        from: from.join(&name).display().to_string(),
        to: format!("{to}{name}"),
        size: Some(size),
    });
    Ok(would.collect())
}
