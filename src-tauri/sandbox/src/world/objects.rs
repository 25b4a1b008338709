//! The current objects of a bucket, in the order in which S3 lists keys: by the bytes of their UTF-8.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::object::Object;

/// Objects by key. A crowd of like objects takes the memory of one.
#[derive(Debug, Clone, Default)]
pub struct Objects {
    kept: BTreeMap<String, Object>,
    crowds: Vec<Crowd>,
    /// Keys of crowds that were deleted.
    gone: BTreeSet<String>,
}

/// Like objects whose keys are a prefix and their number.
#[derive(Debug, Clone)]
struct Crowd {
    prefix: String,
    count: u64,
    object: Object,
}

/// A crowd's numbers have so many digits, so that their order is that of the keys.
const DIGITS: usize = 9;

impl Crowd {
    fn key(&self, number: u64) -> String {
        format!("{}{number:0DIGITS$}", self.prefix)
    }

    fn has(&self, key: &str) -> bool {
        let digits = key.strip_prefix(self.prefix.as_str()).unwrap_or_default();
        let plain = digits.len() == DIGITS && digits.bytes().all(|b| b.is_ascii_digit());
        plain && digits.parse::<u64>().is_ok_and(|number| number < self.count)
    }

    /// The number of the first key at or after `from`.
    fn first(&self, from: Bound<&str>) -> u64 {
        let before = |number: u64| match from {
            Bound::Unbounded => false,
            Bound::Included(from) => self.key(number).as_str() < from,
            Bound::Excluded(from) => self.key(number).as_str() <= from,
        };
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            if before(middle) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

impl Objects {
    /// The object of this key.
    pub fn get(&self, key: &str) -> Option<&Object> {
        let in_crowd = || {
            let found = self.crowds.iter().rev().find(|crowd| crowd.has(key))?;
            (!self.gone.contains(key)).then_some(&found.object)
        };
        self.kept.get(key).or_else(in_crowd)
    }

    /// The object of this key, to change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Object> {
        if !self.kept.contains_key(key) {
            let own = self.get(key)?.clone();
            self.kept.insert(key.to_owned(), own);
        }
        self.kept.get_mut(key)
    }

    /// Puts an object in the place of any other of its key.
    pub fn insert(&mut self, key: String, object: Object) {
        self.kept.insert(key, object);
    }

    /// Takes an object away.
    pub fn remove(&mut self, key: &str) -> Option<Object> {
        let found = self.get(key).cloned();
        self.kept.remove(key);
        if self.crowds.iter().any(|crowd| crowd.has(key)) {
            self.gone.insert(key.to_owned());
        }
        found
    }

    /// Puts `count` objects under a prefix, named by their number in nine digits.
    pub fn insert_crowd(&mut self, prefix: &str, count: u64, object: Object) {
        let crowd = Crowd {
            prefix: prefix.to_owned(),
            count: count.min(10u64.pow(DIGITS as u32)),
            object,
        };
        self.kept.retain(|key, _| !crowd.has(key));
        self.gone.retain(|key| !crowd.has(key));
        self.crowds.push(crowd);
    }

    /// The objects from `start` on.
    pub fn from<'a>(&'a self, start: Bound<&str>) -> impl Iterator<Item = (Cow<'a, str>, &'a Object)> + 'a {
        let kept = self.kept.range::<str, _>((start, Bound::Unbounded));
        let mut kept = kept
            .map(|(key, object)| (Cow::Borrowed(key.as_str()), object))
            .peekable();
        let mut next: Vec<u64> = self.crowds.iter().map(|crowd| crowd.first(start)).collect();
        std::iter::from_fn(move || {
            loop {
                // Of equal keys the last crowd's counts, and before that one that is kept.
                let crowds = self
                    .crowds
                    .iter()
                    .zip(&next)
                    .filter(|(crowd, n)| **n < crowd.count);
                let first = crowds
                    .map(|(crowd, n)| (crowd.key(*n), &crowd.object))
                    .reduce(|a, b| if b.0 <= a.0 { b } else { a });
                let Some((key, object)) = first else {
                    return kept.next();
                };
                if kept.peek().is_some_and(|(own, _)| own.as_ref() < key.as_str()) {
                    return kept.next();
                }
                for (crowd, n) in self.crowds.iter().zip(&mut next) {
                    if *n < crowd.count && crowd.key(*n) == key {
                        *n += 1;
                    }
                }
                if let Some(own) = kept.next_if(|(own, _)| own.as_ref() == key.as_str()) {
                    return Some(own);
                }
                if !self.gone.contains(&key) {
                    return Some((Cow::Owned(key), object));
                }
            }
        })
    }
}

impl FromIterator<(String, Object)> for Objects {
    fn from_iter<I: IntoIterator<Item = (String, Object)>>(objects: I) -> Self {
        Self {
            kept: objects.into_iter().collect(),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn keys(objects: &Objects, start: Bound<&str>) -> Vec<String> {
        objects.from(start).map(|(key, _)| key.into_owned()).collect()
    }

    #[test]
    fn a_crowd_is_listed_among_the_others() {
        let object = Object::generated(1, Timestamp::UNIX_EPOCH);
        let mut objects: Objects = ["a", "crowd/", "crowd/000000001x", "z"]
            .map(|key| (key.to_owned(), object.clone()))
            .into_iter()
            .collect();
        objects.insert_crowd("crowd/", 3, object.clone());
        let all = [
            "a",
            "crowd/",
            "crowd/000000000",
            "crowd/000000001",
            "crowd/000000001x",
            "crowd/000000002",
            "z",
        ];
        assert_eq!(keys(&objects, Bound::Unbounded), all);
        for (n, key) in all.iter().enumerate() {
            assert_eq!(keys(&objects, Bound::Included(key)), all[n..], "{key}");
            assert_eq!(keys(&objects, Bound::Excluded(key)), all[n + 1..], "{key}");
            assert!(objects.get(key).is_some(), "{key}");
        }
        for absent in [
            "crowd/000000003",
            "crowd/1",
            "crowd/+00000001",
            "crowd/0000000011",
        ] {
            assert!(objects.get(absent).is_none(), "{absent}");
        }
    }

    #[test]
    fn members_of_a_crowd_are_deleted_and_replaced_one_by_one() {
        let mut objects = Objects::default();
        objects.insert_crowd("c", 3, Object::generated(1, Timestamp::UNIX_EPOCH));
        assert!(objects.remove("c000000001").is_some());
        assert!(objects.remove("c000000001").is_none());
        objects.insert(
            "c000000002".to_owned(),
            Object::generated(7, Timestamp::UNIX_EPOCH),
        );
        assert_eq!(keys(&objects, Bound::Unbounded), ["c000000000", "c000000002"]);
        assert_eq!(objects.get("c000000002").map(|o| o.content.length()), Some(7));
        objects.insert(
            "c000000001".to_owned(),
            Object::generated(2, Timestamp::UNIX_EPOCH),
        );
        assert_eq!(keys(&objects, Bound::Unbounded).len(), 3);
        assert!(objects.remove("c000000002").is_some());
        assert!(
            objects.get("c000000002").is_none(),
            "the crowd's own must not come back"
        );
        objects.insert_crowd("c", 2, Object::generated(9, Timestamp::UNIX_EPOCH));
        let lengths: Vec<u64> = objects
            .from(Bound::Unbounded)
            .map(|(_, o)| o.content.length())
            .collect();
        assert_eq!(lengths, [9, 9]);
    }
}
