//! Doctor: refusals read, placements judged, cures applied.

#![allow(clippy::unwrap_used, clippy::panic)]

mod agreement;
mod asked;
mod cures;
mod diagnoses;
mod messages;
mod pasted;
mod rounds;
mod told;
mod unread;
mod world;
