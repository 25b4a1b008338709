//! A clock that was set right while a client still corrected it.
//!
//! The SDK signs anew where this computer's clock is far from AWS's. Where it is right by now, and the correction is
//! what was wrong, it takes the refusal for a real one.

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};
use aws_smithy_types::retry::ErrorKind;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::answer::http_date;

/// From here on a refused signature is the clock's fault; the SDK's own limit.
const FAULTY: SignedDuration = SignedDuration::from_mins(4);

/// What services say of a signature's time. Codes that may mean a missing permission are not among them: then a call
/// that carries an MFA code would send it twice.
const CODES: [&str; 3] = [
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
];

/// `x-amz-date` of the request that an answer is to, for the classifier, which no longer sees the request.
#[derive(Debug, Clone)]
pub struct SignedAt(pub String);

/// Has a request signed again whose signature was refused and whose time is far from that of the answer. The SDK has
/// learned the right time from the same answer.
#[derive(Debug)]
pub struct StaleClock;

impl ClassifyRetry for StaleClock {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        match is_stale(context) {
            Some(true) => RetryAction::retryable_error(ErrorKind::ClientError),
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "StaleClock"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

fn is_stale(context: &InterceptorContext) -> Option<bool> {
    let response = context.response()?;
    if !(400..500).contains(&response.status().as_u16()) || response.headers().get("age").is_some() {
        return None;
    }
    let signed = signing_time(&response.extension::<SignedAt>()?.0)?;
    let answered = http_date(response.headers().get("date")?)?;
    let far = signed.duration_since(answered).abs() > FAULTY;
    Some(far && is_of_the_signature(response))
}

/// `20260102T030405Z`.
fn signing_time(text: &str) -> Option<Timestamp> {
    let civil = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// By the code in the header of a JSON service, else by the one in an XML document.
fn is_of_the_signature(response: &HttpResponse) -> bool {
    let header = response.headers().get("x-amzn-errortype");
    let body = || std::str::from_utf8(response.body().bytes()?).ok();
    let in_body = || {
        let text = body()?;
        let (_, rest) = text.split_once("<Code>")?;
        rest.split_once("</Code>").map(|(code, _)| code)
    };
    let code = header.map(|text| text.split(':').next().unwrap_or_default());
    code.or_else(in_body).is_some_and(|code| CODES.contains(&code))
}
