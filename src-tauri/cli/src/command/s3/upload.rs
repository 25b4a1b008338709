//! From this computer to an object.

use std::path::Path;

use hatrack_aws::s3::S3;
use hatrack_core::bucket::S3Location;

use super::cp::Stopped;
use super::meter::Meter;
use crate::failure::Failure;

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

/// Sends the file.
pub async fn send(s3: &S3, from: &Path, to: &S3Location, meter: &Meter) -> Result<(), Stopped> {
    let show = |done: u64, total: Option<u64>| meter.show(done, total);
    s3.upload(from, &to.bucket, &to.key, &show).await?;
    Ok(())
}
