//! Restoring archived objects.
//!
//! Source: API Reference, "RestoreObject"; S3 User Guide, "Understanding archive retrieval options" for the times.

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use s3s::dto::{RestoreObjectInput, RestoreObjectOutput, Tier};
use s3s::{S3Request, S3Response, S3Result};

use super::asking::Signed;
use super::door::Status;
use super::{place, refusals, versions};
use crate::state::State;
use crate::world::{Object, Restore};

/// `x-amz-restore`.
pub(super) fn header(copy: &Restore, now: Timestamp) -> String {
    if copy.ready > now {
        return "ongoing-request=\"true\"".to_owned();
    }
    let until = copy.until.strftime("%a, %d %b %Y %H:%M:%S GMT");
    format!("ongoing-request=\"false\", expiry-date=\"{until}\"")
}

/// How long a restore takes at most.
fn wait(object: &Object, tier: Option<&Tier>) -> S3Result<SignedDuration> {
    let deep = object.storage_class == "DEEP_ARCHIVE";
    match (tier.map_or(Tier::STANDARD, Tier::as_str), deep) {
        (Tier::EXPEDITED, false) => Ok(SignedDuration::from_mins(5)),
        (Tier::EXPEDITED, true) => Err(refusals::invalid_argument(
            "Retrieval option is not supported by this storage class",
        )),
        (Tier::STANDARD, false) => Ok(SignedDuration::from_hours(5)),
        (Tier::STANDARD, true) | (Tier::BULK, false) => Ok(SignedDuration::from_hours(12)),
        (Tier::BULK, true) => Ok(SignedDuration::from_hours(48)),
        _ => Err(refusals::malformed_xml()),
    }
}

/// A copy stays for whole days of UTC.
fn end(ready: Timestamp, days: i32) -> Timestamp {
    const DAY: i64 = 24 * 3600;
    let end = (ready.as_second() / DAY + 1 + i64::from(days)) * DAY;
    Timestamp::from_second(end).unwrap_or(Timestamp::MAX)
}

pub(super) fn restore(
    state: &State,
    req: S3Request<RestoreObjectInput>,
) -> S3Result<S3Response<RestoreObjectOutput>> {
    let signed = Signed::of(&req)?;
    let input = req.input;
    let request = input.restore_request.ok_or_else(refusals::malformed_xml)?;
    let days = request
        .days
        .filter(|days| *days > 0)
        .ok_or_else(refusals::malformed_xml)?;
    let tier = request
        .glacier_job_parameters
        .map(|job| job.tier)
        .or(request.tier);
    let now = state.now();
    let mut world = state.change();
    let asking = signed.asking(&world, now);
    let version = input.version_id.as_deref();
    let object = versions::object(&asking, &input.bucket, &input.key, version)?;
    if !object.is_archived() {
        return Err(refusals::not_archived(&object));
    }
    let there = object.restore.as_ref().filter(|copy| now < copy.until);
    let (ready, status) = match there {
        Some(copy) if copy.ready > now => return Err(refusals::restore_in_progress()),
        Some(copy) => (copy.ready, StatusCode::OK),
        None => {
            let ready = now
                .checked_add(wait(&object, tier.as_ref())?)
                .unwrap_or(Timestamp::MAX);
            (ready, StatusCode::ACCEPTED)
        }
    };
    let until = end(ready.max(now), days);
    let bucket = place::bucket_mut(&mut world, &input.bucket)?;
    if let Some(found) = bucket.find_mut(&input.key, version) {
        found.restore = Some(Restore { ready, until });
    }
    let mut response = S3Response::new(RestoreObjectOutput::default());
    response.extensions.insert(Status(status));
    Ok(response)
}
