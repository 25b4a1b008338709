//! The answer to a list of keys that were to be deleted.

use std::collections::{HashMap, HashSet};

use aws_sdk_s3::operation::delete_objects::DeleteObjectsOutput;
use hatrack_core::sts::Refusal;

use super::super::super::super::failure::Call;
use super::super::super::deletion::{Deleted, NotDeleted, Told, Which};

/// What the answer says of each key.
pub(super) struct Said<'a> {
    refused: HashMap<(&'a str, Option<&'a str>), Refusal>,
    /// The keys that are named as deleted, of whatever version.
    named: HashSet<&'a str>,
    deleted: HashSet<(&'a str, Option<&'a str>)>,
    markers: HashMap<(&'a str, Option<&'a str>), &'a str>,
}

impl<'a> Said<'a> {
    pub fn of(answer: &'a DeleteObjectsOutput) -> Self {
        let refused = answer.errors().iter().map(|error| {
            let refusal = Refusal {
                code: error.code().unwrap_or("InternalError").to_owned(),
                message: error.message().unwrap_or_default().to_owned(),
                request_id: None,
                status: 0,
            };
            ((error.key().unwrap_or_default(), error.version_id()), refusal)
        });
        let (mut named, mut deleted, mut markers) = (HashSet::new(), HashSet::new(), HashMap::new());
        for done in answer.deleted() {
            let key = done.key().unwrap_or_default();
            named.insert(key);
            deleted.insert((key, done.version_id()));
            if let Some(marker) = done.delete_marker_version_id() {
                deleted.insert((key, Some(marker)));
            }
            if let (Some(true), Some(marker)) = (done.delete_marker(), done.delete_marker_version_id()) {
                markers.insert((key, done.version_id()), marker);
            }
        }
        Self {
            refused: refused.collect(),
            named,
            deleted,
            markers,
        }
    }

    pub fn of_one(&mut self, which: &'a Which, call: &Call<'_>) -> Told {
        let of = (which.key.as_str(), which.version_id.as_deref());
        let not = |why| {
            Err(Box::new(NotDeleted {
                which: which.clone(),
                why,
            }))
        };
        // Some servers leave the version out of an error.
        let refusal = self
            .refused
            .remove(&of)
            .or_else(|| self.refused.remove(&(of.0, None)));
        if let Some(refusal) = refusal {
            return not(call.refused(refusal));
        }
        // Some servers leave the version out; of what was asked without one, they may name that of the marker.
        let is_deleted = match of.1 {
            None => self.named.contains(of.0),
            Some(_) => self.deleted.contains(&of) || self.deleted.contains(&(of.0, None)),
        };
        if !is_deleted {
            return not(call.garbled("it does not say whether the object was deleted; look at the bucket"));
        }
        Ok(Deleted {
            which: which.clone(),
            marker: self
                .markers
                .get(&of)
                .filter(|_| which.version_id.is_none())
                .map(|id| (*id).to_owned()),
        })
    }
}
