//! The rules of a switch: from a route and what was asked to the calls STS receives, and from its answers to a
//! session, a need or a denial.
//!
//! Invariants: what can be refused before a call is; nothing here retries a code; AWS's words are never changed; and
//! what AWS does not say is never claimed.

mod codes;
mod denial;
mod endpoint;
mod execute;
mod flights;
mod issued;
mod journey;
mod names;
mod order;
mod plan;
mod ports;
mod serve;
mod stop;

pub use codes::{CODE_STEP, CodeSource, NoCodes, SpentCodes, fresh_code, next_code_in};
pub use denial::closed as denial_of_closed;
pub use endpoint::{Endpoint, EndpointRules};
pub use execute::{Broker, Landed, Outcome, Trace, can_be_built_upon};
pub use flights::{Boarding, Flights};
pub use names::default_session_name;
pub use order::{Base, Order, partition_of, reach, region, region_of, user};
pub use plan::{Calls, NotPlanned, Plan, Step, plan};
pub use ports::{Given, IdentityAsk, IdentityFailure, IdentityRefusal, IdentitySource, Random};
pub use serve::{Wish, serving};

use crate::expiry::AlreadyExpired;
use crate::sts::AwsFailure;

/// Why a switch gave neither a session nor AWS's own refusal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokerError {
    /// An option that this kind of session does not take.
    #[error("{what} has no place in {of}; leave it out, or name a role that is assumed")]
    NotTaken {
        /// The option, as STS calls it.
        what: &'static str,
        /// The kind of session.
        of: &'static str,
    },
    /// There is nothing to switch to: the credentials are temporary already.
    #[error(
        "profile \"{profile}\" holds temporary credentials, with which STS gives no session token; use them as they are (hat env), or name a role"
    )]
    AlreadyTemporary {
        /// The profile.
        profile: String,
    },
    /// The start's credentials could not be had.
    #[error(transparent)]
    Identity(#[from] IdentityFailure),
    /// AWS could not be reached, or what answered was not AWS.
    #[error(transparent)]
    Aws(AwsFailure),
    /// The answer's credentials are of no use.
    #[error(transparent)]
    AlreadyExpired(#[from] AlreadyExpired),
    /// The person switched back while the session was being renewed.
    #[error("the session was switched back while it was renewed; switch to the role again")]
    SwitchedBack,
}
