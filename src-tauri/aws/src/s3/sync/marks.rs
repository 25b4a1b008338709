//! Which steps of a plan are done, and which were begun.

/// A bit for each step.
#[derive(Debug, Default)]
pub(super) struct Marks(Vec<u64>);

/// Since when a step is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begun {
    /// This run began it.
    Now,
    /// An earlier run began it, and was stopped before it heard the end.
    Before,
}

impl Marks {
    /// None of so many.
    pub fn new(length: u64) -> Self {
        let words = usize::try_from(length.div_ceil(64)).unwrap_or(usize::MAX);
        Self(vec![0; words])
    }

    /// Whether it is marked.
    pub fn has(&self, at: usize) -> bool {
        self.0.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    /// Marks it. Returns whether it was before.
    pub fn set(&mut self, at: usize) -> bool {
        let was = self.has(at);
        if let Some(word) = self.0.get_mut(at / 64) {
            *word |= 1 << (at % 64);
        }
        was
    }
}
