//! Where a copy comes from.

use s3s::S3Result;
use s3s::dto::{CopySource, ETagCondition, Timestamp};
use s3s::path::S3Path;

use super::asking::{Asking, Signed};
use super::conditions::{Conditions, Unmet};
use super::{encryption, place, refusals, versions};
use crate::state::State;
use crate::world::{Object, World};

/// `x-amz-copy-source`, by a bucket's name or an access point's alias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    pub bucket: String,
    pub key: String,
    pub version: Option<String>,
}

impl Source {
    /// Reads the header.
    pub(super) fn read(world: &World, header: &str) -> S3Result<Self> {
        let wrong = |_| {
            refusals::invalid_argument(
                "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
            )
        };
        Self::of(world, &CopySource::parse(header).map_err(wrong)?)
    }

    /// The same, once read.
    pub(super) fn of(world: &World, source: &CopySource) -> S3Result<Self> {
        let version = |id: &Option<Box<str>>| id.as_deref().map(str::to_owned);
        match source {
            CopySource::Bucket {
                bucket,
                key,
                version_id,
            } => Ok(Self {
                bucket: bucket.to_string(),
                key: key.to_string(),
                version: version(version_id),
            }),
            CopySource::AccessPoint {
                region,
                account_id,
                access_point_name,
                key,
                version_id,
                ..
            } => {
                let arn = format!("arn:aws:s3:{region}:{account_id}:accesspoint/{access_point_name}");
                let point = world.access_points.get(&arn);
                Ok(Self {
                    bucket: point.ok_or_else(refusals::no_such_access_point)?.alias.clone(),
                    key: key.to_string(),
                    version: version(version_id),
                })
            }
            CopySource::Outpost { .. } => Err(refusals::not_implemented("Copying from an Outpost")),
        }
    }

    /// Refuses unless policies let the signer read the source.
    pub(super) fn may_read(&self, asking: &Asking<'_>) -> S3Result<()> {
        self.must(asking, "s3:GetObject", "s3:GetObjectVersion")
    }

    /// Refuses unless policies let the signer read the source's tags.
    pub(super) fn may_read_tags(&self, asking: &Asking<'_>) -> S3Result<()> {
        self.must(asking, "s3:GetObjectTagging", "s3:GetObjectVersionTagging")
    }

    fn must(&self, asking: &Asking<'_>, current: &str, of_version: &str) -> S3Result<()> {
        let action = if self.version.is_some() {
            of_version
        } else {
            current
        };
        let path = S3Path::object(&self.bucket, &self.key);
        asking.must_version(action, &path, self.version.as_deref())
    }

    /// The object, if it can be read now and by this signer. What the policies of S3 say was asked before.
    pub(super) fn open(&self, state: &State, signed: &Signed) -> S3Result<Object> {
        let world = state.world();
        let asking = signed.asking(&world, state.now());
        let object = versions::object(&asking, &self.bucket, &self.key, self.version.as_deref())?;
        if !object.is_readable(state.now()) {
            return Err(refusals::source_archived());
        }
        let bucket = place::bucket(&world, &self.bucket)?;
        encryption::may_read(&asking, bucket, &object)?;
        Ok(object)
    }
}

/// The conditions on the source of a copy.
pub(super) struct SourceConditions<'a> {
    pub if_match: Option<&'a ETagCondition>,
    pub if_none_match: Option<&'a ETagCondition>,
    pub if_modified_since: Option<Timestamp>,
    pub if_unmodified_since: Option<Timestamp>,
}

impl SourceConditions<'_> {
    /// On a copy each of them that does not hold is a failed precondition (API Reference, "CopyObject").
    pub(super) fn check(self, object: &Object) -> S3Result<()> {
        let conditions = Conditions {
            if_match: self.if_match,
            if_none_match: self.if_none_match,
            if_modified_since: self.if_modified_since,
            if_unmodified_since: self.if_unmodified_since,
        };
        conditions.holds(object).map_err(|unmet| match unmet {
            Unmet::Failed(header) | Unmet::NotModified(header) => {
                refusals::precondition_failed(&format!("x-amz-copy-source-{header}"))
            }
        })
    }
}
