//! The system's randomness.

use std::fmt::Write;

use hatrack_core::broker::Random;
use hatrack_core::secret::Secret;
use zeroize::Zeroizing;

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

/// A new secret of 256 bits, as 64 letters and digits. Fails where the system has no random numbers: a guessable one
/// would be worse than none.
pub fn secret_text() -> Result<Secret, getrandom::Error> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *bytes)?;
    let mut text = Zeroizing::new(String::with_capacity(64));
    for byte in bytes.iter() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(Secret::new(text.as_str()))
}
