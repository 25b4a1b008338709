//! Transfers: what is there of one, how it stands, and what is kept so that it goes on after a stop.
//!
//! Nothing here moves a byte: the network is `hatrack-aws`'s, the disk whoever's that writes.

mod journal;
mod only;
mod pace;
mod parts;
mod ranges;
mod state;
mod upload;
mod watermark;

pub use journal::{Sums, Taken, Version, WholeRange, journal_id, line, read_lines};
pub use only::{Only, split_glob};
pub use pace::{Estimate, Pace};
pub use parts::{LARGEST_COPY, MOST_PARTS, part_size};
pub use ranges::{Range, Ranges};
pub use state::{End, Event, Machine, Pause, State, Step};
pub use upload::{Journal, Journals, PartSent, SourceFile, UploadBegun, UploadTaken};
pub use watermark::Watermark;
