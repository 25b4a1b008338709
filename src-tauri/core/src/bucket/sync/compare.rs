//! Whether two of one name hold the same.

use serde::{Deserialize, Serialize};

use super::Entry;

/// What two of the same size are told apart by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum By {
    /// The source is copied if it was written after the target.
    #[default]
    Time,
    /// Their bytes, by checksums.
    Checksum,
}

/// Why the target is not what the source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// They have different sizes.
    Size,
    /// The source was written after the target.
    Newer,
    /// Their bytes differ.
    Content,
    /// Nothing tells whether they are the same.
    Unknown,
}

/// What comparing two gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// Nothing to do.
    Same,
    /// The source is copied.
    Changed(Change),
    /// Their checksums decide, which have to be got first.
    Ask,
}

/// Compares two by what listings tell.
pub fn compare(source: &Entry, target: &Entry, by: By) -> Compared {
    if source.size != target.size {
        return Compared::Changed(Change::Size);
    }
    let tags = source.etag.as_ref().zip(target.etag.as_ref());
    if tags.is_some_and(|(one, other)| one == other) {
        return Compared::Same;
    }
    if by == By::Checksum {
        return Compared::Ask;
    }
    match source.modified.zip(target.modified) {
        None => Compared::Changed(Change::Unknown),
        Some((source, target)) if source > target => Compared::Changed(Change::Newer),
        // Written in the same second, and not the same.
        Some((source, target)) if source == target && tags.is_some() => Compared::Changed(Change::Content),
        Some(_) => Compared::Same,
    }
}

/// What their checksums gave; `None` where no checksum is had of both.
pub fn settled(same: Option<bool>) -> Compared {
    match same {
        Some(true) => Compared::Same,
        Some(false) => Compared::Changed(Change::Content),
        None => Compared::Changed(Change::Unknown),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use jiff::Timestamp;

    use super::*;

    fn entry(size: u64, second: i64, etag: Option<&str>) -> Entry {
        Entry {
            name: "a".into(),
            size,
            modified: Some(Timestamp::from_second(second).unwrap()),
            etag: etag.map(str::to_owned),
            archived: None,
        }
    }

    #[test]
    fn sizes_then_tags_then_times_decide() {
        let cases = [
            (
                entry(1, 5, None),
                entry(2, 9, None),
                Compared::Changed(Change::Size),
            ),
            (entry(1, 5, None), entry(1, 9, None), Compared::Same),
            (
                entry(1, 9, None),
                entry(1, 5, None),
                Compared::Changed(Change::Newer),
            ),
            (entry(1, 9, Some("x")), entry(1, 5, Some("x")), Compared::Same),
            (entry(1, 5, Some("x")), entry(1, 9, Some("y")), Compared::Same),
            (
                entry(1, 5, Some("x")),
                entry(1, 5, Some("y")),
                Compared::Changed(Change::Content),
            ),
        ];
        for (source, target, expected) in cases {
            assert_eq!(
                compare(&source, &target, By::Time),
                expected,
                "{source:?} {target:?}"
            );
        }
    }

    #[test]
    fn checksums_are_asked_only_where_they_can_decide() {
        let ask = |source: &Entry, target: &Entry| compare(source, target, By::Checksum);
        assert_eq!(
            ask(&entry(1, 1, None), &entry(2, 2, None)),
            Compared::Changed(Change::Size)
        );
        assert_eq!(
            ask(&entry(1, 1, Some("x")), &entry(1, 2, Some("x"))),
            Compared::Same
        );
        assert_eq!(
            ask(&entry(1, 1, Some("x")), &entry(1, 2, Some("y"))),
            Compared::Ask
        );
        assert_eq!(ask(&entry(1, 1, None), &entry(1, 2, Some("y"))), Compared::Ask);
        assert_eq!(settled(None), Compared::Changed(Change::Unknown));
    }
}
