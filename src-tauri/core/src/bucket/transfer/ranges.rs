//! Which bytes of an object are there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Bytes `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Range {
    /// The first byte.
    pub start: u64,
    /// The byte after the last.
    pub end: u64,
}

impl Range {
    /// How many bytes.
    pub fn length(self) -> u64 {
        self.end.saturating_sub(self.start)
    }
}

/// A set of bytes, as ranges that neither meet nor overlap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranges(BTreeMap<u64, u64>);

impl Ranges {
    /// Adds a range. Whether any byte of it was new.
    pub fn insert(&mut self, range: Range) -> bool {
        if range.length() == 0 {
            return false;
        }
        let (mut start, mut end) = (range.start, range.end);
        let before = self.0.range(..=start).next_back().map(|(s, e)| (*s, *e));
        if let Some((s, e)) = before.filter(|(_, e)| *e >= start) {
            if e >= end {
                return false;
            }
            start = s;
        }
        while let Some((s, e)) = self.0.range(start..=end).next().map(|(s, e)| (*s, *e)) {
            self.0.remove(&s);
            end = end.max(e);
        }
        self.0.insert(start, end);
        true
    }

    /// Whether any byte of `range` is in the set.
    pub fn touches(&self, range: Range) -> bool {
        self.0
            .range(..range.end)
            .next_back()
            .is_some_and(|(_, end)| *end > range.start)
    }

    /// How many bytes.
    pub fn length(&self) -> u64 {
        self.0.iter().map(|(start, end)| end - start).sum()
    }

    /// What is missing of `0..total`, in pieces of `size` bytes at most that do not cross a multiple of `size`.
    /// An empty whole is one empty piece, so that it is asked for at all.
    pub fn missing(&self, total: u64, size: u64) -> impl Iterator<Item = Range> + Send + use<> {
        let mut gaps = Vec::new();
        let mut at = 0;
        // What lies beyond the whole says nothing of it.
        for (start, end) in self.0.range(..total) {
            if *start > at {
                gaps.push(Range {
                    start: at,
                    end: *start,
                });
            }
            at = *end;
        }
        if at < total || total == 0 {
            gaps.push(Range {
                start: at,
                end: total,
            });
        }
        gaps.into_iter().flat_map(move |gap| Pieces {
            at: gap.start,
            end: gap.end,
            size: size.max(1),
            empty: gap.length() == 0,
        })
    }
}

struct Pieces {
    at: u64,
    end: u64,
    size: u64,
    empty: bool,
}

impl Iterator for Pieces {
    type Item = Range;

    fn next(&mut self) -> Option<Range> {
        if self.at >= self.end && !std::mem::take(&mut self.empty) {
            return None;
        }
        let start = self.at;
        self.at = self.end.min((start / self.size + 1).saturating_mul(self.size));
        Some(Range { start, end: self.at })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn range(start: u64, end: u64) -> Range {
        Range { start, end }
    }

    #[test]
    fn what_is_missing_comes_in_pieces() {
        let mut there = Ranges::default();
        assert_eq!(there.missing(0, 8).collect::<Vec<_>>(), [range(0, 0)]);
        assert_eq!(
            there.missing(20, 8).collect::<Vec<_>>(),
            [range(0, 8), range(8, 16), range(16, 20)]
        );
        assert!(there.insert(range(3, 9)));
        assert!(!there.insert(range(3, 9)));
        assert_eq!(
            there.missing(20, 8).collect::<Vec<_>>(),
            [range(0, 3), range(9, 16), range(16, 20)]
        );
        assert!(there.insert(range(0, 20)));
        assert_eq!(there.missing(20, 8).count(), 0);
        assert!(there.insert(range(40, 41)));
        assert_eq!(there.missing(20, 8).count(), 0);
        assert_eq!(
            there.missing(30, 8).collect::<Vec<_>>(),
            [range(20, 24), range(24, 30)]
        );
    }

    proptest! {
        #[test]
        fn there_and_missing_are_the_whole(
            given in prop::collection::vec((0u64..200, 0u64..60), 0..12),
            total in 1u64..260,
            size in 1u64..50,
        ) {
            let mut there = Ranges::default();
            let mut bytes = vec![false; 300];
            for (start, length) in given {
                let new = bytes[start as usize..(start + length) as usize].contains(&false);
                prop_assert_eq!(there.insert(range(start, start + length)), new);
                bytes[start as usize..(start + length) as usize].fill(true);
            }
            prop_assert_eq!(there.length(), bytes.iter().filter(|b| **b).count() as u64);
            for at in 0..259 {
                prop_assert_eq!(there.touches(range(at, at + 1)), bytes[at as usize]);
            }
            for missing in there.missing(total, size) {
                prop_assert!(missing.length() <= size && missing.length() > 0);
                for at in missing.start..missing.end {
                    prop_assert!(!bytes[at as usize] && at < total);
                    bytes[at as usize] = true;
                }
            }
            prop_assert!(bytes[..total as usize].iter().all(|b| *b));
        }
    }
}
