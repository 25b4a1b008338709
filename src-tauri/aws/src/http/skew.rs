//! How far AWS's clock and this computer's are apart, by the `Date` of AWS's answers.
//!
//! Invariants: each answer replaces what was known before; AWS's time is kept beside the clock that only moves on, so
//! that a step of the wall clock makes nothing wrong.
//!
//! The SDK's clients measure the same for themselves and sign anew by it; what is kept here serves the requests that
//! are signed without the SDK, and tells the person.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::http::Headers;
use hatrack_core::account::Partition;
use hatrack_core::expiry::{BootTime, Clock, Moment};
use jiff::{SignedDuration, Timestamp};
use url::Url;

use crate::answer::http_date;

/// A request that takes longer says too little of when it was answered.
const LONGEST_ROUND: Duration = Duration::from_secs(15 * 60);

/// From here on a refused signature is the clock's fault. AWS takes five minutes in some services, fifteen in most.
const FAULTY: SignedDuration = SignedDuration::from_mins(4);

/// From here on the person is told: five minutes, less the second that a `Date` does not tell.
const LARGE: SignedDuration = SignedDuration::from_secs(5 * 60 - 1);

/// The error codes of a signature that is too old or too new.
///
/// Source: the AWS SDKs' list of clock skew errors (`aws-runtime`, `service_clock_skew`).
const CODES: [&str; 5] = [
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "AuthFailure",
    "RequestTimeTooSkewed",
    "AccessDeniedException",
];

/// Whose clock: AWS keeps one in each partition; any other server has its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Whose {
    Aws(Partition),
    Other(String),
}

/// A clock that is off by five minutes or more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LargeSkew {
    /// How far the server is ahead of this computer; negative where it is behind.
    pub ahead: SignedDuration,
    /// Its scheme, host and port, if it is not AWS's own: which of the two clocks is right is not known then.
    pub server: Option<String>,
}

/// A server's time, and when it was that.
#[derive(Debug, Clone, Copy)]
struct Told {
    server: Timestamp,
    at: BootTime,
}

impl Told {
    /// How far the server is ahead of this computer's wall clock as it is `now`.
    fn ahead(self, now: Moment) -> SignedDuration {
        let forward = now.boot.0.saturating_sub(self.at.0);
        let back = self.at.0.saturating_sub(now.boot.0);
        let server = self
            .server
            .saturating_add(forward)
            .and_then(|at| at.saturating_sub(back));
        server.unwrap_or(self.server).duration_since(now.wall)
    }
}

/// What was measured, by whose clock it is.
pub struct ClockSkews {
    clock: Arc<dyn Clock>,
    known: Mutex<HashMap<Whose, Told>>,
}

impl fmt::Debug for ClockSkews {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.known().fmt(f)
    }
}

impl Default for ClockSkews {
    fn default() -> Self {
        Self::by(Arc::new(SinceStart(Instant::now())))
    }
}

/// The clock of who only measures: what it counts by may stand still while the computer sleeps.
struct SinceStart(Instant);

impl Clock for SinceStart {
    fn now(&self) -> Moment {
        Moment {
            wall: Timestamp::now(),
            boot: BootTime(self.0.elapsed()),
        }
    }

    fn boot_id(&self) -> String {
        String::new()
    }
}

impl ClockSkews {
    /// By this computer's `clock`.
    pub(super) fn by(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            known: Mutex::default(),
        }
    }

    /// How far the clock of the server at `url` is ahead of this computer's; zero where nothing is known.
    pub fn ahead(&self, url: &str) -> SignedDuration {
        let whose = Url::parse(url).ok().and_then(|url| whose(&url));
        let told = whose.and_then(|whose| self.known().get(&whose).copied());
        told.map(|told| told.ahead(self.clock.now())).unwrap_or_default()
    }

    /// This computer's `now` by the clock of the server at `url`.
    pub fn corrected(&self, url: &str, now: Timestamp) -> Timestamp {
        now.checked_add(self.ahead(url)).unwrap_or(now)
    }

    /// How far AWS is ahead of this computer; where AWS was not asked, the one server that was asked in its place.
    pub fn ahead_of_this_computer(&self) -> SignedDuration {
        let known = self.known();
        let aws = known.iter().find(|(whose, _)| matches!(whose, Whose::Aws(_)));
        let other = (known.len() == 1).then(|| known.iter().next()).flatten();
        let told = aws.or(other).map(|(_, told)| *told);
        told.map(|told| told.ahead(self.clock.now())).unwrap_or_default()
    }

    /// The largest difference that a person should know of. Where AWS has answered, its clock alone counts.
    pub fn large(&self) -> Option<LargeSkew> {
        let now = self.clock.now();
        let known = self.known();
        let has_aws = known.keys().any(|whose| matches!(whose, Whose::Aws(_)));
        let (whose, ahead) = known
            .iter()
            .filter(|(whose, _)| !has_aws || matches!(whose, Whose::Aws(_)))
            .map(|(whose, told)| (whose, told.ahead(now)))
            .max_by_key(|(_, ahead)| ahead.abs())?;
        (ahead.abs() >= LARGE).then(|| LargeSkew {
            ahead,
            server: match whose {
                Whose::Aws(_) => None,
                Whose::Other(origin) => Some(origin.clone()),
            },
        })
    }

    /// The clock that is measured by.
    pub(super) fn now(&self) -> BootTime {
        self.clock.now().boot
    }

    /// Takes in the headers of an answer, just come, of the server at `url` to a request that was sent at `sent`.
    pub(super) fn note(&self, url: &str, headers: &Headers, sent: BootTime) {
        let round = self.now().0.saturating_sub(sent.0);
        // What a cache answers has the date of when it was put there (RFC 9111, 5.1).
        if round > LONGEST_ROUND || headers.get("age").is_some() {
            return;
        }
        let Some(server) = headers.get("date").and_then(http_date) else {
            return;
        };
        // The server said it in the middle of the round trip.
        let at = BootTime(sent.0 + round / 2);
        if let Some(whose) = Url::parse(url).ok().and_then(|url| whose(&url)) {
            self.known().insert(whose, Told { server, at });
        }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Whose, Told>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a refusal with `code` may go away by signing with a clock that is `ahead`, where `used` was signed with.
pub(crate) fn is_of_the_clock(code: &str, used: SignedDuration, ahead: SignedDuration) -> bool {
    CODES.contains(&code) && (ahead - used).abs() > FAULTY
}

fn whose(url: &Url) -> Option<Whose> {
    let host = url.host_str()?.trim_end_matches('.').to_ascii_lowercase();
    Some(match aws_partition(&host).filter(|_| url.scheme() == "https") {
        Some(partition) => Whose::Aws(partition),
        None => Whose::Other(url.origin().ascii_serialization()),
    })
}

/// The partition whose services have such hosts. GovCloud's end like the commercial ones, and their clock is the same.
///
/// Source: AWS General Reference, "Service endpoints".
pub(super) fn aws_partition(host: &str) -> Option<Partition> {
    [
        (".amazonaws.com", Partition::Aws),
        (".api.aws", Partition::Aws),
        (".aws.amazon.com", Partition::Aws),
        (".amazonaws.com.cn", Partition::AwsCn),
        (".api.amazonwebservices.com.cn", Partition::AwsCn),
        (".amazonaws.cn", Partition::AwsCn),
        (".amazonaws-us-gov.com", Partition::AwsUsGov),
        (".amazonaws.eu", Partition::AwsEusc),
        (".api.amazonwebservices.eu", Partition::AwsEusc),
        (".amazonaws-eusc.eu", Partition::AwsEusc),
    ]
    .into_iter()
    .find(|(end, _)| host.ends_with(end))
    .map(|(_, partition)| partition)
}

#[cfg(test)]
mod tests;
