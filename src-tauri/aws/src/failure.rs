//! What went wrong, in core's words.

use std::error::Error;
use std::io::{self, ErrorKind};

use aws_sdk_sts::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use hatrack_core::sts::{AwsFailure, Refusal};
use serde::Deserialize;

use crate::http::{ProxyAsks, SignInFirst};

/// Whom the call was for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// `STS`, `S3`, `IAM Identity Center`.
    pub service: &'static str,
    /// The region.
    pub region: &'a str,
}

impl Asked<'_> {
    /// The answer is not AWS's. `why` never repeats a part of it.
    pub fn garbled(self, why: impl Into<String>) -> AwsFailure {
        AwsFailure::Garbled {
            service: self.service,
            region: self.region.to_owned(),
            why: why.into(),
        }
    }

    /// No answer came.
    pub fn unreachable(self, why: impl Into<String>) -> AwsFailure {
        AwsFailure::Unreachable {
            service: self.service,
            region: self.region.to_owned(),
            why: why.into(),
        }
    }

    /// What the connection reports of a request that no client of the SDK makes.
    pub fn unconnected(self, error: &ConnectorError) -> AwsFailure {
        if error.is_timeout() {
            return self.unreachable("no answer came in time");
        }
        self.connection_failed(error)
    }

    /// No answer of AWS came: who stood in the way, or what the connection said.
    fn connection_failed(self, error: &(dyn Error + 'static)) -> AwsFailure {
        if let Some(first) = find::<SignInFirst>(error) {
            return AwsFailure::CaptivePortal {
                service: self.service,
                region: self.region.to_owned(),
                portal: first.portal.clone(),
            };
        }
        if let Some(asks) = find::<ProxyAsks>(error) {
            return AwsFailure::ProxyPassword {
                proxy: asks.proxy.clone(),
            };
        }
        self.unreachable(innermost(error))
    }

    /// What the SDK reports, in core's words.
    pub fn failed<E>(self, error: &SdkError<E, HttpResponse>) -> AwsFailure
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        match error {
            SdkError::ConstructionFailure(_) => AwsFailure::Unusable(format!(
                "the request to {} could not be made: {}; check the region and the endpoint",
                self.service,
                innermost(error)
            )),
            SdkError::TimeoutError(_) => self.unreachable("no answer came in time"),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                self.unreachable("no answer came in time")
            }
            SdkError::DispatchFailure(_) => self.connection_failed(error),
            SdkError::ResponseError(response) => self.garbled(format!(
                "the answer broke off or cannot be read ({})",
                described(response.raw())
            )),
            SdkError::ServiceError(service) => {
                let meta: &ErrorMetadata = service.err().meta();
                match meta.code() {
                    Some(code) => AwsFailure::Refused(Refusal {
                        code: code.to_owned(),
                        message: meta
                            .message()
                            .map(str::to_owned)
                            .or_else(|| written_description(service.raw()))
                            .unwrap_or_default(),
                        request_id: meta
                            .request_id()
                            .map(str::to_owned)
                            .or_else(|| written_request_id(service.raw())),
                        status: service.raw().status().as_u16(),
                    }),
                    None => self.garbled(described(service.raw())),
                }
            }
            _ => self.unreachable(innermost(error)),
        }
    }
}

/// The request ID in an error's document, for servers that do not put it into a header as AWS does.
fn written_request_id(response: &HttpResponse) -> Option<String> {
    let text = std::str::from_utf8(response.body().bytes()?).ok()?;
    let (_, rest) = text.split_once("<RequestId>")?;
    let (id, _) = rest.split_once("</RequestId>")?;
    let plain = id.len() <= 128
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_+/=".contains(&b));
    (plain && !id.is_empty()).then(|| id.to_owned())
}

/// The `error_description` of RFC 6749, 5.2: Identity Center's sign-in has no other message.
fn written_description(response: &HttpResponse) -> Option<String> {
    #[derive(Deserialize)]
    struct Written {
        error_description: String,
    }
    let written: Written = serde_json::from_slice(response.body().bytes()?).ok()?;
    Some(written.error_description)
}

/// The answer's outside: its body may be anybody's.
fn described(response: &HttpResponse) -> String {
    let status = response.status().as_u16();
    match response.headers().get("content-type") {
        Some(kind) => format!(
            "HTTP {status}, {}",
            kind.chars().take(60).collect::<String>().escape_debug()
        ),
        None => format!("HTTP {status}"),
    }
}

/// The last cause that is not empty: "Connection refused", "certificate verify failed".
pub(crate) fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error)
        .last()
        .map_or_else(|| "no reason was given".to_owned(), ToString::to_string)
}

/// Whether the trouble was TLS's: its handshake failed or was broken off. A host without a name or a route, one that
/// refuses and one that stays silent are none of it.
pub(crate) fn is_of_tls(error: &(dyn Error + 'static)) -> bool {
    // What an `io::Error` was made of is not among its sources.
    fn below<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
        match error.downcast_ref::<io::Error>() {
            Some(io) => io.get_ref().map(|inner| inner as &(dyn Error + 'static)),
            None => error.source(),
        }
    }
    std::iter::successors(Some(error), |&error| below(error)).any(|cause| {
        let broken_off =
            |io: &io::Error| matches!(io.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset);
        cause.is::<rustls::Error>() || cause.downcast_ref().is_some_and(broken_off)
    })
}

/// Who stood in the way of a connection, where that is known.
pub(crate) fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// Whether one of the causes contains `text`; for libraries that give an error no type.
pub(crate) fn says(error: &(dyn Error + 'static), text: &str) -> bool {
    causes(error).any(|cause| cause.to_string().contains(text))
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}
