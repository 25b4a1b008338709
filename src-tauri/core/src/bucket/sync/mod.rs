//! What has to be done so that one place holds what another does: a plan first, and nothing without it.
//!
//! Invariants: two ordered listings are merged as they come, so that no number of keys has to fit into memory; a
//! listing that is not in order is refused, because merging it would take for missing what only comes later; what
//! could not be read on the source is never taken for missing.

mod compare;
mod entry;
mod filter;
mod merge;
mod order;
mod plan;

pub use compare::{By, Change, Compared, compare, settled};
pub use entry::{Aside, Entry, Item};
pub use filter::{Filter, NotAPattern};
pub use merge::{Decision, Ends, Merge, Pair, Turn, Unordered, turn};
pub use order::tree_order;
pub use plan::{Count, Kind, Seen, Step, Tally};
