//! Doctor: refusals read, placements judged, cures applied.

mod agreement;
mod diagnoses;
mod messages;
mod rounds;
mod world;
