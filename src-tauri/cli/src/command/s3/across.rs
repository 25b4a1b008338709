//! From one role's bucket to another's.

use std::sync::Arc;

use hatrack_aws::s3::copy;
use hatrack_aws::s3::transfer::{Copy, CopyFolder};
use hatrack_core::bucket::S3Location;
use hatrack_core::bucket::transfer::{Journals, Only};

use super::access::Open;
use super::cp::Stopped;
use super::options::Options;
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

/// The two roles of a copy, and how it is made.
pub struct Sides<'a> {
    /// Reads.
    pub source: &'a Open,
    /// Writes.
    pub target: &'a Open,
    /// How it is stored.
    pub options: &'a Options,
    /// Where what is unfinished is noted.
    pub journals: Option<Arc<dyn Journals>>,
}

impl Sides<'_> {
    /// One object.
    pub async fn one(
        self,
        from: &S3Location,
        to: &S3Location,
        interrupted: &mut Interruption,
    ) -> Result<Outcome, Stopped> {
        let job = Copy {
            source: Arc::clone(&self.source.s3),
            target: Arc::clone(&self.target.s3),
            order: copy::Order {
                from: from.clone(),
                to: to.clone(),
                storage_class: self.options.storage_class.clone(),
                encryption: self.options.encryption()?,
                guard: self.options.guard(),
                journals: self.journals,
            },
        };
        Ok(Outcome::across(run(&job, interrupted).await?))
    }

    /// Everything below a prefix.
    pub async fn all(
        self,
        from: &S3Location,
        to: &S3Location,
        only: &Only,
        interrupted: &mut Interruption,
    ) -> Result<Outcome, Stopped> {
        let job = CopyFolder {
            source: Arc::clone(&self.source.s3),
            target: Arc::clone(&self.target.s3),
            from: from.clone(),
            to: to.clone(),
            storage_class: self.options.storage_class.clone(),
            encryption: self.options.encryption()?,
            guard: self.options.guard(),
            only: only.clone(),
            journals: self.journals,
        };
        Ok(Outcome::folder(run(&job, interrupted).await?, true))
    }
}
