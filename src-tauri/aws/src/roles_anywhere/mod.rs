//! IAM Roles Anywhere: a certificate and its key become a session of a role.
//!
//! Source: IAM Roles Anywhere User Guide, "The IAM Roles Anywhere authentication signing process" and "CreateSession
//! API".

mod bearer;
mod session;
mod signing;

pub use bearer::{Bearer, BearerFault, certificate_until};
pub use session::{CreateSession, create_session};
