//! When a call is made again.
//!
//! Throttling is waited out; other trouble gets a few tries; a call that carries an MFA code is never made twice,
//! because a code is accepted once. The exception is a signature refused for the clock: STS refuses that before it
//! looks at the code, and the SDK then signs with the corrected time.

mod stale_clock;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority, RetryReason,
};
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::retry::{ErrorKind, RetryConfig};

pub use stale_clock::{SignedAt, StaleClock};

/// Attempts in all: AWS throttles bursts for some seconds.
const MOST_ATTEMPTS: u32 = 24;
/// Tries after trouble that is not throttling: no connection, 5xx, a cut answer.
const MOST_TROUBLES: u32 = 3;
/// A wait that the server asks for and that nobody at a window would sit through: then it is told instead.
pub const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// The retry settings that go with [`Patience`].
pub fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(MOST_ATTEMPTS)
        .with_initial_backoff(Duration::from_millis(200))
        .with_max_backoff(Duration::from_millis(2500))
}

/// Decides for one call; a call needs its own.
#[derive(Debug, Default)]
pub struct Patience {
    carries_code: bool,
    leaves_throttling: bool,
    troubles: AtomicU32,
}

impl Patience {
    /// For a call that carries an MFA code, or none.
    pub fn of_call(carries_code: bool) -> Self {
        Self {
            carries_code,
            ..Self::default()
        }
    }

    /// For a call whose caller waits throttling out itself.
    pub fn of_paced_call() -> Self {
        Self {
            leaves_throttling: true,
            ..Self::default()
        }
    }
}

/// How long the server asks to be left alone: AWS in milliseconds (`x-amz-retry-after`), others in seconds
/// (`retry-after`; RFC 9110, 10.2.3; its form as a date is not looked at).
pub fn asked_wait(headers: &Headers) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.trim().parse().ok();
    number("x-amz-retry-after")
        .map(Duration::from_millis)
        .or_else(|| number("retry-after").map(Duration::from_secs))
}

impl ClassifyRetry for Patience {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        self.classify_retry_v2(context, &RetryAction::NoActionIndicated)
    }

    fn classify_retry_v2(&self, context: &InterceptorContext, so_far: &RetryAction) -> RetryAction {
        let response = context.response();
        let status = response.map_or(0, |response| response.status().as_u16());
        let asked_wait = response.and_then(|response| asked_wait(response.headers()));
        // A proxy in between throttles with a bare 429, which the SDK does not know as throttling.
        let so_far = match so_far {
            RetryAction::NoActionIndicated if status == 429 => RetryAction::throttling_error(),
            other => other.clone(),
        };
        let so_far = match so_far {
            RetryAction::NoActionIndicated => StaleClock.classify_retry(context),
            other => other,
        };
        let RetryAction::RetryIndicated(RetryReason::RetryableError { kind, .. }) = &so_far else {
            return RetryAction::NoActionIndicated;
        };
        if asked_wait.is_some_and(|wait| wait > LONGEST_WAIT) {
            return RetryAction::RetryForbidden;
        }
        if self.leaves_throttling && *kind == ErrorKind::ThrottlingError {
            return RetryAction::RetryForbidden;
        }
        // A refusal for the clock comes as 4xx and is the only such one that the SDK would try again.
        let refused_for_the_clock = (400..500).contains(&status) && *kind != ErrorKind::ThrottlingError;
        if self.carries_code && !refused_for_the_clock {
            return RetryAction::RetryForbidden;
        }
        if *kind != ErrorKind::ThrottlingError
            && self.troubles.fetch_add(1, Ordering::Relaxed) >= MOST_TROUBLES
        {
            return RetryAction::RetryForbidden;
        }
        match asked_wait {
            Some(wait) => RetryAction::retryable_error_with_explicit_delay(*kind, wait),
            None => so_far,
        }
    }

    fn name(&self) -> &'static str {
        "Patience"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}
