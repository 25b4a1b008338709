//! Versions of objects.
//!
//! Source: S3 User Guide, "Retaining multiple versions of objects with S3 Versioning".

use jiff::Timestamp;

use super::bucket::Bucket;
use super::object::Object;

/// Whether a bucket keeps versions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Versioning {
    /// It never did.
    #[default]
    Never,
    /// Each put makes a version.
    Enabled,
    /// Each put replaces the version `null`; the others stay.
    Suspended,
}

/// A version that is not the current object.
#[derive(Debug, Clone)]
pub enum Version {
    /// An object.
    Object(Box<Object>),
    /// Says that the object was deleted.
    Marker(Marker),
}

/// A delete marker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// Its version ID; `None` for `null`.
    pub version: Option<String>,
    /// When the object was deleted.
    pub at: Timestamp,
}

impl Marker {
    /// `null`, or the ID of its version.
    pub fn version_id(&self) -> &str {
        self.version.as_deref().unwrap_or("null")
    }
}

impl Version {
    /// `null`, or its ID.
    pub fn id(&self) -> &str {
        match self {
            Self::Object(object) => object.version_id(),
            Self::Marker(marker) => marker.version_id(),
        }
    }
}

/// What a request for a key, and perhaps for a version of it, finds.
#[derive(Debug)]
pub enum Found<'a> {
    /// The object.
    Object(&'a Object),
    /// A delete marker: the one named, or the one that is current.
    Marker(&'a Marker),
    /// There is no such key.
    NoKey,
    /// There is no such version of it.
    NoVersion,
}

/// What a delete did.
#[derive(Debug, PartialEq, Eq)]
pub struct Deleted {
    /// The version that was deleted or, where a marker was made, that marker's. `None` without versions.
    pub version: Option<String>,
    /// Whether a marker was made or deleted.
    pub marker: bool,
}

impl Bucket {
    /// Finds the current object of a key, or a version by its ID.
    pub fn find(&self, key: &str, version: Option<&str>) -> Found<'_> {
        let older = self.older.get(key).map(Vec::as_slice).unwrap_or_default();
        let current = self.objects.get(key);
        let Some(id) = version else {
            return match (current, older.first()) {
                (Some(object), _) => Found::Object(object),
                (None, Some(Version::Marker(marker))) => Found::Marker(marker),
                _ => Found::NoKey,
            };
        };
        if let Some(object) = current.filter(|object| object.version_id() == id) {
            return Found::Object(object);
        }
        match older.iter().find(|version| version.id() == id) {
            Some(Version::Object(object)) => Found::Object(object),
            Some(Version::Marker(marker)) => Found::Marker(marker),
            None => Found::NoVersion,
        }
    }

    /// The current object of a key, or a version by its ID, to change.
    pub fn find_mut(&mut self, key: &str, version: Option<&str>) -> Option<&mut Object> {
        let is = |object: &Object| version.is_none_or(|id| object.version_id() == id);
        if self.objects.get(key).is_some_and(is) {
            return self.objects.get_mut(key);
        }
        self.older.get_mut(key)?.iter_mut().find_map(|found| match found {
            Version::Object(object) if version == Some(object.version_id()) => Some(&mut **object),
            _ => None,
        })
    }

    /// Puts an object, as version `new_id` where versions are kept. Gives the version ID to show, if any.
    pub fn put(&mut self, key: &str, mut object: Object, new_id: String) -> Option<String> {
        object.version = (self.versioning == Versioning::Enabled).then_some(new_id);
        self.make_room(key);
        let shown = (self.versioning != Versioning::Never).then(|| object.version_id().to_owned());
        self.objects.insert(key.to_owned(), object);
        shown
    }

    /// Deletes the current object of a key; where versions are kept, by a marker with the ID `new_id`.
    pub fn delete(&mut self, key: &str, new_id: String, at: Timestamp) -> Deleted {
        if self.versioning == Versioning::Never {
            self.objects.remove(key);
            return Deleted {
                version: None,
                marker: false,
            };
        }
        let marker = Marker {
            version: (self.versioning == Versioning::Enabled).then_some(new_id),
            at,
        };
        self.make_room(key);
        self.objects.remove(key);
        let version = marker.version_id().to_owned();
        self.older
            .entry(key.to_owned())
            .or_default()
            .insert(0, Version::Marker(marker));
        Deleted {
            version: Some(version),
            marker: true,
        }
    }

    /// Deletes a version for good. Deleting one that is not there succeeds too.
    pub fn delete_version(&mut self, key: &str, id: &str) -> Deleted {
        let mut marker = false;
        if self
            .objects
            .get(key)
            .is_some_and(|object| object.version_id() == id)
        {
            self.objects.remove(key);
        } else if let Some(older) = self.older.get_mut(key)
            && let Some(at) = older.iter().position(|version| version.id() == id)
        {
            marker = matches!(older.remove(at), Version::Marker(_));
        }
        self.promote(key);
        Deleted {
            version: Some(id.to_owned()),
            marker,
        }
    }

    /// The versions of a key, newest first, the current object among them.
    pub fn versions(&self, key: &str) -> Vec<Version> {
        let current = self.objects.get(key).cloned().map(Box::new).map(Version::Object);
        let older = self.older.get(key).into_iter().flatten().cloned();
        current.into_iter().chain(older).collect()
    }

    /// Makes room for a new current version: the one that is current becomes an older one, or goes where the new
    /// one is `null` as it is.
    fn make_room(&mut self, key: &str) {
        let replaces_null = self.versioning != Versioning::Enabled;
        if replaces_null && let Some(older) = self.older.get_mut(key) {
            older.retain(|version| version.id() != "null");
        }
        let Some(current) = self.objects.get(key) else {
            return;
        };
        if !(replaces_null && current.version.is_none()) {
            let current = Version::Object(Box::new(current.clone()));
            self.older.entry(key.to_owned()).or_default().insert(0, current);
        }
    }

    /// After a version went: the newest that is left is the current one.
    fn promote(&mut self, key: &str) {
        if let Some(older) = self.older.get_mut(key) {
            if self.objects.get(key).is_none()
                && let Some(Version::Object(newest)) = older.first().cloned()
            {
                older.remove(0);
                self.objects.insert(key.to_owned(), *newest);
            }
            if older.is_empty() {
                self.older.remove(key);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn bucket(versioning: Versioning) -> Bucket {
        let owner = "111122223333".parse().unwrap();
        Bucket {
            versioning,
            ..Bucket::new("b", "us-east-1", owner, Timestamp::UNIX_EPOCH)
        }
    }

    fn object(length: u64) -> Object {
        Object::generated(length, Timestamp::UNIX_EPOCH)
    }

    fn ids(bucket: &Bucket) -> Vec<String> {
        bucket.versions("k").iter().map(|v| v.id().to_owned()).collect()
    }

    fn length(bucket: &Bucket, version: Option<&str>) -> Option<u64> {
        match bucket.find("k", version) {
            Found::Object(object) => Some(object.content.length()),
            _ => None,
        }
    }

    #[test]
    fn a_bucket_without_versions_keeps_none() {
        let mut b = bucket(Versioning::Never);
        assert_eq!(b.put("k", object(1), "1".into()), None);
        assert_eq!(b.put("k", object(2), "2".into()), None);
        assert_eq!((ids(&b), length(&b, None)), (vec!["null".to_owned()], Some(2)));
        let deleted = b.delete("k", "3".into(), Timestamp::UNIX_EPOCH);
        assert_eq!((deleted.version, deleted.marker), (None, false));
        assert!(ids(&b).is_empty() && b.older.is_empty());
    }

    #[test]
    fn a_marker_hides_and_its_removal_undoes() {
        let mut b = bucket(Versioning::Enabled);
        b.put("k", object(1), "1".into());
        assert_eq!(b.put("k", object(2), "2".into()).as_deref(), Some("2"));
        let deleted = b.delete("k", "3".into(), Timestamp::UNIX_EPOCH);
        assert_eq!((deleted.version.as_deref(), deleted.marker), (Some("3"), true));
        assert_eq!(ids(&b), ["3", "2", "1"]);
        assert!(matches!(b.find("k", None), Found::Marker(m) if m.version_id() == "3"));
        assert_eq!(length(&b, Some("1")), Some(1));
        assert!(b.delete_version("k", "3").marker);
        assert_eq!(
            (ids(&b), length(&b, None)),
            (vec!["2".to_owned(), "1".to_owned()], Some(2))
        );
        assert!(!b.delete_version("k", "2").marker);
        assert_eq!(length(&b, None), Some(1));
        b.delete_version("k", "1");
        assert!(matches!(b.find("k", None), Found::NoKey));
        assert!(b.older.is_empty());
        assert_eq!(
            b.delete_version("k", "1"),
            Deleted {
                version: Some("1".to_owned()),
                marker: false
            }
        );
    }

    #[test]
    fn a_suspended_bucket_replaces_null_only() {
        let mut b = bucket(Versioning::Never);
        b.put("k", object(1), "-".into());
        b.versioning = Versioning::Enabled;
        b.put("k", object(2), "2".into());
        assert_eq!(ids(&b), ["2", "null"]);
        b.versioning = Versioning::Suspended;
        assert_eq!(b.put("k", object(3), "-".into()).as_deref(), Some("null"));
        assert_eq!(
            (ids(&b), length(&b, Some("null"))),
            (vec!["null".to_owned(), "2".to_owned()], Some(3))
        );
        let deleted = b.delete("k", "-".into(), Timestamp::UNIX_EPOCH);
        assert_eq!((deleted.version.as_deref(), deleted.marker), (Some("null"), true));
        assert_eq!(ids(&b), ["null", "2"]);
        b.put("k", object(4), "-".into());
        assert_eq!(ids(&b), ["null", "2"], "a null marker is replaced too");
    }

    #[test]
    fn a_version_is_changed_where_it_is() {
        let mut b = bucket(Versioning::Enabled);
        b.put("k", object(1), "1".into());
        b.put("k", object(2), "2".into());
        b.find_mut("k", Some("1")).unwrap().storage_class = "GLACIER".to_owned();
        assert!(matches!(b.find("k", Some("1")), Found::Object(o) if o.is_archived()));
        assert!(matches!(b.find("k", None), Found::Object(o) if !o.is_archived()));
        assert!(b.find_mut("k", Some("3")).is_none());
        b.delete("k", "4".into(), Timestamp::UNIX_EPOCH);
        assert!(b.find_mut("k", None).is_none() && b.find_mut("k", Some("4")).is_none());
    }
}
