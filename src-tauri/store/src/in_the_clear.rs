//! The one serialisable form of a secret in this crate.

use hatrack_core::secret::Secret;
use serde::{Deserialize, Serialize};

/// A secret on its way into or out of a file that is meant to hold it: the vault, inside the seal, and the AWS CLI's
/// own cache.
#[derive(Clone)]
pub struct InTheClear(pub Secret);

impl Serialize for InTheClear {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.expose())
    }
}

impl<'de> Deserialize<'de> for InTheClear {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self(Secret::new(text)))
    }
}
