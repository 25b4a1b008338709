//! Deleting objects and versions.

use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject, ETag,
    ETagCondition, Error,
};
use s3s::path::S3Path;
use s3s::{S3Request, S3Response, S3Result};

use super::asking::Signed;
use super::conditions::WriteConditions;
use super::{place, refusals, versions};
use crate::state::State;
use crate::world::Deleted;

/// API Reference, "DeleteObjects": at most this many keys.
const MOST: usize = 1000;

/// What to delete.
struct Order<'a> {
    bucket: &'a str,
    key: &'a str,
    version: Option<&'a str>,
    if_match: Option<&'a ETagCondition>,
}

impl Order<'_> {
    fn carry_out(&self, state: &State) -> S3Result<Deleted> {
        let new_id = versions::new_id(state);
        let now = state.now();
        let mut world = state.change();
        let bucket = place::bucket_mut(&mut world, self.bucket)?;
        let conditions = WriteConditions {
            if_match: self.if_match,
            if_none_match: None,
        };
        conditions.check(bucket.objects.get(self.key))?;
        Ok(match self.version {
            Some(version) => bucket.delete_version(self.key, version),
            None => bucket.delete(self.key, new_id, now),
        })
    }
}

pub(super) fn one(state: &State, input: &DeleteObjectInput) -> S3Result<S3Response<DeleteObjectOutput>> {
    let order = Order {
        bucket: &input.bucket,
        key: &input.key,
        version: input.version_id.as_deref(),
        if_match: input.if_match.as_ref(),
    };
    let deleted = order.carry_out(state)?;
    Ok(S3Response::new(DeleteObjectOutput {
        delete_marker: deleted.marker.then_some(true),
        version_id: deleted.version,
        ..DeleteObjectOutput::default()
    }))
}

pub(super) fn many(
    state: &State,
    req: S3Request<DeleteObjectsInput>,
) -> S3Result<S3Response<DeleteObjectsOutput>> {
    let signed = Signed::of(&req)?;
    let DeleteObjectsInput { bucket, delete, .. } = req.input;
    if delete.objects.is_empty() || delete.objects.len() > MOST {
        return Err(refusals::malformed_xml());
    }
    let quiet = delete.quiet.unwrap_or(false);
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for object in delete.objects {
        let condition = object.e_tag.clone().map(condition);
        let order = Order {
            bucket: &bucket,
            key: &object.key,
            version: object.version_id.as_deref(),
            if_match: condition.as_ref(),
        };
        match may(state, &signed, &order).and_then(|()| order.carry_out(state)) {
            Ok(done) => deleted.push(told(object.key, object.version_id, done)),
            Err(refusal) => errors.push(Error {
                code: Some(refusal.code().as_str().to_owned()),
                message: refusal.message().map(str::to_owned),
                key: Some(object.key),
                version_id: object.version_id,
            }),
        }
    }
    Ok(S3Response::new(DeleteObjectsOutput {
        deleted: (!quiet).then_some(deleted),
        errors: (!errors.is_empty()).then_some(errors),
        ..DeleteObjectsOutput::default()
    }))
}

fn condition(tag: ETag) -> ETagCondition {
    if tag.value() == "*" {
        ETagCondition::Any
    } else {
        ETagCondition::ETag(tag)
    }
}

fn may(state: &State, signed: &Signed, order: &Order<'_>) -> S3Result<()> {
    let action = if order.version.is_some() {
        "s3:DeleteObjectVersion"
    } else {
        "s3:DeleteObject"
    };
    let world = state.world();
    let path = S3Path::object(order.bucket, order.key);
    signed
        .asking(&world, state.now())
        .must_version(action, &path, order.version)
}

/// A marker that was made, or deleted, is told by its own ID.
fn told(key: String, version_id: Option<String>, done: Deleted) -> DeletedObject {
    DeletedObject {
        key: Some(key),
        delete_marker: done.marker.then_some(true),
        delete_marker_version_id: done.version.filter(|_| done.marker),
        version_id,
    }
}
