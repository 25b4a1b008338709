//! This computer, as the agent's ports see it: clocks, alarms, randomness, and the process itself.

mod alarm;
mod clock;
mod hardening;
mod random;
mod sleep;
mod tcp;

pub use alarm::{Alarm, Rung};
pub use clock::SystemClock;
pub use hardening::harden;
pub use random::{SystemRandom, secret_text};
pub use sleep::watch_for_resume;
pub(crate) use tcp::end_at;
