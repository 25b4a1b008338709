//! Doctor: what AWS refused, which of the placements is missing, how that is known, and what to add.
//!
//! Three things go in: the [`Question`] (what was asked of AWS), the [`Refusal`] (what AWS said) and the [`Sight`] (what
//! could be seen from here). A [`Diagnosis`] comes out. It is honest first: across accounts AWS gives one bare refusal
//! for four causes, so nothing is called missing without proof.

mod cure;
mod diagnose;
mod eyes;
mod near;
mod question;
mod refusal;
mod sight;
mod stance;
mod verdict;
mod view;

pub use cure::{Cure, CureTarget, CureWay};
pub use diagnose::diagnose;
pub use eyes::{Eyes, LookAt, Tried, Viewer};
pub use question::{BucketAsked, Question, Sent};
pub use refusal::{Because, PolicySort, Refusal, RefusalKind, Reported, account_of};
pub use sight::{Document, How, Ownership, PublicAccess, Seen, Sight, SimulatedOutcome, Simulation, Who};
pub use verdict::{Cause, Diagnosis, Elsewhere, OtherPlace, Placed, Placement, Verdict};
pub use view::{
    CureView, DiagnosisView, DoctorAccountView, DoctorRequestView, ElsewhereView, MessagePartView,
    PlacementView,
};
