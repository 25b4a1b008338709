//! From one role's bucket to another's.

use std::sync::Arc;

use hatrack_aws::s3::transfer::{Copy, CopyFolder};
use hatrack_aws::s3::{Guard, copy};
use hatrack_core::bucket::S3Location;

use super::access::Open;
use super::cp::Stopped;
use super::outcome::Outcome;
use super::running::run;
use crate::failure::Failure;
use crate::interruption::Interruption;

/// The object that `from` becomes: a bucket or a prefix that ends in a slash gets its last name.
pub fn with_key(from: &S3Location, to: S3Location) -> Result<S3Location, Failure> {
    let key = match to.key.is_empty() || to.key.ends_with('/') {
        true => format!("{}{}", to.key, from.key.rsplit('/').next().unwrap_or_default()),
        false => to.key,
    };
    let to = S3Location { key, ..to };
    if to == *from {
        return Err(Failure::usage(format!(
            "{from} would be copied onto itself; name another key"
        )));
    }
    Ok(to)
}

/// One object.
pub async fn one(
    source: &Open,
    target: &Open,
    from: &S3Location,
    to: &S3Location,
    interrupted: &mut Interruption,
) -> Result<Outcome, Stopped> {
    let job = Copy {
        source: Arc::clone(&source.s3),
        target: Arc::clone(&target.s3),
        order: copy::Order {
            from: from.clone(),
            to: to.clone(),
            storage_class: None,
            encryption: None,
            guard: Guard::Anything,
        },
    };
    Ok(Outcome::across(run(&job, interrupted).await?))
}

/// Everything below a prefix.
pub async fn all(
    source: &Open,
    target: &Open,
    from: &S3Location,
    to: &S3Location,
    interrupted: &mut Interruption,
) -> Result<Outcome, Stopped> {
    let job = CopyFolder {
        source: Arc::clone(&source.s3),
        target: Arc::clone(&target.s3),
        from: from.clone(),
        to: to.clone(),
    };
    Ok(Outcome::folder(run(&job, interrupted).await?, true))
}
