//! Doctor: refusals read, placements judged, cures applied.

#![allow(clippy::unwrap_used, clippy::panic)]

mod agreement;
mod asked;
mod cures;
mod diagnoses;
mod messages;
mod rounds;
mod told;
mod world;
