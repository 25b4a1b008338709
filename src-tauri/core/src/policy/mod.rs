//! The IAM policy language: read, matched and evaluated as AWS documents it, failing closed.
//!
//! Invariant: what is not understood never allows. An unknown piece of an Allow keeps it from applying, an unknown
//! piece of a Deny counts as fitting, and either is named in the [`Finding`].

pub mod actions;
mod caller;
pub mod compose;
mod condition;
mod context;
mod decision;
mod document;
mod error;
mod evaluate;
pub mod explain;
mod json;
mod keys;
pub mod lint;
mod nearly;
mod parse;
mod pattern;
mod principal;
mod print;
mod ruling;
mod services;
#[cfg(test)]
mod tests;

pub use condition::{Comparison, Condition, Operator, Quantifier};
pub use context::{Caller, Context, Request};
pub use decision::{
    DecidedBy, Decision, Finding, Miss, Named, Outcome, Policies, Reason, ResourceRule, Sort,
    StatementFinding, decide,
};
pub use document::{Effect, Kind, Matches, Policy, Statement, Unknown, Version};
pub use error::{Fault, PolicyError, Position};
pub use evaluate::evaluate;
pub use nearly::Nearly;
pub use pattern::Pattern;
pub use principal::{Naming, Principal, Principals};
pub use ruling::{Ruling, rule};
