//! The system's randomness.

use hatrack_core::broker::Random;

/// `getrandom(2)` and its like.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // Only an early boot has none. What is named by these bytes is no secret: being told apart is enough.
            for (at, byte) in bytes.iter_mut().enumerate() {
                let nanos = jiff::Timestamp::now().as_nanosecond();
                *byte = (nanos >> (at % 8)) as u8;
            }
        }
    }
}
