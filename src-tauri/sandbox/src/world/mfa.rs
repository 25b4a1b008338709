//! Virtual MFA devices.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha1::Sha1;

/// RFC 6238: a new code each 30 seconds.
const STEP_SECONDS: i64 = 30;

/// A virtual MFA device of a user.
#[derive(Clone)]
pub struct MfaDevice {
    /// `arn:aws:iam::ACCOUNT:mfa/NAME`.
    pub serial: String,
    /// The seed in base32, as an authenticator app takes it.
    pub seed: String,
    /// The latest time step whose code was taken: AWS takes a code once, and none older afterwards.
    taken: Option<i64>,
}

impl fmt::Debug for MfaDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MfaDevice")
            .field("serial", &self.serial)
            .finish_non_exhaustive()
    }
}

impl MfaDevice {
    /// A device that has not been used.
    pub fn new(serial: String, seed: String) -> Self {
        Self {
            serial,
            seed,
            taken: None,
        }
    }

    /// Takes a code: the current one or its neighbours, each once.
    pub fn take(&mut self, code: &str, now: Timestamp) -> bool {
        let step = now.as_second().div_euclid(STEP_SECONDS);
        let fits = |s: &i64| {
            self.taken.is_none_or(|taken| *s > taken) && code_at(&self.seed, *s).as_deref() == Some(code)
        };
        match (step - 1..=step + 1).find(fits) {
            Some(step) => {
                self.taken = Some(step);
                true
            }
            None => false,
        }
    }
}

/// The code that a device with this seed shows at `now` (RFC 6238 with SHA-1 and six digits). `None` if the seed is
/// no base32.
pub fn totp(seed: &str, now: Timestamp) -> Option<String> {
    code_at(seed, now.as_second().div_euclid(STEP_SECONDS))
}

fn code_at(seed: &str, step: i64) -> Option<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(&base32(seed)?).ok()?;
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash.last()? & 0x0f);
    let word: [u8; 4] = hash.get(offset..offset + 4)?.try_into().ok()?;
    Some(format!(
        "{:06}",
        (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000
    ))
}

/// RFC 4648, section 6, without padding.
fn base32(text: &str) -> Option<Vec<u8>> {
    let (mut bits, mut count, mut out) = (0u32, 0, Vec::new());
    for c in text.trim_end_matches('=').bytes() {
        let value = match c.to_ascii_uppercase() {
            c @ b'A'..=b'Z' => c - b'A',
            c @ b'2'..=b'7' => c - b'2' + 26,
            _ => return None,
        };
        bits = (bits << 5) | u32::from(value);
        count += 5;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the SHA-1 rows, cut to six digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        for (at, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(
                totp(seed, Timestamp::from_second(at).unwrap()).as_deref(),
                Some(code)
            );
        }
    }

    #[test]
    fn a_code_is_taken_once_and_none_older_after_it() {
        let mut device = MfaDevice::new(
            "arn:aws:iam::111122223333:mfa/x".into(),
            "GEZDGNBVGY3TQOJQ".into(),
        );
        let at = |s| Timestamp::from_second(s).unwrap();
        let (old, new) = (
            totp(&device.seed, at(1000)).unwrap(),
            totp(&device.seed, at(1030)).unwrap(),
        );
        assert!(device.take(&new, at(1030)));
        assert!(!device.take(&new, at(1030)));
        assert!(!device.take(&old, at(1031)));
        assert!(device.take(&totp(&device.seed, at(1060)).unwrap(), at(1060)));
    }

    #[test]
    fn a_code_from_another_minute_is_refused() {
        let mut device = MfaDevice::new(
            "arn:aws:iam::111122223333:mfa/x".into(),
            "GEZDGNBVGY3TQOJQ".into(),
        );
        let at = |s| Timestamp::from_second(s).unwrap();
        let early = totp(&device.seed, at(1000)).unwrap();
        assert!(!device.take(&early, at(1090)));
    }
}
