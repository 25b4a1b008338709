//! The secret of a virtual MFA device, and its codes.
//!
//! Source: RFC 6238; IAM User Guide, "Assign a virtual MFA device": SHA-1, six digits, half minutes.

use hatrack_core::secret::Secret;
use hatrack_core::sts_limits::TokenCode;
use jiff::Timestamp;
use totp_rs::{Algorithm, Builder, Totp};
use zeroize::Zeroizing;

/// A longer text is no secret of a device.
const LONGEST: usize = 2048;

/// What was given is no secret that AWS's devices have. Never repeats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoSeed {
    /// Not base32.
    #[error(
        "that is no secret of an MFA device; it takes the base32 text under \"Show secret key\", or the otpauth:// \
         address of the QR code"
    )]
    NotBase32,
    /// Too little of it.
    #[error("that secret is too short to be a device's; copy the whole of it")]
    TooShort,
    /// An otpauth address of another kind of code.
    #[error(
        "that otpauth:// address is for {0}; AWS's virtual devices have time-based codes of six digits, SHA-1, 30 s"
    )]
    Other(&'static str),
}

/// A device's secret.
pub struct Seed {
    base32: Secret,
    totp: Totp,
}

impl Seed {
    /// Reads base32, in groups as consoles show it or not, or an `otpauth://totp/…` address.
    pub fn read(given: &Secret) -> Result<Self, NoSeed> {
        let given = given.expose().trim();
        if given.len() > LONGEST {
            return Err(NoSeed::NotBase32);
        }
        let text = match given.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("otpauth") => of_address(rest)?,
            Some(_) => return Err(NoSeed::NotBase32),
            None => given,
        };
        let mut base32 = Zeroizing::new(String::with_capacity(LONGEST));
        let wanted = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-' && *c != '=');
        base32.extend(wanted.map(|c| c.to_ascii_uppercase()));
        let secret = totp_rs::Secret::try_from_base32(&base32).map_err(|_| NoSeed::NotBase32)?;
        if secret.as_bytes().is_empty() {
            return Err(NoSeed::NotBase32);
        }
        let builder = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6);
        let totp = builder
            .with_step_duration(30)
            .with_secret(secret)
            .build()
            .map_err(|_| NoSeed::TooShort)?;
        Ok(Self {
            base32: Secret::new(base32.as_str()),
            totp,
        })
    }

    /// The secret in base32.
    pub fn into_secret(self) -> Secret {
        self.base32
    }

    /// What the device shows at `now`.
    pub fn code(&self, now: Timestamp) -> Option<TokenCode> {
        let seconds = u64::try_from(now.as_second()).ok()?;
        Zeroizing::new(self.totp.generate(seconds).to_string())
            .parse()
            .ok()
    }
}

/// The secret in the rest of an otpauth address (Key URI Format of Google Authenticator).
fn of_address(rest: &str) -> Result<&str, NoSeed> {
    let (path, query) = rest.split_once('?').ok_or(NoSeed::NotBase32)?;
    let kind = path.split('/').next().unwrap_or_default();
    if !kind.eq_ignore_ascii_case("totp") {
        return Err(NoSeed::Other("codes that are counted"));
    }
    let query = query.split('#').next().unwrap_or_default();
    let of = |name: &str| {
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
    };
    if of("algorithm").is_some_and(|value| !value.eq_ignore_ascii_case("SHA1")) {
        return Err(NoSeed::Other("another algorithm"));
    }
    if of("digits").is_some_and(|value| value != "6") {
        return Err(NoSeed::Other("another number of digits"));
    }
    if of("period").is_some_and(|value| value != "30") {
        return Err(NoSeed::Other("another period"));
    }
    of("secret").ok_or(NoSeed::NotBase32)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    fn read(text: &str) -> Result<Seed, NoSeed> {
        Seed::read(&Secret::new(text))
    }

    /// RFC 6238, appendix B, the SHA-1 rows, cut to six digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let seed = read(SEED).unwrap();
        for (at, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            let now = Timestamp::from_second(at).unwrap();
            assert_eq!(seed.code(now).unwrap().expose(), code);
        }
    }

    #[test]
    fn a_secret_is_read_as_it_is_shown() {
        let grouped = SEED.to_lowercase().chars().collect::<Vec<_>>();
        let grouped: Vec<String> = grouped.chunks(4).map(|four| four.iter().collect()).collect();
        for text in [
            format!("  {SEED}\n"),
            grouped.join(" "),
            grouped.join("-"),
            format!("{SEED}===="),
            format!(
                "otpauth://totp/Amazon%20Web%20Services:troy@acme?secret={SEED}&issuer=Amazon%20Web%20Services"
            ),
            format!("OTPAUTH://TOTP/x?digits=6&period=30&algorithm=sha1&SECRET={SEED}#x"),
        ] {
            assert_eq!(read(&text).unwrap().into_secret().expose(), SEED, "{text}");
        }
    }

    #[test]
    fn what_is_no_secret_is_refused_and_not_repeated() {
        let seed = |tail: &str| format!("otpauth://totp/x?secret={SEED}{tail}");
        for (text, why) in [
            (String::new(), NoSeed::NotBase32),
            ("0189-canary".to_owned(), NoSeed::NotBase32),
            ("MFRGG".to_owned(), NoSeed::TooShort),
            ("https://example.com/?secret=MFRGG".to_owned(), NoSeed::NotBase32),
            ("otpauth://totp/x".to_owned(), NoSeed::NotBase32),
            (
                format!("otpauth://hotp/x?secret={SEED}"),
                NoSeed::Other("codes that are counted"),
            ),
            (seed("&digits=8"), NoSeed::Other("another number of digits")),
            (seed("&period=60"), NoSeed::Other("another period")),
            (seed("&algorithm=SHA256"), NoSeed::Other("another algorithm")),
            ("A".repeat(LONGEST + 1), NoSeed::NotBase32),
        ] {
            let refused = read(&text).map(|_| ()).unwrap_err();
            assert_eq!(refused, why, "{text}");
            assert!(!refused.to_string().contains("canary"));
        }
    }
}
