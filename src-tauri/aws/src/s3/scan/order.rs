//! Puts what many lists give at once back into the order of keys.

use std::collections::BTreeMap;

use super::super::pages::Listed;

/// Parts of the walk by where they begin, each with what has come of it.
#[derive(Debug, Default)]
pub(super) struct InOrder {
    parts: BTreeMap<String, Part>,
    waiting: usize,
}

#[derive(Debug, Default)]
struct Part {
    objects: Vec<Listed>,
    /// Whether it has been read.
    read: bool,
}

impl InOrder {
    pub fn new(parts: impl Iterator<Item = String>) -> Self {
        Self {
            parts: parts.map(|from| (from, Part::default())).collect(),
            waiting: 0,
        }
    }

    /// Objects that wait for those before them.
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// Whether everything before this part has been given.
    pub fn begins_with(&self, from: &str) -> bool {
        self.parts
            .first_key_value()
            .is_some_and(|(first, _)| first == from)
    }

    /// The part from `from` on has been read: it gave `found`, and the parts `next` are still to be read.
    pub fn put(&mut self, from: &str, found: Vec<(String, Vec<Listed>)>, next: impl Iterator<Item = String>) {
        for (from, objects) in found {
            self.waiting += objects.len();
            let part = self.parts.entry(from).or_default();
            part.objects.extend(objects);
            part.read = true;
        }
        if let Some(part) = self.parts.get_mut(from) {
            part.read = true;
        }
        for from in next {
            self.parts.entry(from).or_default().read = false;
        }
    }

    /// What nothing unread comes before.
    pub fn take(&mut self) -> Option<Vec<Listed>> {
        let mut ready = Vec::new();
        while let Some(mut first) = self.parts.first_entry() {
            ready.append(&mut first.get_mut().objects);
            if !first.get().read {
                break;
            }
            first.remove();
        }
        self.waiting -= ready.len();
        (!ready.is_empty()).then_some(ready)
    }
}
