//! More keys than a story has, for benchmarks.

use std::str::FromStr;

use jiff::Timestamp;

use crate::world::{Object, World};

/// Objects of one byte below a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crowd {
    /// In which bucket.
    pub bucket: String,
    /// Below which prefix.
    pub prefix: String,
    /// In so many folders, named by their number; 0 for right below the prefix.
    pub folders: u64,
    /// So many in each.
    pub keys: u64,
}

/// A text that names no crowd.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write it as BUCKET/PREFIX=KEYS or BUCKET/PREFIX=FOLDERSxKEYS")]
pub struct NoCrowd;

impl FromStr for Crowd {
    type Err = NoCrowd;

    fn from_str(text: &str) -> Result<Self, NoCrowd> {
        let (place, number) = text.rsplit_once('=').ok_or(NoCrowd)?;
        let (bucket, prefix) = place.split_once('/').ok_or(NoCrowd)?;
        let (folders, keys) = number.split_once('x').unwrap_or(("0", number));
        Ok(Self {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
            folders: folders.parse().map_err(|_| NoCrowd)?,
            keys: keys.parse().map_err(|_| NoCrowd)?,
        })
    }
}

impl Crowd {
    /// Puts them there, or gives the name of the bucket that is missing.
    pub(crate) fn put(&self, world: &mut World) -> Result<(), String> {
        let bucket = world.buckets.get_mut(&self.bucket);
        let bucket = bucket.ok_or_else(|| self.bucket.clone())?;
        let object = Object::generated(1, Timestamp::now());
        if self.folders == 0 {
            bucket.objects.insert_crowd(&self.prefix, self.keys, object);
            return Ok(());
        }
        // A listing looks at each crowd for each key: many small ones are kept one by one.
        for folder in 0..self.folders {
            for key in 0..self.keys {
                let name = format!("{}{folder:05}/{key:05}.txt", self.prefix);
                bucket.objects.insert(name, object.clone());
            }
        }
        Ok(())
    }
}
