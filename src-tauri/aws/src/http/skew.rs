//! How far AWS's clock and this computer's are apart, by the `Date` of AWS's answers.
//!
//! Invariant: each answer replaces what was known before, so a clock that is set right is believed with the next.
//!
//! The SDK's clients measure the same for themselves and sign anew by it; what is kept here serves the requests that
//! are signed without the SDK, and tells the person.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::http::Headers;
use hatrack_core::account::Partition;
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
    /// Its scheme, host and port, if it is not AWS's own.
    pub server: Option<String>,
}

/// What was measured, by whose clock it is.
#[derive(Debug, Default)]
pub struct ClockSkews(Mutex<HashMap<Whose, SignedDuration>>);

impl ClockSkews {
    /// How far the clock of the server at `url` is ahead of this computer's; zero where nothing is known.
    pub fn ahead(&self, url: &str) -> SignedDuration {
        let whose = Url::parse(url).ok().and_then(|url| whose(&url));
        whose
            .and_then(|whose| self.known().get(&whose).copied())
            .unwrap_or_default()
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
        aws.or(other).map(|(_, ahead)| *ahead).unwrap_or_default()
    }

    /// The largest difference that a person should know of.
    pub fn large(&self) -> Option<LargeSkew> {
        let known = self.known();
        let (whose, ahead) = known.iter().max_by_key(|(_, ahead)| ahead.abs())?;
        (ahead.abs() >= LARGE).then(|| LargeSkew {
            ahead: *ahead,
            server: match whose {
                Whose::Aws(_) => None,
                Whose::Other(origin) => Some(origin.clone()),
            },
        })
    }

    /// Takes in the headers of an answer of the server at `url` to a request that was sent at `sent`, `round` ago.
    pub(super) fn note(&self, url: &str, headers: &Headers, sent: SystemTime, round: Duration) {
        // What a cache answers has the date of when it was put there (RFC 9111, 5.1).
        if round > LONGEST_ROUND || headers.get("age").is_some() {
            return;
        }
        let Some(ahead) = measured(headers, sent, round) else {
            return;
        };
        if let Some(whose) = Url::parse(url).ok().and_then(|url| whose(&url)) {
            self.known().insert(whose, ahead);
        }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Whose, SignedDuration>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a refusal with `code` may go away by signing with a clock that is `ahead`, where `used` was signed with.
pub(crate) fn is_of_the_clock(code: &str, used: SignedDuration, ahead: SignedDuration) -> bool {
    CODES.contains(&code) && (ahead - used).abs() > FAULTY
}

/// The server's time less the middle of the round trip.
fn measured(headers: &Headers, sent: SystemTime, round: Duration) -> Option<SignedDuration> {
    let date = headers.get("date").and_then(http_date)?;
    let middle = Timestamp::try_from(sent.checked_add(round / 2)?).ok()?;
    Some(date.duration_since(middle))
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
