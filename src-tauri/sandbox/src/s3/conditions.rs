//! `If-Match` and its kin on reads.
//!
//! Source: S3 API Reference, "GetObject", section on conditional requests; RFC 9110, section 13.

use jiff::Timestamp;
use s3s::S3Result;
use s3s::dto::{ETag, ETagCondition};

use super::refusals;
use crate::world::Object;

/// The conditions of a request.
pub(super) struct Conditions<'a> {
    pub if_match: Option<&'a ETagCondition>,
    pub if_none_match: Option<&'a ETagCondition>,
    pub if_modified_since: Option<s3s::dto::Timestamp>,
    pub if_unmodified_since: Option<s3s::dto::Timestamp>,
}

fn names(condition: &ETagCondition, object: &Object) -> bool {
    condition.is_any() || condition.as_etag().map(ETag::value) == Some(object.etag.as_str())
}

fn seconds(at: s3s::dto::Timestamp) -> Option<i64> {
    let mut text = Vec::new();
    at.format(s3s::dto::TimestampFormat::DateTime, &mut text).ok()?;
    String::from_utf8(text)
        .ok()?
        .parse::<Timestamp>()
        .ok()
        .map(Timestamp::as_second)
}

impl Conditions<'_> {
    pub(super) fn check(self, object: &Object) -> S3Result<()> {
        let modified = object.modified.as_second();
        match self.if_match {
            Some(condition) if !names(condition, object) => return Err(refusals::precondition_failed()),
            None => {
                let since = self.if_unmodified_since.and_then(seconds);
                if since.is_some_and(|since| modified > since) {
                    return Err(refusals::precondition_failed());
                }
            }
            Some(_) => {}
        }
        match self.if_none_match {
            Some(condition) if names(condition, object) => Err(refusals::not_modified()),
            None if self
                .if_modified_since
                .and_then(seconds)
                .is_some_and(|since| modified <= since) =>
            {
                Err(refusals::not_modified())
            }
            _ => Ok(()),
        }
    }
}
