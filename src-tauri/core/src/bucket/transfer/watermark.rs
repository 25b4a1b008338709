//! Which keys of a folder are done, however many there are.

use std::collections::BTreeSet;

/// Keys come in S3's order and end in any order. Up to the watermark all are done; beyond it a few are.
///
/// Invariant: as many keys are held as are under way at once, never all.
#[derive(Debug, Clone, Default)]
pub struct Watermark {
    /// Begun and not done, in order.
    open: BTreeSet<String>,
    /// The last key that was begun.
    last: Option<String>,
    reached: Option<String>,
}

impl Watermark {
    /// From where an earlier run came to.
    pub fn from(reached: Option<String>) -> Self {
        Self {
            open: BTreeSet::new(),
            last: reached.clone(),
            reached,
        }
    }

    /// `key` is begun; keys are begun in order.
    pub fn begin(&mut self, key: &str) {
        self.open.insert(key.to_owned());
        self.last = Some(key.to_owned());
    }

    /// `key` is done. The new watermark, where it moved: this key and all before it need not be looked at again.
    pub fn done(&mut self, key: &str) -> Option<String> {
        let first = self.open.first().is_some_and(|first| first == key);
        self.open.remove(key);
        if !first {
            return None;
        }
        // Everything before the first that is open is done; the last of those before it is not remembered, so the
        // mark moves to the key that was just done, or to the last one begun.
        let mark = match self.open.first() {
            None => self.last.clone(),
            Some(_) => Some(key.to_owned()),
        };
        self.reached = mark.clone();
        mark
    }

    /// Whether no key is under way.
    pub fn is_idle(&self) -> bool {
        self.open.is_empty()
    }

    /// Up to where all is done.
    pub fn reached(&self) -> Option<&str> {
        self.reached.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_moves_when_all_before_it_is_done() {
        let mut mark = Watermark::default();
        for key in ["a", "b", "c"] {
            mark.begin(key);
        }
        assert_eq!(mark.done("b"), None);
        assert_eq!(mark.done("a").as_deref(), Some("a"));
        assert!(!mark.is_idle());
        assert_eq!(mark.done("c").as_deref(), Some("c"));
        assert!(mark.is_idle());
        assert_eq!(mark.reached(), Some("c"));
    }
}
