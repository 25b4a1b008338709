//! `If-Match` and its kin.
//!
//! Source: S3 API Reference, "GetObject" and "PutObject", sections on conditional requests; RFC 9110, section 13.

use jiff::Timestamp;
use s3s::S3Result;
use s3s::dto::{ETag, ETagCondition};

use super::refusals;
use crate::world::Object;

/// The conditions of a read.
pub(super) struct Conditions<'a> {
    pub if_match: Option<&'a ETagCondition>,
    pub if_none_match: Option<&'a ETagCondition>,
    pub if_modified_since: Option<s3s::dto::Timestamp>,
    pub if_unmodified_since: Option<s3s::dto::Timestamp>,
}

/// The condition that does not hold, by its header.
pub(super) enum Unmet {
    Failed(&'static str),
    NotModified(&'static str),
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
        self.holds(object).map_err(|unmet| match unmet {
            Unmet::Failed(header) => refusals::precondition_failed(header),
            Unmet::NotModified(_) => refusals::not_modified(&object.etag),
        })
    }

    /// A tag's condition goes before a time's.
    pub(super) fn holds(self, object: &Object) -> Result<(), Unmet> {
        let modified = object.modified.as_second();
        match self.if_match {
            Some(condition) if !names(condition, object) => return Err(Unmet::Failed("If-Match")),
            None => {
                let since = self.if_unmodified_since.and_then(seconds);
                if since.is_some_and(|since| modified > since) {
                    return Err(Unmet::Failed("If-Unmodified-Since"));
                }
            }
            Some(_) => {}
        }
        match self.if_none_match {
            Some(condition) if names(condition, object) => Err(Unmet::NotModified("If-None-Match")),
            None if self
                .if_modified_since
                .and_then(seconds)
                .is_some_and(|since| modified <= since) =>
            {
                Err(Unmet::NotModified("If-Modified-Since"))
            }
            _ => Ok(()),
        }
    }
}

/// The conditions of a write: `If-Match` with a tag, `If-None-Match` with `*`.
pub(super) struct WriteConditions<'a> {
    pub if_match: Option<&'a ETagCondition>,
    pub if_none_match: Option<&'a ETagCondition>,
}

impl WriteConditions<'_> {
    /// Against the current object, if there is one.
    pub(super) fn check(&self, there: Option<&Object>) -> S3Result<()> {
        match self.if_none_match {
            Some(condition) if !condition.is_any() => {
                return Err(refusals::not_implemented("If-None-Match with anything but *"));
            }
            Some(_) if there.is_some() => return Err(refusals::precondition_failed("If-None-Match")),
            _ => {}
        }
        match (self.if_match, there) {
            (None, _) => Ok(()),
            (Some(_), None) => Err(refusals::no_such_key("")),
            (Some(wanted), Some(there)) if names(wanted, there) => Ok(()),
            (Some(_), Some(_)) => Err(refusals::precondition_failed("If-Match")),
        }
    }
}
