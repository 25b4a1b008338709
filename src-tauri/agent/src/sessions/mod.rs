//! The one owner of sessions: an actor with a typed mailbox.
//!
//! Invariants: only the keeper changes a session; it never waits for the network, the disk or another process, but
//! starts what must wait and hears of it by mail; each mail leaves the alarm set to the next moment at which
//! something is due.

mod arrive;
mod aside;
mod audience;
mod codes;
mod ending;
mod follow;
mod keeper;
mod last_use;
mod mail;
mod rows;
mod scribe;
mod serve;
mod uses;
mod views;

pub use aside::Back;
pub use audience::Listener;
pub use follow::Follower;
pub use keeper::{Keeper, Wiring};
pub use last_use::LastUses;
pub use mail::{Ended, Ending, Fare, Mailbox, Renewals, Served, Standing};
pub(crate) use scribe::read_all;
pub use scribe::{Scribe, VaultSlot};
pub use uses::{Step, Use};
